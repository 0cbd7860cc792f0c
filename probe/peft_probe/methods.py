"""The method axis: which PEFT configuration makes each method, and what holds for it by design."""

import dataclasses
from dataclasses import dataclass, field
from functools import partial
from typing import Optional

from . import matrix
from .errors import Unsupported
from .matrix import TASKS


@dataclass(frozen=True)
class Method:
    """An entry of `matrix/methods.json`.

    `defining` names arguments without which a configuration would be another method. `after_step`
    is what its base model has to be told after each step. `not_measured` names stages that have no
    meaning for it, `not_compared` those that must only run. `words`, `peft_type` and `said_by` are
    names of it, for the report and the plan. `quantizations`, `architectures` and `tasks` are where
    it can be, everywhere without them, but for architectures that it `refuses`. `prepared` names
    what its users do besides (preparations), `packages` what they install. `untrained` are patterns
    of trainable tensors that get no gradient by design, `by_design` checks that do not hold by it,
    each with the reason. `learning_rates` are those of architectures that need another than the
    rest.
    """

    words: str
    config: str
    arguments: dict
    learning_rate: float
    defining: list = field(default_factory=list)
    after_step: Optional[str] = None
    not_measured: dict = field(default_factory=dict)
    not_compared: dict = field(default_factory=dict)
    peft_type: Optional[str] = None
    said_by: Optional[dict] = None
    per_device: Optional[str] = None
    quantizations: Optional[list] = None
    architectures: Optional[list] = None
    tasks: Optional[list] = None
    refuses: dict = field(default_factory=dict)
    prepared: Optional[str] = None
    packages: dict = field(default_factory=dict)
    untrained: dict = field(default_factory=dict)
    by_design: dict = field(default_factory=dict)
    learning_rates: dict = field(default_factory=dict)

    def __post_init__(self):
        where = f"methods.json: {self.config}"
        for name in ("not_measured", "not_compared"):
            object.__setattr__(self, name, matrix.exemptions(where, getattr(self, name)))
        object.__setattr__(self, "packages", matrix.packages(where, self.packages))

    def rate(self, architecture):
        """The learning rate on an architecture."""
        return self.learning_rates.get(architecture, self.learning_rate)

    def exemption(self, check):
        """Why a check does not hold of it by design, or None."""
        return self.by_design.get(check)

    def filled(self, architecture, steps, **sources):
        """The arguments of its configuration for an architecture and a number of training steps.

        A configuration inside it is None unless `configured` makes one.
        """
        return matrix.filled(
            self.arguments, modules=architecture.modules, job={"steps": steps}, **sources
        )


def _derived(name, entries):
    """An entry as it stands, or the entry `defaultsOf` another: that one without module names."""
    entry = entries[name]
    if "defaultsOf" not in entry:
        return entry
    base = entries[entry["defaultsOf"]]
    kept = {key: base[key] for key in base if key not in ("peftType", "saidBy")}
    asked = {key: one for key, one in base["arguments"].items() if not _names_modules(one)}
    return {**kept, "words": f"{base['words']} with default modules", "arguments": asked}


def _names_modules(argument):
    return isinstance(argument, dict) and "modules" in argument


METHODS = matrix.read("methods", Method, _derived)


def configuration(peft, method, architecture, task, steps, **sources):
    """The PEFT configuration object of an entry; arguments that this release's class lacks are left
    out.

    Raises Unsupported where the class itself, or a defining argument, is missing.
    """
    config_class = getattr(peft, method.config, None)
    if config_class is None:
        raise Unsupported(f"peft {peft.__version__} has no {method.config}")
    known = {field.name for field in dataclasses.fields(config_class)}
    for argument in method.defining:
        if argument not in known:
            raise Unsupported(f"{method.config} of peft {peft.__version__} has no {argument}")
    arguments = method.filled(architecture, steps, configured=partial(_inner, peft), **sources)
    return config_class(
        task_type=TASKS[task].task_type,
        **{key: value for key, value in arguments.items() if key in known},
    )


def _inner(peft, name, **arguments):
    """A configuration inside another. Some are in the package of their tuner alone."""
    places = (peft, peft.tuners, peft.tuners.lora, peft.tuners.lora.config)
    found = next((getattr(place, name) for place in places if hasattr(place, name)), None)
    if found is None:
        raise Unsupported(f"peft {peft.__version__} has no {name}")
    return found(**arguments)
