"""The user's own arguments of a cell: what stands in the code, or in the configuration, in place of
the matrix's. They come as JSON and are handed on by name, never evaluated.
"""

import dataclasses
import inspect
from typing import Optional

from .errors import Unsupported
from .matrix import Exemption

LOADING = ("attn_implementation", "torch_dtype", "use_cache")
"""What `from_pretrained` is told of."""

ROUNDED = 0.35
"""The least difference of logits that is told from none where a model computes in 16 bits."""

TYPES = ("bfloat16", "float16", "float32", "float64", "int8", "uint8")
"""The types of numbers that a value can name."""

SIMPLE = ("bias", "lora_alpha", "lora_dropout", "r", "target_modules", "use_dora", "use_rslora")
"""Arguments that the checks which work an adapter out from its configuration know."""

WORKED_OUT = (
    "adapter-dropout-differs",
    "adapter-dtype",
    "formula-differs",
    "gradient-zero",
    "trainable-differs",
    "transplant-differs",
)
"""Checks that know what the entry of the matrix asks for."""

STILL = ("checkpointing-differs", "eval-differs", "reentrant-checkpointing-differs")
"""Checks that compare passes of which none may draw anything."""

STORED = ("merge-unquantized", "not-quantized", "reload-unquantized")
"""Checks that tell a quantized weight by its storage, and count on all of them."""

STORED_OTHERWISE = (
    "bnb_4bit_quant_storage",
    "llm_int8_has_fp16_weight",
    "llm_int8_skip_modules",
    "modules_to_not_convert",
)

BIASES = Exemption("everywhere", "biases of the model itself are trained, which nothing takes back")


@dataclasses.dataclass(frozen=True)
class Own:
    """Arguments by name, made of JSON: of PEFT's configuration class, of the quantization's, and of
    `from_pretrained`.
    """

    arguments: dict
    quantization: dict
    loading: dict

    @property
    def floor(self):
        """The least difference of logits that is told from none, by the types it computes in."""
        names = (self.loading.get("torch_dtype"), self.quantization.get("bnb_4bit_compute_dtype"))
        return ROUNDED if any("float16" in str(name) for name in names) else 0.0

    def exemption(self, check):
        """Why a check says nothing of these arguments, or None."""
        unknown = sorted(name for name in self.arguments if name not in SIMPLE)
        if not isinstance(self.arguments.get("target_modules", []), list):
            unknown.append("target_modules")
        if check in WORKED_OUT and unknown:
            return f"it knows nothing of {', '.join(unknown)}"
        if check == "formula-differs" and self.floor:
            return "it computes in 32 bits"
        drawn = [name for name, value in self.arguments.items() if "dropout" in name and value]
        if check in STILL and drawn:
            return f"{drawn[0]} draws in each pass of training"
        other = [name for name in STORED_OTHERWISE if name in self.quantization]
        return f"{other[0]} stores weights otherwise" if check in STORED and other else None


def own_of(torch, cell):
    """The arguments that a job gives a cell; None where it has none of its own."""
    given = cell.get("own")
    if given is None:
        return None
    parts = ("arguments", "quantization", "loading")
    return Own(*({key: _made(torch, one) for key, one in given[part].items()} for part in parts))


def _made(torch, value):
    """A type of numbers is named; everything else stands for itself."""
    is_type = isinstance(value, dict) and list(value) == ["torch"]
    return getattr(torch, value["torch"]) if is_type and value["torch"] in TYPES else value


def method_with(entry, own, entries):
    """An entry of the matrix with arguments of the user's own in place of its own.

    What holds by design for a variant that the arguments make holds here too.
    """
    variants = [one for one in entries.values() if one.config == entry.config and _makes(own, one)]
    exempt = [entry.not_compared, *(one.not_compared for one in variants)]
    if own.arguments.get("bias", "none") != "none":
        exempt.append({"disable": BIASES})
    unmeasured = [entry.not_measured, *(one.not_measured for one in variants)]
    given = {name: _as_it_stands(value) for name, value in own.arguments.items()}
    arguments = {**entry.arguments, **given}
    return dataclasses.replace(
        entry,
        arguments=arguments,
        defining=[*entry.defining, *own.arguments],
        learning_rate=entry.learning_rate * _slower(entry.arguments, arguments),
        not_compared=_joined(exempt),
        not_measured=_joined(unmeasured),
    )


def _makes(own, variant):
    said = variant.said_by
    if said is None:
        return False
    value = own.arguments.get(said["keyword"])
    return str(value) == said["is"] if "is" in said else value is not None


def _as_it_stands(value):
    """A table is no reference of the matrix."""
    return {"is": value} if isinstance(value, dict) else value


def _joined(tables):
    return {
        stage: dataclasses.asdict(exemption)
        for table in tables
        for stage, exemption in table.items()
    }


def _slower(usual, arguments):
    """The share of the usual learning rate that keeps a step as large where LoRA is scaled up."""
    before, now = _scale(usual), _scale(arguments)
    return 1.0 if before is None or now is None or now <= before else before / now


def _scale(arguments) -> Optional[float]:
    alpha, rank = arguments.get("lora_alpha"), arguments.get("r", arguments.get("init_r"))
    numbers = (int, float)
    if not isinstance(alpha, numbers) or not isinstance(rank, numbers) or rank <= 0:
        return None
    return alpha / (rank**0.5 if arguments.get("use_rslora") else rank)


def require_accepted(config, version, arguments):
    """Raises Unsupported where a class takes no argument of a name."""
    taken = inspect.signature(config.__init__).parameters
    for name in arguments:
        if name not in taken:
            raise Unsupported(f"{config.__name__} of {version} has no {name}")
