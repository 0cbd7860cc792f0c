"""One function for each form: a float weight [out, in] to the tensors that stand for it, by their
last name.

With torch alone: what a release of a library packs would move with that library.
"""

from .weights import grouped, in_words

GROUP = 32
BLOCK = 128
FP8_MOST = 448.0
AWQ_ORDER = (0, 2, 4, 6, 1, 3, 5, 7)


def ct_int4(torch, weight):
    values, scales = grouped(torch, weight, GROUP, 7)
    return {
        "weight_packed": in_words(torch, values.int() + 8, 4),
        "weight_scale": scales.half(),
        "weight_shape": torch.tensor(weight.shape, dtype=torch.int64),
    }


def ct_int8(torch, weight):
    values, scales = grouped(torch, weight, weight.shape[1], 127)
    return {
        "weight_packed": in_words(torch, values.int() + 128, 8),
        "weight_scale": scales.half(),
        "weight_shape": torch.tensor(weight.shape, dtype=torch.int64),
    }


def ct_fp8(torch, weight):
    scales = weight.float().abs().amax(dim=1, keepdim=True).clamp(min=1e-6) / FP8_MOST
    return {
        "weight": (weight.float() / scales).to(torch.float8_e4m3fn),
        "weight_scale": scales.half(),
    }


def fp8(torch, weight):
    """One scale for each block of 128 by 128, the last ones smaller."""
    rows, columns = (-(-width // BLOCK) for width in weight.shape)
    scales = torch.zeros(rows, columns)
    values = torch.empty(weight.shape, dtype=torch.float8_e4m3fn)
    for row in range(rows):
        for column in range(columns):
            at = (
                slice(row * BLOCK, (row + 1) * BLOCK),
                slice(column * BLOCK, (column + 1) * BLOCK),
            )
            scales[row, column] = weight[at].float().abs().max() / FP8_MOST
            values[at] = (weight[at].float() / scales[row, column]).to(torch.float8_e4m3fn)
    return {"weight": values, "weight_scale_inv": scales}


def gptq_int4(torch, weight):
    """Words run along the inputs; a zero point is stored less one."""
    values, scales = grouped(torch, weight, GROUP, 7)
    out, into = weight.shape
    zeros = torch.full((into // GROUP, out), 7)
    return {
        "qweight": in_words(torch, values.int() + 8, 4).t().contiguous(),
        "qzeros": in_words(torch, zeros, 4),
        "scales": scales.t().contiguous().half(),
        "g_idx": torch.arange(into, dtype=torch.int32) // GROUP,
    }


def awq_int4(torch, weight):
    """Words run along the outputs, the values of each in an order of its own."""
    values, scales = grouped(torch, weight, GROUP, 7)
    out, into = weight.shape
    zeros = torch.full((into // GROUP, out), 8)
    return {
        "qweight": in_words(torch, (values.int() + 8).t(), 4, AWQ_ORDER),
        "qzeros": in_words(torch, zeros, 4, AWQ_ORDER),
        "scales": scales.t().contiguous().half(),
    }


def bitnet(torch, weight):
    """Four values of -1, 0 and 1 in a byte, a quarter of the rows in each pair of bits."""
    scale = weight.float().abs().mean().clamp(min=1e-5)
    values = (weight.float() / scale).round().clamp(-1, 1) + 1
    quarters = values.to(torch.uint8).chunk(4)
    packed = quarters[0] | quarters[1] << 2 | quarters[2] << 4 | quarters[3] << 6
    return {"weight": packed, "weight_scale": scale.reshape(1).half()}
