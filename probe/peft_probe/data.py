"""The rows that every cell sees: arithmetic, no random numbers, so that they are the same in every release.

The batch for one pass has two left-padded rows. The batch for the training steps has the same four rows without
padding: a mask with padding costs some releases of transformers 5 ms a pass, more than all the rest of a step.
"""

ROWS = 4
PROMPTS = 2
LENGTH = 12
PAD = 0
GENERATED = 8


def tokens(torch, device, padded=True):
    """Token ids [4, 12] and attention mask [4, 12]; if `padded`, the last two rows are left-padded by 3 and 5.

    Each row steps by a stride of 7 to 10, which the tiny checkpoints have not been trained on: there is
    something left to learn.
    """
    start = torch.tensor([[3], [11], [23], [31]])
    stride = torch.tensor([[7], [8], [9], [10]])
    ids = (start + stride * torch.arange(LENGTH)) % 60 + 4
    mask = torch.ones(ROWS, LENGTH, dtype=torch.long)
    for row, padding in ((2, 3), (3, 5)) if padded else ():
        ids[row, :padding] = PAD
        mask[row, :padding] = 0
    return ids.to(device), mask.to(device)


def batch(torch, task, device, padded=True):
    """Keyword arguments of one forward pass with labels, for a task."""
    ids, mask = tokens(torch, device, padded)
    inputs = {"input_ids": ids, "attention_mask": mask}
    if task == "causal-lm":
        # The first real token is predicted from a padded position, whose output means nothing and differs over releases.
        predicted = mask * torch.nn.functional.pad(mask, (1, 0), value=0)[:, :-1]
        return {**inputs, "labels": ids.masked_fill(predicted == 0, -100)}
    if task == "seq2seq-lm":
        return {**inputs, "labels": ids.flip(1)[:, :GENERATED].masked_fill(ids.flip(1)[:, :GENERATED] == PAD, -100)}
    if task == "token-cls":
        return {**inputs, "labels": (ids % 2).masked_fill(mask == 0, -100)}
    return {**inputs, "labels": torch.tensor([0, 1, 0, 1], device=ids.device)}


def inputs(torch, task, device, padded):
    """The same without labels, as in inference; a decoder of its own is fed the labels, shifted right."""
    given = batch(torch, task, device, padded)
    labels = given.pop("labels")
    if task == "seq2seq-lm":
        shifted = labels.masked_fill(labels == -100, PAD)[:, :-1]
        given["decoder_input_ids"] = torch.cat((torch.full_like(shifted[:, :1], PAD), shifted), dim=1)
    return given


def prompts(torch, device):
    """Two unpadded prompts [2, 6] to generate from."""
    return tokens(torch, device, padded=False)[0][:PROMPTS, :6]
