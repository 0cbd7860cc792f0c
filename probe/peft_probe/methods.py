"""The method axis: which PEFT configuration makes each method, and what holds for it by design."""

import dataclasses
from dataclasses import dataclass
from typing import Callable, Literal

from .errors import Unsupported

TASK_TYPES = {
    "causal-lm": "CAUSAL_LM",
    "seq-cls": "SEQ_CLS",
    "token-cls": "TOKEN_CLS",
    "seq2seq-lm": "SEQ_2_SEQ_LM",
}
VIRTUAL_TOKENS = 4


@dataclass(frozen=True)
class Method:
    """`defining` names arguments without which a configuration would be another method.

    `merges` says where merged weights must give the same logits: everywhere, on unquantized weights only, or never.
    `disables` says whether a disabled adapter must leave the base model as it was.
    """

    config: str
    arguments: Callable
    learning_rate: float
    defining: tuple = ()
    merges: Literal["always", "unquantized", "never"] = "never"
    disables: bool = True


def _lora(**extra):
    return lambda architecture, steps: {
        "r": 8,
        "lora_alpha": 16,
        "target_modules": list(architecture.lora),
        **extra,
    }


def _ia3(architecture, steps):
    return {
        "target_modules": list(architecture.ia3),
        "feedforward_modules": list(architecture.feedforward),
    }


def _adalora(architecture, steps):
    return {
        "init_r": 6,
        "target_r": 4,
        "lora_alpha": 16,
        "tinit": 2,
        "tfinal": 5,
        "deltaT": 2,
        "total_step": steps,
        "target_modules": list(architecture.adalora),
    }


def _by_default(arguments):
    """The same without naming modules, as most people write it: PEFT looks up its own for the architecture."""
    named = ("target_modules", "feedforward_modules")
    return lambda architecture, steps: {
        key: value for key, value in arguments(architecture, steps).items() if key not in named
    }


def _virtual(**extra):
    return lambda architecture, steps: {"num_virtual_tokens": VIRTUAL_TOKENS, **extra}


def _adaption(architecture, steps):
    return {"adapter_len": VIRTUAL_TOKENS, "adapter_layers": 2}


METHODS = {
    "lora": Method("LoraConfig", _lora(), 1e-2, merges="always"),
    "lora+dora": Method(
        "LoraConfig", _lora(use_dora=True), 1e-2, defining=("use_dora",), merges="always"
    ),
    "lora+all-linear": Method(
        "LoraConfig", _lora(target_modules="all-linear"), 1e-2, merges="always"
    ),
    "lora+defaults": Method("LoraConfig", _by_default(_lora()), 1e-2, merges="always"),
    "ia3": Method("IA3Config", _ia3, 3e-2, merges="unquantized"),
    "ia3+defaults": Method("IA3Config", _by_default(_ia3), 3e-2, merges="unquantized"),
    "adalora": Method("AdaLoraConfig", _adalora, 3e-2, merges="unquantized"),
    "adalora+defaults": Method("AdaLoraConfig", _by_default(_adalora), 3e-2, merges="unquantized"),
    "prompt-tuning": Method("PromptTuningConfig", _virtual(), 1e-1),
    "prefix-tuning": Method("PrefixTuningConfig", _virtual(), 1e-1),
    "p-tuning": Method(
        "PromptEncoderConfig", _virtual(encoder_hidden_size=32, encoder_dropout=0.0), 3e-2
    ),
    "adaption-prompt": Method("AdaptionPromptConfig", _adaption, 3e-2),
}


def configuration(peft, name, architecture, task, steps):
    """The PEFT configuration object of a method; arguments that this release's class lacks are left out.

    Raises Unsupported where the class itself, or a defining argument, is missing.
    """
    method = METHODS[name]
    config_class = getattr(peft, method.config, None)
    if config_class is None:
        raise Unsupported(f"peft {peft.__version__} has no {method.config}")
    known = {field.name for field in dataclasses.fields(config_class)}
    for argument in method.defining:
        if argument not in known:
            raise Unsupported(f"{method.config} of peft {peft.__version__} has no {argument}")
    arguments = method.arguments(architecture, steps)
    return config_class(
        task_type=TASK_TYPES[task],
        **{key: value for key, value in arguments.items() if key in known},
    )
