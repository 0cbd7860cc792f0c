# /// script
# requires-python = "==3.11.*"
# dependencies = ["transformers==5.24.0", "peft==0.21.2", "accelerate==1.15.0", "torch==2.15.0"]
# ///
# trainable-tokens/none/bert/token-cls, with transformers 5.24.0, peft 0.21.2, accelerate 1.15.0, torch 2.15.0
# attach: TypeError: 'NoneType' object is not iterable
#
# Run it with `uv run`, or in an environment that has these packages. Status 1 where it still does that.
# The weights are random: what counts is the code that they go through.
import tempfile

import peft
import torch
import transformers

CONFIG = {"attention_probs_dropout_prob": 0, "bos_token_id": 1, "classifier_dropout": None, "hidden_act": "gelu", "hidden_dropout_prob": 0, "hidden_size": 128, "initializer_range": 0.02, "intermediate_size": 128, "layer_norm_eps": 1e-12, "max_position_embeddings": 128, "model_type": "bert", "num_attention_heads": 4, "num_hidden_layers": 2, "pad_token_id": 0, "position_embedding_type": "absolute", "type_vocab_size": 2, "use_cache": True, "vocab_size": 64, "eos_token_id": None}
FOLDER = tempfile.mkdtemp()


def save_model():
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(**CONFIG, num_labels=2)
    model = transformers.AutoModelForTokenClassification.from_config(config).float()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() > 1:
                weight.normal_(0, 0.2)
    model.save_pretrained(FOLDER + "/model")


def load_model():
    return transformers.AutoModelForTokenClassification.from_pretrained(FOLDER + "/model", torch_dtype=torch.float32)


def configuration():
    return peft.TrainableTokensConfig(task_type="TOKEN_CLS", token_indices=[7, 14, 21, 28, 35])


ids = torch.tensor(
    [[(start + stride * at) % 60 + 4 for at in range(12)] for start, stride in ((3, 7), (11, 8), (23, 9), (31, 10))]
)
targets = ids % 2
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
