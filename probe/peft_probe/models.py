"""The architecture axis: how a tiny checkpoint is loaded, fed and adapted, per architecture and
task.

Target modules are stated in the matrix, equal to the newest PEFT default where one exists: defaults
grow over releases, and a default that grows would pass for a fix.
"""

from dataclasses import dataclass, field
from typing import Optional

from . import matrix
from .matrix import TASKS
from .media import Feed


@dataclass(frozen=True)
class Idle:
    """Parts of a model that the loss of a task does not reach: pieces of their names, and why."""

    names: list
    why: str


@dataclass(frozen=True)
class Architecture:
    """An entry of `matrix/architectures.json`.

    `modules` are the names of its modules by what adapts them, `heads` maps a task to the name of
    its newly made head. `pads` is the side on which its tokenizers pad: an encoder reads the class
    off the first token. `model_type` is transformers' name where ours is another. `since` (its
    first release), `classes` and `models` (names by which code says it) are for the plan, and so
    are the only `quantizations` of one that is too narrow for the blocks of others. `feeds` are
    inputs beside text. `idle` maps a task to names of parts that its loss does not reach.
    """

    tasks: list
    modules: dict
    classes: list
    models: list
    heads: dict = field(default_factory=dict)
    pads: str = "left"
    model_type: Optional[str] = None
    since: Optional[str] = None
    quantizations: Optional[list] = None
    feeds: dict = field(default_factory=dict)
    idle: dict = field(default_factory=dict)

    def __post_init__(self):
        feeds = {name: matrix.made(f"feeds: {name}", Feed, one) for name, one in self.feeds.items()}
        object.__setattr__(self, "feeds", feeds)
        idle = {task: matrix.made(f"idle: {task}", Idle, one) for task, one in self.idle.items()}
        object.__setattr__(self, "idle", idle)

    @property
    def auto(self):
        """Task -> the Auto class of transformers that loads it."""
        return {task: TASKS[task].auto for task in self.tasks}


ARCHITECTURES = matrix.read("architectures", Architecture)
VOCABULARY = 64
