"""How each tiny model is made: its class in transformers, the oldest release that has it, and the
sizes that shrink its published configuration.

`since` is what `make_checkpoints.py` asks for, so that weight names are the oldest that later
releases must read. Sizes are what a quantizer takes (see there). Layers are two, so that a layer
taken for another is seen; one where the family is there with two and the sum of all weights,
16 MiB, has no room.
"""

from .media import MEDIA
from .sizes import COMMON, VOCABULARY
from .words import WORDS

__all__ = ["COMMON", "TINY_MODELS", "VOCABULARY"]

TINY_MODELS = {**WORDS, **MEDIA}
