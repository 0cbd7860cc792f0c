"""Code paths: how users come by the same adapter, as parts of a method's name: `lora+trainer`.

An entry of `matrix/paths.json` has hooks here. `prepare`, `before_training`, `after_reload` and
`after_merge` are run besides what a stage does; `attach`, `load_adapter` and `disabled` take its
place; `loading` adds to the arguments of `from_pretrained`; `left` and `carried` are what a cell
leaves for other environments, and what it does with it there.
"""

from dataclasses import dataclass, field
from typing import Optional

from .. import matrix
from . import checkpointing, integration, loading, merged, second, sft, stored, trainer

OWN = "own-"
"""Begins the part of a name that stands for arguments of the user's own."""


@dataclass(frozen=True)
class CodePath:
    """An entry of `matrix/paths.json`.

    `quantized` says that it is for quantized cells only, or for the others only, `quantizations`
    names the only ones that it was tried with; `tolerance` is the least that differences of logits
    are told from. `words` and `does` are for the report and the docs, `packages` for the plan.
    """

    words: str
    does: str
    quantized: Optional[bool] = None
    quantizations: Optional[list] = None
    tasks: Optional[list] = None
    packages: list = field(default_factory=list)
    tolerance: float = 0.0
    capability: Optional[float] = None
    not_measured: dict = field(default_factory=dict)

    def __post_init__(self):
        made = matrix.exemptions(f"paths.json: {self.words}", self.not_measured)
        object.__setattr__(self, "not_measured", made)


PATHS = matrix.read("paths", CodePath)

HOOKS = {
    "kbit": {"prepare": checkpointing.prepare_for_kbit},
    "trainer": {"before_training": trainer.one_step},
    "sft": {"attach": sft.attach, "before_training": sft.one_step},
    "checkpointing": {"before_training": checkpointing.enable},
    "checkpointing-reentrant": {"before_training": checkpointing.enable_reentrant},
    "checkpointing-direct": {"before_training": checkpointing.enable_direct},
    "no-cache": {"prepare": loading.without_cache},
    "add-adapter": {
        "attach": integration.add_adapter,
        "load_adapter": integration.load_adapter,
        "disabled": integration.disabled,
        "after_reload": integration.from_adapter_folder,
    },
    "load-adapter": {
        "load_adapter": integration.load_adapter,
        "after_reload": integration.from_adapter_folder,
    },
    "two-adapters": {"after_reload": second.switch},
    "resaved": {"after_merge": merged.save_and_load},
    "low-memory": {"loading": loading.low_memory, "load_adapter": loading.low_memory_adapter},
    "device-map": {"loading": loading.device_map},
    "bf16": {"loading": loading.bfloat16},
    "fp16": {"loading": loading.float16},
    "eager": {"loading": loading.eager},
    "sdpa": {"loading": loading.sdpa},
    "stored": {
        "after_reload": stored.save_and_load,
        "left": stored.left,
        "carried": stored.carried,
    },
}


def parts_of(method):
    """A method's name as its entry in the matrix, and the code paths behind it, in their order."""
    parts = [part for part in method.split("+") if not part.startswith(OWN)]
    names = [part for part in parts if part in PATHS]
    return "+".join(part for part in parts if part not in PATHS), names


def hooks(names, hook):
    """The functions of some code paths for one hook, in the order of the table."""
    return [HOOKS[name][hook] for name in HOOKS if name in names and hook in HOOKS[name]]
