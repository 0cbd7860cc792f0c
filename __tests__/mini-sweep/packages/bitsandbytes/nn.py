"""Layers whose weights are rounded."""

import torch


class Rounded(torch.nn.Linear):
    def __init__(self, linear):
        self.weight = linear.weight
        self.weight.values[:] = [
            round(value / self.step) * self.step for value in self.weight.values
        ]
        self.weight.dtype = self.stored


class Linear4bit(Rounded):
    step, stored = 1 / 16, torch.uint8


class Linear8bitLt(Rounded):
    step, stored = 1 / 256, torch.int8
