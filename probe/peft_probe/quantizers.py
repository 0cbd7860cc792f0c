"""The quantization axis: what each one passes to `from_pretrained`, and how far its numbers may stray.

`tolerance` is the largest difference of logits (of size about 10) that is still equal, `merge_tolerance` the
same after weights were merged back into the quantized format; docs/decisions.md has the measured values.
"""

from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Quantizer:
    package: str
    configuration: Callable
    tolerance: float
    merge_tolerance: float


def _bnb_int8(transformers, torch):
    return transformers.BitsAndBytesConfig(load_in_8bit=True)


def _bnb_nf4(transformers, torch):
    return transformers.BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float32
    )


QUANTIZERS = {
    "bnb-int8": Quantizer("bitsandbytes", _bnb_int8, 0.25, 3.0),
    "bnb-nf4": Quantizer("bitsandbytes", _bnb_nf4, 0.05, 6.0),
}

UNQUANTIZED_TOLERANCE = 1e-3
