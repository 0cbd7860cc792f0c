"""Layers whose weights are rounded."""

import torch


class Rounded(torch.nn.Linear):
    def __init__(self, linear):
        self.weight = linear.weight
        self.weight.values[:] = [
            round(value / self.step) * self.step for value in self.weight.values
        ]


class Linear4bit(Rounded):
    step = 1 / 16


class Linear8bitLt(Rounded):
    step = 1 / 256
