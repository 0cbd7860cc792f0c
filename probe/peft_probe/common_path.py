"""Makes bitsandbytes compute on a CPU by the steps that it takes on a GPU.

Its users have GPUs. What it does on some processors only would be told to them as a break, or as a
fix. Each entry changes one name of an imported module; a release that lacks the name needs no
change.
"""

import functools
import sys

from .errors import NeedsDevice


def _no_repacking(layers, name):
    """From 0.49 on, 4-bit weights are repacked in the first evaluation pass where the processor has
    AVX512-BF16.

    They give no gradient from then on, and widths that a GPU takes do not fit.
    """
    setattr(layers, name, lambda: False)


def _same_training(functions, name):
    """From 0.48 on, 8-bit layers are trained on a CPU by a function of its own."""
    setattr(functions, name, functions.MatMul8bitLt)


def _moves_to_itself(layers, name):
    """PEFT moves a weight that it has dequantized back to the CPU, on CPUs only.

    From 0.49 on, its scales are lost then. A weight that was loaded in 8 bit has scales and no
    `CB` yet, which its first move gives it.
    """
    move = getattr(layers, name).to

    def to(weight, *args, **kwargs):
        quantized = weight.dtype == layers.torch.int8 and weight.device.type == "cpu"
        stays = quantized and args == (weight.device,) and not kwargs
        return weight if stays and not awaits_move(weight) else move(weight, *args, **kwargs)

    getattr(layers, name).to = to


def awaits_move(weight):
    """Whether an 8-bit weight was loaded and not made ready for its layer."""
    return getattr(weight, "SCB", None) is not None and getattr(weight, "CB", None) is None


CHANGES = (
    ("bitsandbytes.nn.modules", "has_avx512bf16", _no_repacking),
    ("bitsandbytes.autograd._functions", "MatMul8bitFp", _same_training),
    ("bitsandbytes.nn.modules", "Int8Params", _moves_to_itself),
)


@functools.cache
def take_common_path():
    """Once in a process, after bitsandbytes was imported."""
    for module, name, change in CHANGES:
        if hasattr(sys.modules.get(module), name):
            change(sys.modules[module], name)


def require_common_path(model):
    """Raises NeedsDevice where weights were repacked for this processor all the same, or would be
    quantized a second time in the first pass, as those that are loaded in 8 bit are before 0.49.

    What follows would judge it.
    """
    for parameter in model.parameters():
        if getattr(getattr(parameter, "quant_state", None), "packing_format_for_cpu", False):
            raise NeedsDevice(
                "bitsandbytes repacks 4-bit weights for this processor alone; "
                "a GPU is needed to measure this cell"
            )
        if awaits_move(parameter) and parameter.device.type == "cpu":
            raise NeedsDevice(
                "bitsandbytes quantizes 8-bit weights that were saved once more on a processor; "
                "a GPU is needed to measure this cell"
            )
