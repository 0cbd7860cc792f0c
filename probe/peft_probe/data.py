"""The rows that every cell sees: arithmetic, no random numbers, so that they are the same in every
release.

The batch for one pass has two padded rows. The batch for the training steps has the same four rows
without padding: a mask with padding costs some releases of transformers 5 ms a pass, more than all
the rest of a step.
"""

from dataclasses import dataclass

PROMPTS = 2
LENGTH = 12
PADDED = (0, 0, 3, 5)
PAD = 0
GENERATED = 8
IGNORED = -100


@dataclass(frozen=True)
class Text:
    """Four rows of 12 token ids, and the id that pads them."""

    ids: tuple
    pad: int = PAD


def steps(size):
    """Rows of ids from 4 on, below `size`. Each steps by a stride of 7 to 10, which the tiny
    checkpoints have not been trained on: there is something left to learn.
    """
    starts = ((3, 7), (11, 8), (23, 9), (31, 10))
    return tuple(
        tuple((start + stride * place) % (size - 4) + 4 for place in range(LENGTH))
        for start, stride in starts
    )


TINY = Text(steps(64))
"""What the tiny checkpoints are given."""


def rows(pads, text=TINY):
    """The rows of a text and their mask; the last two are padded by 3 and 5 on the side `pads`, if
    any.
    """
    ids, mask = [], []
    for row, padding in zip(text.ids, PADDED):
        places = range(LENGTH)
        padded = {None: (), "left": places[:padding], "right": places[LENGTH - padding :]}[pads]
        ids.append([text.pad if place in padded else row[place] for place in places])
        mask.append([0 if place in padded else 1 for place in places])
    return ids, mask


def tokens(torch, device, pads, text=TINY):
    """The same as tensors [4, 12]."""
    ids, mask = rows(pads, text)
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


def next_token(torch, ids, mask):
    """The first real token is predicted from a padded position, whose output means nothing and
    differs over releases.
    """
    predicted = mask * torch.nn.functional.pad(mask, (1, 0), value=0)[:, :-1]
    return ids.masked_fill(predicted == 0, IGNORED)


def reversed_row(torch, ids, mask):
    seen = mask.flip(1)[:, :GENERATED]
    return ids.flip(1)[:, :GENERATED].masked_fill(seen == 0, IGNORED)


def class_of_token(torch, ids, mask):
    return (ids % 2).masked_fill(mask == 0, IGNORED)


def class_of_row(torch, ids, mask):
    return torch.tensor([0, 1, 0, 1], device=ids.device)


TARGETS = {
    "next-token": next_token,
    "reversed": reversed_row,
    "class-of-token": class_of_token,
    "class-of-row": class_of_row,
}


def batch(torch, task, device, pads, text=TINY):
    """Keyword arguments of one forward pass with labels, for a task of the matrix."""
    ids, mask = tokens(torch, device, pads, text)
    labels = TARGETS[task.targets](torch, ids, mask)
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def inputs(torch, task, device, pads, text=TINY):
    """The same without labels, as in inference.

    A decoder of its own is fed the labels, shifted right.
    """
    given = batch(torch, task, device, pads, text)
    labels = given.pop("labels")
    if task.decodes:
        shifted = labels.masked_fill(labels == IGNORED, text.pad)[:, :-1]
        given["decoder_input_ids"] = torch.cat(
            (torch.full_like(shifted[:, :1], text.pad), shifted), dim=1
        )
    return given


def padded_rows(torch, device, text=TINY):
    """The two rows that can be padded.

    Together and padded on the right, then each alone without its padding.
    """
    ids, mask = tokens(torch, device, "right", text)
    ids, mask = ids[PROMPTS:], mask[PROMPTS:]
    together = {"input_ids": ids, "attention_mask": mask}
    alone = [row[seen == 1].unsqueeze(0) for row, seen in zip(ids, mask)]
    return together, [{"input_ids": row, "attention_mask": torch.ones_like(row)} for row in alone]


def prompts(torch, device, text=TINY):
    """Two unpadded prompts [2, 6] to generate from."""
    return tokens(torch, device, None, text)[0][:PROMPTS, :6]
