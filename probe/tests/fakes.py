"""A model, an adapter and a torch of a few numbers: as much of each as the stages ask of them."""

import contextlib
from types import SimpleNamespace

from peft_probe import data
from peft_probe.paths import hooks


class Numbers:
    """A tensor: a list of numbers."""

    def __init__(self, *values):
        self.values = values
        self.shape = (len(values),)

    def __sub__(self, other):
        return Numbers(*(a - b for a, b in zip(self.values, other.values)))

    def abs(self):
        return Numbers(*map(abs, self.values))

    def max(self):
        # A NaN is the largest, as torch has it.
        return Numbers(next((v for v in self.values if v != v), max(self.values)))

    def any(self):
        return any(self.values)

    def isnan(self):
        return Numbers(*(value != value for value in self.values))

    def item(self):
        return self.values[0]

    def detach(self):
        return Numbers(*self.values)

    def clone(self):
        return Numbers(*self.values)


class Parameter(Numbers):
    def __init__(self, *values, learns=True, trainable=True):
        super().__init__(*values)
        self.learns, self.requires_grad, self.grad = learns, trainable, None

    def numel(self):
        return len(self.values)


class Loss(Numbers):
    def __init__(self, value, parameters):
        super().__init__(value)
        self.parameters = parameters

    def backward(self):
        for parameter in self.parameters:
            parameter.grad = Numbers(1.0) if parameter.learns else None


class Model:
    """Its loss halves with each step unless `stuck`; logits are `answer`, `base` when disabled."""

    def __init__(self, answer=2.0, base=1.0, merged=2.0, stuck=False, **parameters):
        self.answer, self.base, self.merged, self.stuck = answer, base, merged, stuck
        self.weights = parameters or {"lora_A": Parameter(1.0)}
        self.loss, self.base_model, self.disables, self.on = 4.0, self, True, True

    def parameters(self):
        return iter(self.weights.values())

    def named_parameters(self):
        return iter(self.weights.items())

    def train(self):
        pass

    def __call__(self, **inputs):
        return SimpleNamespace(loss=Loss(self.loss, self.weights.values()))

    def step(self):
        if not self.stuck:
            self.loss /= 2
        for parameter in self.weights.values():
            if parameter.learns and parameter.requires_grad:
                parameter.values = tuple(value + 1 for value in parameter.values)

    def logits(self):
        return Numbers(self.answer if self.on else self.base)

    @contextlib.contextmanager
    def disable_adapter(self):
        self.on = not self.disables
        yield
        self.on = True

    def merge_and_unload(self):
        return Model(answer=self.merged)

    def save_pretrained(self, folder):
        pass


class Optimizer:
    def __init__(self, model):
        self.model = model

    def zero_grad(self):
        pass

    def step(self):
        self.model.step()


def torch_for(trial):
    return SimpleNamespace(
        manual_seed=lambda seed: None,
        isfinite=lambda loss: abs(loss.item()) < float("inf"),
        equal=lambda one, other: one.values == other.values,
        tensor=lambda values, device=None: Numbers(*values),
        optim=SimpleNamespace(AdamW=lambda parameters, **options: Optimizer(trial.model)),
    )


def method_with(**more):
    """An entry of the matrix of which nothing special is known but `more`."""
    nothing = {"not_measured": {}, "not_compared": {}, "untrained": {}, "by_design": {}}
    return SimpleNamespace(
        **{
            "rate": lambda architecture: 1.0,
            "after_step": None,
            "prepared": None,
            **nothing,
            **more,
        }
    )


def trial_of(model=None, *, fresh=None, head=None, method=None, quantizer=None, task=None, **more):
    """A trial whose model has its adapter; `fresh` is what an adapter loaded again answers."""
    method = method or method_with()
    trial = SimpleNamespace(
        cell={"id": "a/b", "architecture": "llama", "method": "lora", "task": "causal-lm"},
        job={"steps": 3, **more.pop("job", {})},
        architecture=SimpleNamespace(pads="left", model_type=None),
        model_type="llama",
        brought=None,
        is_stored=False,
        text=data.TINY,
        task=task
        or SimpleNamespace(labels=None, generates=True, decodes=False, targets="next-token"),
        model=model or Model(),
        method=method,
        quantizer=quantizer,
        head=head,
        tolerance=0.001,
        floor=0.0,
        paths=more.pop("paths", []),
        not_measured=method.not_measured,
        device="cpu",
        on_card=False,
        facts={},
        left=None,
        base_logits=Numbers(1.0),
        padded_logits=None,
        trained_logits=Numbers(2.0),
        logits=lambda one, padded=False: one.logits(),
        batch=lambda padded: {},
        inputs=lambda padded: {},
        prompts=dict,
        is_idle=more.pop("is_idle", lambda name: False),
        exempt=lambda exemptions, stage: stage in exemptions,
        load=lambda quantized, folder=None, **more: Model(answer=1.0),
        transformers=SimpleNamespace(CONFIG_MAPPING={"llama": object()}, __version__="5"),
        peft=SimpleNamespace(
            PeftModel=SimpleNamespace(from_pretrained=lambda base, folder: Model(answer=fresh)),
        ),
    )
    trial.torch = torch_for(trial)
    trial.hooks = lambda hook: hooks(trial.paths, hook)
    trial.configuration = lambda: "a configuration"
    for name, plain in (
        ("attach", lambda trial, model, config: trial.peft.get_peft_model(model, config)),
        (
            "load_adapter",
            lambda trial, base, folder: trial.peft.PeftModel.from_pretrained(base, folder),
        ),
        ("disabled", lambda trial: trial.model.disable_adapter()),
    ):
        one = (trial.hooks(name) or [plain])[-1]
        setattr(trial, name, lambda *given, one=one: one(trial, *given))
    trial.attached = lambda model: trial.attach(model, trial.configuration())
    for name, value in more.items():
        setattr(trial, name, value)
    return trial
