# /// script
# requires-python = "==3.11.*"
# dependencies = ["transformers==5.24.0", "peft==0.21.2", "accelerate==1.15.0", "torch==2.15.0"]
# ///
# osf/none/gpt2/causal-lm, with transformers 5.24.0, peft 0.21.2, accelerate 1.15.0, torch 2.15.0
# attach: the adapter has no parameter that requires a gradient
#
# Run it with `uv run`, or in an environment that has these packages. Status 1 where it still does that.
# The weights are random: what counts is the code that they go through.
import tempfile

import peft
import torch
import transformers

CONFIG = {"activation_function": "gelu_new", "attn_pdrop": 0, "bos_token_id": 1, "embd_pdrop": 0, "eos_token_id": None, "initializer_range": 0.02, "layer_norm_epsilon": 0.00001, "model_type": "gpt2", "n_embd": 128, "n_head": 4, "n_inner": 128, "n_layer": 2, "n_positions": 128, "pad_token_id": 0, "reorder_and_upcast_attn": False, "resid_pdrop": 0, "scale_attn_by_inverse_layer_idx": False, "scale_attn_weights": True, "summary_activation": None, "summary_first_dropout": 0, "summary_proj_to_labels": True, "summary_type": "cls_index", "summary_use_proj": True, "use_cache": True, "vocab_size": 64}
FOLDER = tempfile.mkdtemp()


def save_model():
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(**CONFIG)
    model = transformers.AutoModelForCausalLM.from_config(config).float()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() > 1:
                weight.normal_(0, 0.2)
    model.save_pretrained(FOLDER + "/model")


def load_model():
    return transformers.AutoModelForCausalLM.from_pretrained(FOLDER + "/model", torch_dtype=torch.float32)


def configuration():
    return peft.OSFConfig(task_type="CAUSAL_LM", target_modules=["c_attn"])


ids = torch.tensor(
    [[(start + stride * at) % 60 + 4 for at in range(12)] for start, stride in ((3, 7), (11, 8), (23, 9), (31, 10))]
)
targets = ids
inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": targets}


def logits_of(model):
    model.eval()
    with torch.no_grad():
        logits = model(**inputs).logits.float()
    return logits[:, -12:]


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
if not trained:
    raise SystemExit("the adapter has no parameter that requires a gradient")
print("nothing is broken here")
