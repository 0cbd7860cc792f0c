"""The architecture axis: how a tiny checkpoint is loaded, fed and adapted, per architecture and task.

Target modules are stated here, equal to the newest PEFT default where one exists: defaults grow over
releases, and a default that grows would pass for a fix.
"""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Architecture:
    """`auto` maps a task to transformers' Auto class, `heads` a task to the name of its newly made head.

    `pads` is the side on which its tokenizers pad: an encoder reads the class off the first token.
    """

    auto: dict
    lora: tuple
    ia3: tuple
    feedforward: tuple
    adalora: tuple
    heads: dict = field(default_factory=dict)
    pads: Literal["left", "right"] = "left"


CAUSAL = {"causal-lm": "AutoModelForCausalLM"}
CAUSAL_AND_CLASSIFIER = {**CAUSAL, "seq-cls": "AutoModelForSequenceClassification"}
SCORE = {"seq-cls": "score"}
QV = ("q_proj", "v_proj")

ARCHITECTURES = {
    "llama": Architecture(
        CAUSAL_AND_CLASSIFIER, QV, ("k_proj", "v_proj", "down_proj"), ("down_proj",), QV, SCORE
    ),
    "qwen2": Architecture(
        CAUSAL_AND_CLASSIFIER, QV, ("q_proj", "v_proj", "down_proj"), ("down_proj",), QV, SCORE
    ),
    "mistral": Architecture(
        CAUSAL_AND_CLASSIFIER, QV, ("k_proj", "v_proj", "down_proj"), ("down_proj",), QV, SCORE
    ),
    "gemma2": Architecture(
        CAUSAL_AND_CLASSIFIER, QV, ("q_proj", "v_proj", "down_proj"), ("down_proj",), QV, SCORE
    ),
    "mixtral": Architecture(CAUSAL, QV, ("k_proj", "v_proj", "w2"), ("w2",), QV),
    "opt": Architecture(
        CAUSAL,
        QV,
        ("q_proj", "k_proj", "fc2"),
        ("fc2",),
        ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"),
    ),
    "gpt2": Architecture(
        CAUSAL, ("c_attn",), ("c_attn", "mlp.c_proj"), ("mlp.c_proj",), ("c_attn",)
    ),
    "gpt_bigcode": Architecture(
        CAUSAL, ("c_attn",), ("c_attn", "mlp.c_proj"), ("mlp.c_proj",), ("c_attn",)
    ),
    "t5": Architecture(
        {"seq2seq-lm": "AutoModelForSeq2SeqLM"},
        ("q", "v"),
        ("k", "v", "wo"),
        ("wo",),
        ("q", "k", "v", "o", "wi", "wo"),
    ),
    "bert": Architecture(
        {
            "seq-cls": "AutoModelForSequenceClassification",
            "token-cls": "AutoModelForTokenClassification",
        },
        ("query", "value"),
        ("key", "value", "output.dense"),
        ("output.dense",),
        ("query", "value"),
        {"seq-cls": "classifier", "token-cls": "classifier"},
        pads="right",
    ),
}

VOCABULARY = 64
LABELS = 2
