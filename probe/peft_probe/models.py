"""The architecture axis: how a tiny checkpoint is loaded, fed and adapted, per architecture and
task.

Target modules are stated in the matrix, equal to the newest PEFT default where one exists: defaults
grow over releases, and a default that grows would pass for a fix.
"""

from dataclasses import dataclass, field
from typing import Optional

from . import matrix
from .matrix import TASKS


@dataclass(frozen=True)
class Architecture:
    """An entry of `matrix/architectures.json`.

    `modules` are the names of its modules by what adapts them, `heads` maps a task to the name of
    its newly made head. `pads` is the side on which its tokenizers pad: an encoder reads the class
    off the first token. `model_type` is transformers' name where ours is another. `since` (its
    first release), `classes` and `models` (names by which code says it) are for the plan.
    """

    tasks: list
    modules: dict
    classes: list
    models: list
    heads: dict = field(default_factory=dict)
    pads: str = "left"
    model_type: Optional[str] = None
    since: Optional[str] = None

    @property
    def auto(self):
        """Task -> the Auto class of transformers that loads it."""
        return {task: TASKS[task].auto for task in self.tasks}


ARCHITECTURES = matrix.read("architectures", Architecture)
VOCABULARY = 64
