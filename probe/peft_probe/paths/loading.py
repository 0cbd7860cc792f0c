"""Other ways to load the same weights, and what is set on a model that is loaded."""


def low_memory(trial):
    return {"low_cpu_mem_usage": True}


def low_memory_adapter(trial, base, folder):
    return trial.peft.PeftModel.from_pretrained(base, folder, low_cpu_mem_usage=True)


def device_map(trial):
    return {"device_map": trial.place}


def bfloat16(trial):
    return {"torch_dtype": trial.torch.bfloat16}


def float16(trial):
    return {"torch_dtype": trial.torch.float16}


def eager(trial):
    return {"attn_implementation": "eager"}


def sdpa(trial):
    return {"attn_implementation": "sdpa"}


def without_cache(trial, model):
    """What is generated says itself whether it wants a cache."""
    model.config.use_cache = False
    return model
