"""What an entry of the table of invariants says, and the groups of cells that entries speak of."""

import fnmatch
from dataclasses import dataclass, field
from typing import Callable

from ..quantizers import QUANTIZERS


@dataclass(frozen=True)
class Invariant:
    """`name` is the type of the failure and `says` its first sentence, in a user's words.

    `cells` are the patterns of identifiers that it applies to, `exempt` those that it does not hold
    for by design, with the reason. `measure` takes a trial and returns a number, or a pair of one
    and a text that says more; None where there is nothing to measure. `source` is what the check
    rests on. A `dear` one costs passes of its own and is measured in thorough jobs only; one
    `in_32_bit` says nothing of a model that is loaded in 16.
    """

    name: str
    stage: str
    says: str
    measure: Callable
    source: str
    cells: tuple = ("*",)
    exempt: dict = field(default_factory=dict)
    dear: bool = False
    in_32_bit: bool = False

    def applies(self, identifier):
        return self.concerns(identifier) and self.exemption(identifier) is None

    def concerns(self, identifier):
        return any(fnmatch.fnmatch(identifier, pattern) for pattern in self.cells)

    def exemption(self, identifier):
        """Why it says nothing of a cell that it concerns, or None."""
        return next(
            (why for pattern, why in self.exempt.items() if fnmatch.fnmatch(identifier, pattern)),
            None,
        )


IN_LAYERS = ("lora/*", "lora+*/*", "ia3/*", "ia3+*/*", "adalora/*", "adalora+*/*")
VIRTUAL = ("prompt-tuning/*", "p-tuning/*", "prefix-tuning/*")
QUANTIZED = tuple(f"*/{name}/*" for name in QUANTIZERS)
