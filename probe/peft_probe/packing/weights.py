"""What packers share: which weights are packed, and small integers in words of 32 bits."""

LEFT_ALONE = ("embed", "lm_head", "score", "classifier", "gate", "shared", "wte", "wpe")


def is_packed(name, tensor):
    """Whether a tensor of a checkpoint is the weight of a linear layer inside of a block."""
    parts = name.split(".")
    outside = any(part.startswith(LEFT_ALONE) and part != "gate_proj" for part in parts)
    return parts[-1] == "weight" and tensor.dim() == 2 and not outside


def in_words(torch, values, bits, order=None):
    """Unsigned integers below 2^bits as int32: [rows, columns] -> [rows, columns * bits / 32].

    The first of a word lies lowest, or the one that `order` names first.
    """
    each = 32 // bits
    order = order or range(each)
    groups = values.to(torch.int64).reshape(values.shape[0], -1, each)
    words = sum(groups[:, :, place] << (bits * at) for at, place in enumerate(order))
    return torch.where(words >= 1 << 31, words - (1 << 32), words).to(torch.int32)


def grouped(torch, weight, size, most):
    """Integers up to `most` and their scales: [out, in] -> [out, in], [out, in / size]."""
    parts = weight.float().reshape(weight.shape[0], -1, size)
    scales = parts.abs().amax(dim=-1).clamp(min=1e-6) / most
    whole = (parts / scales.unsqueeze(-1)).round().clamp(-most - 1, most)
    return whole.to(torch.int8).reshape(weight.shape), scales
