"""Reads the matrix: the JSON files beside this package, which the TypeScript half reads too.

An entry is made into a dataclass whose fields are the keys that it may have, in this program's
spelling. What data cannot say until a cell runs is written as a reference: `{"modules": "lora"}`
stands for the module names that the architecture gives that role, `{"job": "steps"}` for a number
of the job, `{"torch": "float32"}` for a name of torch, `{"model": "width"}` for a number of the
model, `{"made": "experts"}` for what a preparation made, `{"peft": "KasaConfig", "with": {}}` for a
configuration inside another, `{"is": {}}` for a table that is meant as it stands,
`{"make": "a.b.Class", "with": {...}}` for an object of a package, made with those arguments.
"""

import copy
import importlib
import json
import re
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Optional

from .errors import Unsupported

FOLDER = Path(__file__).resolve().parents[1] / "matrix"


class MatrixError(Exception):
    """An entry of the matrix has a key that nothing reads, or lacks one.

    The message names file, entry and keys.
    """


def read(kind, entry_class, derived=lambda name, entries: entries[name]):
    """The entries of `matrix/KIND.json` by name, as `entry_class`.

    `derived` makes the data of an entry, which may rest on another one.
    """
    entries = json.loads((FOLDER / f"{kind}.json").read_text())
    data = {name: derived(name, entries) for name in entries}
    return {name: made(f"{kind}.json: {name}", entry_class, one) for name, one in data.items()}


def made(where, entry_class, data):
    """One entry as a dataclass.

    Raises MatrixError for a key that it does not have, or a missing one.
    """
    given = {_spelled(key): value for key, value in data.items()}
    known = {field.name: field for field in fields(entry_class)}
    unknown = [key for key in data if _spelled(key) not in known]
    if unknown:
        raise MatrixError(f"{where} has the unknown key {', '.join(unknown)}")
    missing = [
        name
        for name, field in known.items()
        if name not in given and field.default is MISSING and field.default_factory is MISSING
    ]
    if missing:
        raise MatrixError(f"{where} lacks {', '.join(missing)}")
    return entry_class(**given)


def filled(arguments, **sources):
    """`arguments` with each reference replaced: `{"job": "steps"}` by `sources["job"]["steps"]`."""
    return {name: _value(value, sources) for name, value in arguments.items()}


def _value(value, sources):
    if not isinstance(value, dict):
        return copy.copy(value)
    if "make" in value:
        return named(value["make"])(**filled(value.get("with", {}), **sources))
    (source, name), *more = value.items()
    if source == "is":
        return copy.copy(name)
    if source == "peft":
        return (
            sources["configured"](name, **filled(dict(more)["with"], **sources))
            if "configured" in sources
            else None
        )
    if source not in sources:
        raise MatrixError(f"nothing is known as `{source}` where `{name}` is asked of it")
    found = sources[source]
    return copy.copy(found[name]) if isinstance(found, dict) else getattr(found, name)


def named(path):
    """What a dotted path names: `a.b.Class` of the module `a.b`.

    Raises Unsupported where the installed release has no such name.
    """
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as lacking:
        if isinstance(lacking, ModuleNotFoundError) and not module.startswith(lacking.name or "\0"):
            raise
        raise Unsupported(f"{module.split('.')[0]} has no {path} here") from lacking


def _spelled(key):
    return re.sub("[A-Z]", lambda capital: "_" + capital.group().lower(), key)


@dataclass(frozen=True)
class Package:
    """A library that an entry needs.

    The first release that has what it asks, and the module that is imported, where that is not
    called like the package.
    """

    since: str
    module: Optional[str] = None


def packages(where, data):
    """Packages by name, made of JSON unless they are already."""
    return {
        name: one if isinstance(one, Package) else made(where, Package, one)
        for name, one in data.items()
    }


@dataclass(frozen=True)
class Exemption:
    """Where a stage says nothing by design.

    Everywhere, on quantized weights, or beside a newly made head.
    """

    where: str
    why: str


def exemptions(where, data):
    return {stage: made(f"{where}.{stage}", Exemption, entry) for stage, entry in data.items()}


@dataclass(frozen=True)
class Task:
    """An entry of `matrix/tasks.json`: PEFT's task type, transformers' Auto class, and what a batch
    and logits look like.

    `inputs` are what a row holds, `targets` names the labels of a batch (data.py makes them),
    `logits_per` says whether there is a row of logits for each token of the input or for something
    else, `logits` what an output calls them. `labels` is the number of classes of a newly made
    head, None where there is none. `decodes` says that a decoder of its own reads what was
    generated so far, `without_tokens` why no method that adds or trains tokens is for it.
    Where PEFT has no task type, users name none.
    """

    auto: str
    targets: str
    logits_per: str
    generates: bool = False
    decodes: bool = False
    labels: Optional[int] = None
    task_type: Optional[str] = None
    inputs: str = "text"
    logits: str = "logits"
    without_tokens: Optional[str] = None


TASKS = read("tasks", Task)
