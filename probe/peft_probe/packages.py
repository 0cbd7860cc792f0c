"""What cells need is imported once in a process, before the first of them."""

import gc
import importlib
import time

from . import protocol
from .errors import describe
from .methods import METHODS
from .models import ARCHITECTURES
from .quantizers import ENTRIES


def import_packages(job):
    """Imports what the cells need. A package that cannot be imported fails the cells that need it,
    no others.

    Hardly anything of an import is garbage: to look through it while it grew took 0.5 of 3.2 s, and
    children would copy what is looked through later.
    """
    gc.disable()
    modules, failures = import_all(job)
    if "torch" in modules:
        modules["torch"].set_num_threads(1)
    resolve_lazy_names(modules, job.get("expects", []))
    gc.freeze()
    gc.enable()
    return modules, failures


def module_of(package):
    """The name by which a package is imported."""
    entries = (*ENTRIES.values(), *METHODS.values())
    known = [entry.packages[package] for entry in entries if package in entry.packages]
    named = next((one.module for one in known if one.module is not None), None)
    return named or package.replace("-", "_")


def import_all(job):
    modules, failures = {}, {}
    for name in ("torch", "transformers", "peft", *job["packages"]):
        began = time.monotonic()
        try:
            modules[name] = importlib.import_module(module_of(name))
        except BaseException as raised:
            failures[name] = {"stage": "import", "kind": "raised", **describe(raised)}
        protocol.send(
            {
                "kind": "imported",
                "package": name,
                "ok": name in modules,
                "seconds": round(time.monotonic() - began, 3),
            }
        )
    return modules, failures


def resolve_lazy_names(modules, cells):
    """Touches the classes that cells will use: transformers imports them on first use."""
    for cell in cells:
        try:
            model_type = modules["transformers"].CONFIG_MAPPING[cell["architecture"]]
            auto = getattr(
                modules["transformers"], ARCHITECTURES[cell["architecture"]].auto[cell["task"]]
            )
            auto._model_mapping[model_type]
        except BaseException:
            continue


def failure_for(cell, failures):
    """The import failure that stops this cell, if any.

    The control needs no PEFT, and only its own quantizer.
    """
    needed = [
        "torch",
        "transformers",
        *([] if cell["method"] == "base" else ["peft"]),
        *cell["packages"],
    ]
    return next((failures[name] for name in needed if name in failures), None)


def not_imported(failure):
    """The result of a cell whose package could not be imported."""
    return {"stages": {"import": "fail"}, "failures": [failure], "facts": {}}
