"""Methods that are told which task each row is of: the rows take turns."""

TASKS = 2


def tell(trial, model):
    """Each pass and each generation is given `task_ids` [rows], as a batch of users would hold."""

    def ids(tokens):
        return trial.torch.arange(len(tokens), device=tokens.device) % TASKS

    def told(module, given, more):
        # Where the adapter is switched off, PEFT puts the base model's own function there.
        if "forward" in vars(module):
            return given, more
        return given, {"task_ids": ids(more["input_ids"]), **more}

    generate = model.generate
    model.register_forward_pre_hook(told, with_kwargs=True)
    model.generate = lambda **more: generate(**{"task_ids": ids(more["input_ids"]), **more})
    return model
