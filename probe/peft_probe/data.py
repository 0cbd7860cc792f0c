"""The rows that every cell sees: arithmetic, no random numbers, so that they are the same in every
release.

The batch for one pass has two padded rows. The batch for the training steps has the same four rows
without padding: a mask with padding costs some releases of transformers 5 ms a pass, more than all
the rest of a step. Where rows have pictures or sound, media.py makes them.
"""

from dataclasses import dataclass, field

from . import media

PROMPTS = 2
LENGTH = 12
PADDED = (0, 0, 3, 5)
PAD = 0
GENERATED = 8
IGNORED = -100


@dataclass(frozen=True)
class Text:
    """Four rows of 12 token ids, the id that pads them, and by name what a row is given beside."""

    ids: tuple
    pad: int = PAD
    feeds: dict = field(default_factory=dict)


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


def rows(pads, text=TINY, front=()):
    """The rows of a text and their mask; the last two are padded by 3 and 5 on the side `pads`, if
    any. The tokens in `front` stand before each row, behind its padding.
    """
    ids, mask = [], []
    for row, padding in zip(text.ids, PADDED):
        places = range(LENGTH)
        padded = {None: (), "left": places[:padding], "right": places[LENGTH - padding :]}[pads]
        own = [text.pad if place in padded else row[place] for place in places]
        seen = [0 if place in padded else 1 for place in places]
        at = padding if pads == "left" else 0
        ids.append([*own[:at], *front, *own[at:]])
        mask.append([*seen[:at], *(1 for _ in front), *seen[at:]])
    return ids, mask


def tokens(torch, device, pads, text=TINY, front=()):
    """The same as tensors [4, 12 and those in front]."""
    ids, mask = rows(pads, text, front)
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
    front = front_of(task)
    ids, mask = tokens(torch, device, pads, text, front)
    given = {**_read(task, ids, mask), **beside(torch, task, text.feeds, ids)}
    if task.targets == "own":
        return {**given, "return_loss": True}
    labels = TARGETS[task.targets](torch, ids, mask)
    for token in set(front):
        labels = labels.masked_fill(ids == token, IGNORED)
    return {**given, "labels": labels}


def front_of(task):
    """The tokens that stand before each row."""
    return media.FRONT if task.inputs == "picture and text" else ()


def _read(task, ids, mask):
    """What a model reads of a text."""
    if task.inputs == "media":
        return {}
    return {"input_ids": ids, **({} if task.inputs == "pairs" else {"attention_mask": mask})}


def beside(torch, task, feeds, ids):
    """The pictures or sound of rows with these `ids`.

    Every other row has the same picture, so that a row has its own wherever two rows are repeated.
    """
    if task.inputs == "text":
        return {}
    few = task.inputs == "picture and text"
    numbers = [row % PROMPTS if few else row for row in range(len(ids))]
    return media.fed(torch, feeds, numbers, ids.device, ids)


def inputs(torch, task, device, pads, text=TINY):
    """The same as a batch without labels, as in inference.

    A decoder of its own is fed the labels, shifted right.
    """
    given = batch(torch, task, device, pads, text)
    given.pop("return_loss", None)
    labels = given.pop("labels", None)
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


def prompts(torch, task, device, text=TINY):
    """Keyword arguments of generation: two unpadded prompts [2, 6], behind a picture where rows
    have one; or two sounds alone.
    """
    front = front_of(task)
    ids = tokens(torch, device, None, text, front)[0][:PROMPTS, : len(front) + 6]
    return {
        **_read(task, ids, torch.ones_like(ids)),
        **beside(torch, task, text.feeds, ids),
    }
