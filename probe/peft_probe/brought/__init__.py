"""A checkpoint of the user's own: what the matrix says of an architecture is asked of the model."""

import copy
import dataclasses
import json
import shutil
from pathlib import Path

from ..errors import NotMeasurable, Unsupported
from ..models import Architecture
from .modules import modules_of
from .text import text_of

ADAPTER = ("adapter_config.json", "adapter_model.safetensors")
HEADS = ("score", "classifier", "classification_head", "qa_outputs")
PER_LOGIT = 1e-4
"""A difference of logits that is none, as a share of their size: float32 rounds so in layers."""


class Brought:
    """One of the job's `brought`: `folder`, `trustsCode`, and `isStored` (quantized)."""

    def __init__(self, told):
        self.folder = Path(told["folder"])
        self.is_stored = told.get("isStored", False)
        self.trusts_code = told.get("trustsCode", False)
        self.settings = json.loads((self.folder / "config.json").read_text())

    @property
    def model_type(self):
        return self.settings["model_type"]

    @property
    def trust(self):
        """What loaders are told of code that the checkpoint brings."""
        return {"trust_remote_code": self.trusts_code}

    def hide_adapter(self, work):
        """Leaves an adapter that lies beside the model out, by links in the cell's own folder:
        loaders would load the model that it names. Where a cell is contained none is seen.
        """
        if not any((self.folder / name).exists() for name in ADAPTER):
            return
        shown = Path(work) / "model"
        shutil.rmtree(shown, ignore_errors=True)
        shown.mkdir()
        for path in self.folder.iterdir():
            if path.name not in ADAPTER:
                (shown / path.name).symlink_to(path)
        self.folder = shown

    def architecture(self, task):
        """As far as its configuration says it; modules and head are learnt from the model."""
        return Architecture([task], {}, [], [], model_type=self.model_type)

    def require_known(self, transformers, auto):
        """Raises Unsupported where this release has no such model or no such task of it,
        NotMeasurable where its code is not trusted.
        """
        brings = self.settings.get("auto_map") or {}
        if self.model_type not in transformers.CONFIG_MAPPING:
            if not brings:
                raise Unsupported(
                    f"transformers {transformers.__version__} has no model type {self.model_type}"
                )
            self._require_trust()
        elif not (self.trusts_code and brings):
            self._require_task(transformers, auto)
        if self.trusts_code and brings and auto not in brings:
            raise Unsupported(f"its code has no {auto}; it has {', '.join(sorted(brings))}")

    def _require_trust(self):
        if not self.trusts_code:
            raise NotMeasurable(
                "code not trusted",
                f"Its type `{self.model_type}` is code of its own. It runs where its entry under "
                "`checkpoints:` says `trust-remote-code: true`, on the base branch.",
            )

    def _require_task(self, transformers, auto):
        config = transformers.CONFIG_MAPPING[self.model_type]
        if config not in getattr(transformers, auto)._model_mapping:
            raise Unsupported(f"`{self.model_type}` has no {auto} in transformers")

    def options(self, task):
        """What `from_pretrained` is told besides."""
        resized = {} if task.labels is None else {"ignore_mismatched_sizes": True}
        return {"use_safetensors": True, "output_loading_info": True, **self.trust, **resized}

    def require_whole(self, model, info, head):
        """Raises NotMeasurable where the files lack weights of the model: they would be random."""
        tied = set(getattr(model, "_tied_weights_keys", None) or ())
        missing = [
            name
            for name in info["missing_keys"]
            if name not in tied and (head is None or head not in name.split("."))
        ]
        if missing:
            raise NotMeasurable(
                "wrong model type",
                f"{len(missing)} weights that `{self.model_type}` has are not in its files, "
                f"`{sorted(missing)[0]}` is one.",
            )

    def learnt(self, trial):
        """The architecture as the loaded model shows it, and in words what is adapted."""
        found, said = modules_of(trial.model, self.model_type)
        return dataclasses.replace(trial.architecture, modules=found), said

    def text(self, trial):
        """What it is given to read, and in words where that is from."""
        embedded = trial.model.get_input_embeddings().weight.shape[0]
        return text_of(trial.transformers, self, embedded)


def checkpoint_of(job, cell):
    """The checkpoint that a cell names, where it is one of the user's own."""
    told = job.get("brought", {}).get(cell["architecture"])
    return Brought(told) if told else None


def head_of(model, task):
    """The name of the layer that gives its classes."""
    if task.labels is None:
        return None
    names = {part for name, _ in model.named_parameters() for part in name.split(".")}
    return next((head for head in HEADS if head in names), None)


def as_stored(quantizer):
    """A form as loading takes it from files that are in it already."""
    stored = copy.copy(quantizer)
    for name in ("packed", "arguments", "quantizes"):
        object.__setattr__(stored, name, None)
    return stored


def shapes(model):
    """Shapes of linear layers and embeddings as they were before they were quantized: name ->
    (out, in).
    """
    found = {}
    for name, part in model.named_modules():
        weight = getattr(part, "weight", None)
        if hasattr(part, "in_features") and hasattr(part, "out_features"):
            found[name] = (part.out_features, part.in_features)
        elif weight is not None and len(weight.shape) >= 2:
            found[name] = tuple(weight.shape)
    return found
