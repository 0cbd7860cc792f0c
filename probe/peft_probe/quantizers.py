"""The quantization axis.

How a tiny model gets into each form, and how far its numbers may stray.
"""

import importlib.metadata
import re
from dataclasses import dataclass, field
from typing import Optional

from . import matrix
from .errors import Unsupported
from .own import require_accepted
from .packing import packed


@dataclass(frozen=True)
class Quantizer:
    """An entry of `matrix/quantizers.json`.

    `tolerance` is the largest difference of logits (of size about 10) that is still equal,
    `merge_tolerance` the same after weights were merged back into the quantized format;
    docs/decisions.md has the measured values.

    A model gets into its form by `config` with its `arguments`, an object of transformers for
    `from_pretrained`; or the checkpoint was `packed` before, with `settings` in its configuration;
    or a function `quantizes` a model that was loaded. `dequantized` says when weights are floats
    again by design: `on loading` or `in the first pass`. `not_measured` are stages that have no
    meaning for it. The rest is for the report and the plan.
    """

    words: str
    packages: dict
    bytes_per_weight: float
    tolerance: float
    merge_tolerance: float
    config: Optional[str] = None
    arguments: Optional[dict] = None
    packed: Optional[str] = None
    settings: dict = field(default_factory=dict)
    quantizes: Optional[dict] = None
    dequantized: Optional[str] = None
    not_measured: dict = field(default_factory=dict)
    usual: bool = False
    said_by: Optional[dict] = None
    needs_gpu: Optional[dict] = None
    per_device: Optional[str] = None
    slow: Optional[str] = None
    built: list = field(default_factory=list)
    refuses: dict = field(default_factory=dict)

    def __post_init__(self):
        where = f"quantizers.json: {self.words}"
        object.__setattr__(self, "packages", matrix.packages(where, self.packages))
        object.__setattr__(self, "not_measured", matrix.exemptions(where, self.not_measured))

    def require_floors(self):
        """Raises Unsupported where a package is older than the first release that has the form."""
        for name, package in self.packages.items():
            version = importlib.metadata.version(name)
            if _numbers(version) < _numbers(package.since):
                raise Unsupported(
                    f"{name} {version} is older than {package.since}, the first that has this form"
                )

    def source(self, torch, checkpoint, folder):
        """Where the model is loaded from: the checkpoint, or the same packed into a `folder`."""
        if self.packed is None:
            return checkpoint
        return packed(torch, checkpoint, folder, self.packed, self.settings)

    def options(self, torch, transformers, own=None):
        """What `from_pretrained` is told; `own` are arguments in place of the entry's."""
        if self.config is None:
            return {}
        # Looked up where a packed checkpoint names it too: a release that lacks it is told by this.
        config = matrix.named(f"{transformers.__name__}.{self.config}")
        if self.arguments is None:
            return {}
        own = own or {}
        require_accepted(config, f"transformers {transformers.__version__}", own)
        arguments = {**matrix.filled(self.arguments, torch=torch), **own}
        return {"quantization_config": config(**arguments)}

    def finish(self, torch, model):
        """Quantizes what was loaded, in forms that a function of their library makes."""
        if self.quantizes is None:
            return
        asked = matrix.filled({"config": self.quantizes["config"]}, torch=torch)
        matrix.named(self.quantizes["by"])(model, asked["config"])


def _numbers(version):
    """`5.24.0.dev0` -> (5, 24, 0)."""
    return tuple(int(part) for part in re.match(r"[\d.]*\d", version).group().split("."))


ENTRIES = matrix.read("quantizers", Quantizer)
QUANTIZERS = {name: entry for name, entry in ENTRIES.items() if name != "none"}
UNQUANTIZED_TOLERANCE = ENTRIES["none"].tolerance
