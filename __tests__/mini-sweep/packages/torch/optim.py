"""AdamW, in the plain form of the paper."""


class AdamW:
    def __init__(self, parameters, lr, weight_decay, betas=(0.9, 0.999), eps=1e-8, fused=False):
        self.parameters, self.lr, self.betas, self.eps = list(parameters), lr, betas, eps
        self.weight_decay, self.step_count = weight_decay, 0
        self.moments = [([0.0] * one.numel(), [0.0] * one.numel()) for one in self.parameters]

    def zero_grad(self):
        for one in self.parameters:
            one.grad = None

    def step(self):
        self.step_count += 1
        (first_beta, second_beta), count = self.betas, self.step_count
        rate = self.lr * (1 - second_beta**count) ** 0.5 / (1 - first_beta**count)
        for one, (first, second) in zip(self.parameters, self.moments):
            if one.grad is None:
                continue
            for at, slope in enumerate(one.grad.values):
                first[at] = first_beta * first[at] + (1 - first_beta) * slope
                second[at] = second_beta * second[at] + (1 - second_beta) * slope * slope
                one.values[at] -= (
                    rate * first[at] / (second[at] ** 0.5 + self.eps)
                    + self.lr * self.weight_decay * one.values[at]
                )
