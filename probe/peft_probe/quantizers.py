"""The quantization axis.

What each one passes to `from_pretrained`, and how far its numbers may stray.
"""

from dataclasses import dataclass, field
from typing import Optional

from . import matrix


@dataclass(frozen=True)
class Quantizer:
    """An entry of `matrix/quantizers.json`.

    `tolerance` is the largest difference of logits (of size about 10) that is still equal,
    `merge_tolerance` the same after weights were merged back into the quantized format;
    docs/decisions.md has the measured values. `words` and `bytes_per_weight` are for the report and
    the plan.
    """

    words: str
    packages: list
    bytes_per_weight: float
    tolerance: float
    merge_tolerance: float
    config: Optional[str] = None
    arguments: dict = field(default_factory=dict)

    def configuration(self, transformers, torch):
        """The configuration object for `from_pretrained`."""
        return getattr(transformers, self.config)(**matrix.filled(self.arguments, torch=torch))


ENTRIES = matrix.read("quantizers", Quantizer)
QUANTIZERS = {name: entry for name, entry in ENTRIES.items() if entry.config is not None}
UNQUANTIZED_TOLERANCE = ENTRIES["none"].tolerance
