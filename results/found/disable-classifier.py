# /// script
# requires-python = "==3.11.*"
# dependencies = ["transformers==5.24.0", "peft==0.21.2", "accelerate==1.15.0", "torch==2.15.0"]
# ///
# prompt-tuning/none/llama/seq-cls, with transformers 5.24.0, peft 0.21.2, accelerate 1.15.0, torch 2.15.0
# disable: UnboundLocalError: cannot access local variable 'old_prepare_inputs_for_generation' where it is not associated with a value
#
# Run it with `uv run`, or in an environment that has these packages. Status 1 where it still does that.
# The weights are random: what counts is the code that they go through.
import tempfile

import peft
import torch
import transformers

CONFIG = {"attention_bias": False, "attention_dropout": 0, "bos_token_id": 1, "eos_token_id": None, "hidden_act": "silu", "hidden_size": 128, "initializer_range": 0.02, "intermediate_size": 128, "max_position_embeddings": 128, "model_type": "llama", "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 2, "pad_token_id": 0, "pretraining_tp": 1, "rms_norm_eps": 0.000001, "rope_scaling": None, "rope_theta": 10000, "tie_word_embeddings": False, "use_cache": True, "vocab_size": 64}
FOLDER = tempfile.mkdtemp()


def save_model():
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(**CONFIG, num_labels=2)
    model = transformers.AutoModelForSequenceClassification.from_config(config).float()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() > 1:
                weight.normal_(0, 0.2)
    model.save_pretrained(FOLDER + "/model")


def load_model():
    return transformers.AutoModelForSequenceClassification.from_pretrained(FOLDER + "/model", torch_dtype=torch.float32)


def configuration():
    return peft.PromptTuningConfig(task_type="SEQ_CLS", num_virtual_tokens=4)


ids = torch.tensor(
    [[(start + stride * at) % 60 + 4 for at in range(12)] for start, stride in ((3, 7), (11, 8), (23, 9), (31, 10))]
)
targets = torch.tensor([0, 1, 0, 1])
inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": targets}


def logits_of(model):
    model.eval()
    with torch.no_grad():
        logits = model(**inputs).logits.float()
    return logits


def require_close(what, one, other):
    apart = (one - other).abs().max().item()
    if not apart <= 1e-3:
        raise SystemExit(f"{what} differ by {apart:.3g}")


save_model()
base = load_model()
base_logits = logits_of(base)
torch.manual_seed(0)
model = peft.get_peft_model(base, configuration())
trained = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
loss = model(**batch).loss
optimizer = torch.optim.AdamW(trained.values(), lr=0.1, weight_decay=0.0)
before = {name: weight.detach().clone() for name, weight in trained.items()}
model.train()
losses = []
for step in range(25):
    loss = model(**batch).loss
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(f"loss {losses[0]:.4f} -> {losses[-1]:.4f}")
with model.disable_adapter():
    require_close("logits of the disabled adapter and the base model", logits_of(model), base_logits)
print("nothing is broken here")
