"""What the stages of one cell share: its model, and how it is loaded and fed."""

import json
from pathlib import Path

from . import brought, data, loading, paths, preparations
from .matrix import TASKS
from .methods import METHODS, configuration
from .models import ARCHITECTURES
from .own import method_with, own_of
from .quantizers import QUANTIZERS, UNQUANTIZED_TOLERANCE


class Trial:
    """What the stages of one cell hand on to each other."""

    def __init__(self, modules, cell, job, folder):
        self.torch, self.transformers, self.peft = modules
        self.cell, self.job, self.folder = cell, job, Path(folder)
        self.task = TASKS[cell["task"]]
        self.brought = brought.checkpoint_of(job, cell)
        """The checkpoint where it is one of the user's own, else None."""
        self.architecture = (
            self.brought.architecture(cell["task"])
            if self.brought
            else ARCHITECTURES[cell["architecture"]]
        )
        if self.brought:
            self.brought.hide_adapter(self.folder)
        self.text = data.TINY
        self.entry, self.paths = paths.parts_of(cell["method"])
        self.own = own_of(self.torch, cell)
        self.method = METHODS.get(self.entry)
        if self.own is not None:
            self.method = method_with(self.method, self.own, METHODS)
        self.quantizer = QUANTIZERS.get(cell["quantization"])
        if self.is_stored:
            self.quantizer = brought.as_stored(self.quantizer)
        least = self.quantizer.tolerance if self.quantizer else UNQUANTIZED_TOLERANCE
        rounded = [self.own.floor] if self.own else []
        self.floor = max([0.0, *rounded, *(paths.PATHS[name].tolerance for name in self.paths)])
        """The least difference that is told from none, where a code path rounds."""
        self.tolerance = max(least, self.floor)
        self.facts = {}
        self.left = None
        """What other environments get of this cell: file name -> bytes."""
        self.evidence = None
        """What a judge outside gets of it: the same."""
        self.generated = self.first = self.reloaded = self.merged = self.weights = None
        self.padded_ways = self.ended = None
        self.made = {}
        """What a preparation made for the configuration, by name."""
        self.quantized = 0
        self.model = self.base_logits = self.padded_logits = self.trained_logits = None

    @property
    def place(self):
        """The device that the job names."""
        return self.torch.device(self.job.get("place", "cpu"))

    @property
    def dtype(self):
        """The name of what its weights are loaded in, where a code path says it."""
        names = {"bf16": "bfloat16", "fp16": "float16"}
        return next((names[path] for path in self.paths if path in names), "float32")

    @property
    def on_card(self):
        return self.job.get("place", "cpu") != "cpu"

    @property
    def device(self):
        return next(self.model.parameters()).device

    @property
    def model_type(self):
        """transformers' name of the architecture."""
        return self.architecture.model_type or self.cell["architecture"]

    @property
    def is_stored(self):
        """Whether the checkpoint's own files are quantized."""
        return self.brought is not None and self.brought.is_stored

    @property
    def checkpoint(self):
        """Folder of the model that the cell starts from."""
        if self.brought:
            return self.brought.folder
        return Path(self.job["checkpoints"]) / self.cell["architecture"]

    @property
    def own_settings(self):
        """The checkpoint's configuration, as its file says it."""
        return json.loads((self.checkpoint / "config.json").read_text())

    def load(self, quantized, folder=None, **more):
        """The checkpoint, or what was saved in another folder, as a user loads it."""
        return loading.load(self, quantized, folder, more)

    def learn(self):
        """Asks a loaded model of the user's own what the matrix says of the tiny ones.

        In words: what is adapted, and what it is given to read.
        """
        self.architecture, targets = self.brought.learnt(self)
        self.text, text = self.brought.text(self)
        size = self.logits(self.model).abs().max().item()
        self.floor = max(self.floor, brought.PER_LOGIT * size)
        self.tolerance = max(self.tolerance, self.floor)
        return targets, text

    def hooks(self, hook):
        """What the method needs there, and what the code paths of the cell do, in order."""
        prepared = self.method.prepared if self.method else None
        return [*preparations.hooks(prepared, hook), *paths.hooks(self.paths, hook)]

    def configuration(self):
        """The PEFT configuration of the cell, a new one each time."""
        given = (self.method, self.architecture, self.cell["task"], self.job["steps"])
        model = {"width": self.width}
        made = configuration(self.peft, *given, made=self.made, model=model)
        if self.head and self.task.task_type is None and hasattr(made, "modules_to_save"):
            # What PEFT adds where it knows the task.
            made.modules_to_save = made.modules_to_save or [self.head]
        return made

    def attached(self, model):
        """The model with its adapter."""
        attach = (self.hooks("attach") or [_attach])[-1]
        return self._with("attached", attach(self, model, self.configuration()))

    def load_adapter(self, base, folder):
        """A saved adapter on a model."""
        load = (self.hooks("load_adapter") or [_load_adapter])[-1]
        return self._with("loaded", load(self, base, folder))

    def _with(self, hook, model):
        for more in self.hooks(hook):
            model = more(self, model)
        return model

    def disabled(self):
        """The context in which the adapter is off."""
        off = (self.hooks("disabled") or [_disabled])[-1]
        return off(self)

    @property
    def plain_id(self):
        """The identifier without code paths: what must hold is the same by each of them."""
        cell = self.cell
        return "/".join((self.entry, cell["quantization"], self.model_type, cell["task"]))

    @property
    def not_measured(self):
        """Stage -> exemption, of the method, of its model's form and of the code paths."""
        found = dict(self.method.not_measured) if self.method else {}
        if self.method and self.quantizer:
            found.update(self.quantizer.not_measured)
        for name in self.paths:
            found.update(paths.PATHS[name].not_measured)
        return found

    def exempt(self, exemptions, stage):
        """Whether a stage is exempt by design for this cell.

        `exemptions` are those of its method, by stage.
        """
        exemption = exemptions.get(stage)
        if exemption is None:
            return False
        return {
            "everywhere": True,
            "quantized": self.quantizer is not None,
            "new-head": self.head is not None,
        }[exemption.where]

    @property
    def width(self):
        """Of the text's embedding: the first weight of a model, unless it looks at pictures."""
        first = next(iter(self.weights.values()))
        if len(first) == 2:
            return first[1]
        text = (shape for name, shape in self.weights.items() if name.endswith("embed_tokens"))
        return next(text, first[::-1])[-1]

    @property
    def head(self):
        return self.architecture.heads.get(self.cell["task"])

    def is_idle(self, name):
        """Whether the loss of the task does not reach a part of this name."""
        idle = self.architecture.idle.get(self.cell["task"])
        return idle is not None and any(piece in name for piece in idle.names)

    def batch(self, padded):
        """Keyword arguments of one pass with labels.

        `padded` rows are padded as the architecture's tokenizers do.
        """
        pads = self.architecture.pads if padded else None
        return data.batch(self.torch, self.task, self.device, pads, self.text)

    def inputs(self, padded):
        """The same without labels."""
        pads = self.architecture.pads if padded else None
        return data.inputs(self.torch, self.task, self.device, pads, self.text)

    def loss_now(self):
        """The loss of the batch that is trained on, in evaluation."""
        self.model.eval()
        with self.torch.no_grad():
            return self.model(**self.batch(padded=False)).loss.item()

    def prompts(self):
        """Keyword arguments of generation: two prompts."""
        return data.prompts(self.torch, self.task, self.device, self.text)

    def beside(self, ids):
        """What a pass over these `ids` is given beside them."""
        return data.beside(self.torch, self.task, self.text.feeds, ids)

    def logits(self, model, padded=False):
        """Logits of the four rows in float32, without gradients.

        [real tokens, vocabulary], or [rows, labels].
        """
        return self.logits_of(model, self.inputs(padded))

    def logits_of(self, model, inputs):
        """The same of other rows."""
        model.eval()
        with self.torch.no_grad():
            logits = getattr(model(**inputs), self.task.logits).float()
        if self.task.logits_per == "token":
            mask = inputs["attention_mask"]
            return logits[:, -mask.shape[1] :][mask == 1]
        return logits.reshape(-1, logits.shape[-1])


def _attach(trial, model, config):
    return trial.peft.get_peft_model(model, config)


def _load_adapter(trial, base, folder):
    return trial.peft.PeftModel.from_pretrained(base, folder)


def _disabled(trial):
    return trial.model.disable_adapter()
