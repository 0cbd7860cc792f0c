"""The stages of one cell, in order.

Each is a function of the trial; what it raises says how it ended.
"""

import json
import time
from pathlib import Path

from . import card, data, invariants
from .checks import greedy_gap, largest_difference, require_close
from .common_path import require_common_path
from .errors import CheckFailed, HandoverUnreadable, NotApplicable, Unsupported, describe, ran_out
from .evidence import evidence_of
from .methods import configuration

PADDING_COUNTS = "padding-counts"
"""A check that says nothing of what comes after it: the cell goes on."""


def build(trial):
    if trial.cell["architecture"] not in trial.transformers.CONFIG_MAPPING:
        raise Unsupported(
            f"transformers {trial.transformers.__version__} has no model type "
            f"{trial.cell['architecture']}"
        )
    trial.model = trial.load(quantized=False)
    trial.weights = invariants.shapes(trial.model)


def quantize(trial):
    if trial.quantizer is None:
        raise NotApplicable
    trial.model = trial.load(quantized=True)


def attach(trial):
    trial.base_logits = trial.logits(trial.model)
    require_common_path(trial.model)
    if trial.method is None:
        trial.padded_logits = trial.logits(trial.model, padded=True)
        raise NotApplicable
    trial.torch.manual_seed(0)
    config = configuration(
        trial.peft, trial.cell["method"], trial.architecture, trial.cell["task"], trial.job["steps"]
    )
    trial.model = trial.peft.get_peft_model(trial.model, config)
    trial.facts["trainable"] = sum(p.numel() for p in trial.model.parameters() if p.requires_grad)
    if trial.facts["trainable"] == 0:
        raise CheckFailed(
            "nothing-trainable", "the adapter has no parameter that requires a gradient"
        )


def forward(trial):
    inputs = trial.batch(padded=True)
    output = trial.model(**inputs)
    trial.first = (inputs, output)
    if not trial.torch.isfinite(output.loss):
        raise CheckFailed("not-finite", f"the loss is {output.loss.item()}")
    trial.facts["firstLoss"] = output.loss.item()
    if trial.task.labels is not None:
        _require_padding_is_passed_over(trial)


def _require_padding_is_passed_over(trial):
    """A row must be classified alike with padding on its right and without, which is how many
    tokenizers pad.
    """
    together, alone = data.padded_rows(trial.torch, trial.device)
    require_close(
        PADDING_COUNTS,
        "logits of rows that are padded on the right, and of the same rows without padding,",
        trial.logits_of(trial.model, together),
        trial.torch.cat([trial.logits_of(trial.model, row) for row in alone]),
        trial.tolerance,
    )


def train(trial):
    """One backward pass with padding, then 25 steps.

    Every trainable tensor must receive a gradient, the loss must fall.
    """
    trainable = {name: p for name, p in trial.model.named_parameters() if p.requires_grad}
    if trial.method is None and trial.quantizer is not None:
        raise NotApplicable
    torch = trial.torch
    torch.manual_seed(0)
    head_before = _head_values(trial, trainable)
    optimizer = _optimizer(trial, trainable.values())
    inputs = trial.batch(padded=False)
    trial.model.train()
    trial.model(**trial.batch(padded=True)).loss.backward()
    without_gradient, losses, ended = set(trainable), [], []
    for step in range(trial.job["steps"]):
        loss = trial.model(**inputs).loss
        optimizer.zero_grad()
        loss.backward()
        without_gradient -= {
            name
            for name in without_gradient
            if trainable[name].grad is not None and trainable[name].grad.any()
        }
        optimizer.step()
        if trial.method and trial.method.after_step:
            getattr(trial.model.base_model, trial.method.after_step)(step)
        losses.append(loss.item())  # waits for all that was asked of a card
        ended.append(time.monotonic())
    trial.facts["lossRatio"] = losses[-1] / losses[0]
    if trial.on_card:
        trial.facts["stepMs"] = card.step_ms(ended)
    trial.trained_logits = trial.logits(trial.model)
    _require_learning(trial, losses, without_gradient, len(trainable))
    _require_trained_head(trial, head_before, trainable)


def _optimizer(trial, parameters):
    options = {"lr": trial.method.learning_rate if trial.method else 1e-3, "weight_decay": 0.0}
    parameters = list(parameters)
    try:
        return trial.torch.optim.AdamW(parameters, fused=True, **options)
    except RuntimeError:  # releases of torch that fuse on other devices only
        return trial.torch.optim.AdamW(parameters, **options)


def _require_learning(trial, losses, without_gradient, tensors):
    if not all(loss == loss and abs(loss) != float("inf") for loss in losses):
        raise CheckFailed("not-finite", "the loss becomes NaN or infinite within 25 steps")
    if without_gradient and trial.method is not None:
        some = ", ".join(sorted(without_gradient)[:3])
        raise CheckFailed(
            "no-gradient",
            f"{len(without_gradient)} of {tensors} trainable tensors never receive "
            f"a gradient: {some}",
        )
    if trial.facts["lossRatio"] >= 0.999:
        raise CheckFailed(
            "does-not-learn",
            f"the loss goes from {losses[0]:.4f} to {losses[-1]:.4f} "
            f"in {len(losses)} steps on one batch",
        )


def _head_values(trial, parameters):
    if trial.head is None or trial.method is None:
        return {}
    return {
        name: p.detach().clone() for name, p in parameters.items() if trial.head in name.split(".")
    }


def _require_trained_head(trial, before, trainable):
    if trial.head is None or trial.method is None:
        return
    if not before:
        raise CheckFailed(
            "head-not-trained", f"the new head `{trial.head}` is not among the trainable parameters"
        )
    same = [
        name
        for name, values in before.items()
        if trial.torch.equal(values, trainable[name].detach())
    ]
    if same:
        raise CheckFailed(
            "head-not-trained", f"the new head does not change in training: {', '.join(same[:3])}"
        )


def generate(trial):
    """Greedy tokens with and without the cache must each be the argmax of one full forward pass
    over them.

    Generation without the cache is a reference here and rare in use: where it raises, that is a
    fact of its own.
    """
    if not trial.task.generates:
        raise NotApplicable
    prompts = data.prompts(trial.torch, trial.device)
    made = {"cached": _greedy(trial, prompts, use_cache=True)}
    trial.generated = made["cached"]
    try:
        made["uncached"] = _greedy(trial, prompts, use_cache=False)
        trial.facts["uncachedGenerate"] = "ok"
    except Exception as raised:
        if ran_out(raised):
            raise
        trial.facts["uncachedGenerate"] = f"raises {type(raised).__name__}"
    gaps = {name: greedy_gap(trial, prompts, tokens) for name, tokens in made.items()}
    if max(gaps.values()) > trial.tolerance:
        worst = max(gaps, key=gaps.get)
        rows = ", ".join(
            f"{name} {tokens[0].tolist()[-data.GENERATED :]}" for name, tokens in made.items()
        )
        raise CheckFailed(
            f"{worst}-generation-differs",
            f"{worst} greedy tokens are not the argmax of one forward pass over them "
            f"(logits apart by {gaps[worst]:.3g}): {rows}",
        )


def _greedy(trial, prompts, use_cache):
    trial.model.eval()
    with trial.torch.no_grad():
        return trial.model.generate(
            input_ids=prompts,
            attention_mask=trial.torch.ones_like(prompts),
            max_new_tokens=data.GENERATED,
            do_sample=False,
            use_cache=use_cache,
        )


def _adapter_folder(trial):
    return trial.folder / "adapter"


def reload(trial):
    """A saved adapter, loaded onto a fresh base model, must give the logits that were saved."""
    if trial.method is None:
        raise NotApplicable
    trial.model.save_pretrained(str(_adapter_folder(trial)))
    fresh = trial.peft.PeftModel.from_pretrained(
        trial.load(trial.quantizer is not None), str(_adapter_folder(trial))
    )
    trial.reloaded = fresh
    require_close(
        "reload-differs",
        "logits after save and reload",
        trial.logits(fresh),
        trial.trained_logits,
        trial.tolerance,
    )


def carry(trial):
    """An adapter that the base environment saved must mean the same here.

    For the control, the same base logits.
    """
    _leave_behind(trial)
    source = _carried(trial)
    if source is None:
        raise NotApplicable
    saved = _read_logits(trial, source)
    if trial.method is None:
        require_close(
            "base-moved",
            "logits of the same weights",
            trial.base_logits,
            saved["plain"],
            trial.tolerance,
        )
        require_close(
            "base-moved-padded",
            "logits of the same weights, on padded rows",
            trial.padded_logits,
            saved["padded"],
            trial.tolerance,
        )
        return
    carried = trial.peft.PeftModel.from_pretrained(
        trial.load(trial.quantizer is not None), str(source / "adapter")
    )
    what = "logits of the adapter that the base environment saved"
    require_close("carry-differs", what, trial.logits(carried), saved["plain"], trial.tolerance)


def _carried(trial):
    """Folder of what the base environment's cell saved, if there is any."""
    root = trial.job.get("carryFrom")
    folder = Path(root) / trial.cell["id"].replace("/", "__") if root else None
    return folder if folder is not None and folder.is_dir() else None


def _read_logits(trial, folder):
    """Some loaders tell of a file that cannot be read as of one that is not there.

    All are read here first.
    """
    try:
        texts = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        saved = json.loads(texts["logits.json"])
    except (OSError, ValueError, KeyError) as unreadable:
        raise HandoverUnreadable(
            f"what the base environment saved cannot be read: {unreadable}"
        ) from unreadable
    return {name: trial.torch.tensor(values, device=trial.device) for name, values in saved.items()}


def _leave_behind(trial):
    if trial.cell.get("leaves"):
        trial.evidence = evidence_of(trial, _adapter_files(trial))
    if not trial.job.get("handover"):
        return
    if trial.method is None:
        logits = {"plain": trial.base_logits, "padded": trial.padded_logits}
    else:
        logits = {"plain": trial.logits(trial.model)}
    left = {
        "logits.json": json.dumps(
            {name: values.tolist() for name, values in logits.items()}
        ).encode()
    }
    trial.left = {**left, **_adapter_files(trial)}


def _adapter_files(trial):
    """Files of the saved adapter, by their place in what a cell leaves; none for the control."""
    if trial.method is None:
        return {}
    paths = sorted(_adapter_folder(trial).rglob("*"))
    return {f"adapter/{path.name}": path.read_bytes() for path in paths if path.is_file()}


def disable(trial):
    """With the adapter disabled, the base model must be what it was before it was attached."""
    if trial.method is None:
        raise NotApplicable
    with trial.model.disable_adapter():
        logits = trial.logits(trial.model)
    if trial.exempt(trial.method.not_compared, "disable"):
        return
    require_close(
        "disable-differs",
        "logits with the adapter disabled",
        logits,
        trial.base_logits,
        trial.tolerance,
    )


def merge(trial):
    if trial.method is None:
        raise NotApplicable
    tolerance = trial.quantizer.merge_tolerance if trial.quantizer else trial.tolerance
    trial.merged = trial.model.merge_and_unload()
    merged = trial.logits(trial.merged)
    trial.facts["mergeDifference"] = largest_difference(merged, trial.trained_logits)
    require_close("merge-differs", "logits after merging", merged, trial.trained_logits, tolerance)


def _ends(trial, failure):
    """Whether what follows would have nothing to stand on."""
    if trial.on_card and "CUDA error" in failure["message"]:
        return True  # The card goes on failing in this process.
    if failure["type"] == PADDING_COUNTS or (trial.method is None and failure["stage"] == "train"):
        return False
    return trial.trained_logits is None


def _check_invariants(trial, name, stages, failures):
    """What must hold besides, where the stage did not raise; a cell goes on where it does not."""
    raised = any(one["stage"] == name and one["kind"] == "raised" for one in failures)
    broken = [] if raised else invariants.broken(trial, name)
    if broken:
        stages[name] = "fail"
    failures.extend(broken)


STAGES = (build, quantize, attach, forward, train, generate, reload, carry, disable, merge)


def run(trial, began):
    """Runs the stages; `began` is told each one's name first.

    Up to `train`, an exception ends the cell. The later stages are measured each on its own, so
    that a break in one does not hide a break in another.
    """
    stages, failures = {"import": "ok"}, []
    for stage in STAGES:
        name = stage.__name__
        began(name)
        try:
            if trial.method and trial.exempt(trial.method.not_measured, name):
                raise NotApplicable
            stage(trial)
            stages[name] = "ok"
        except NotApplicable:
            stages[name] = "na"
        except CheckFailed as failed:
            stages[name] = "fail"
            failures.append(
                {
                    "stage": name,
                    "kind": "check",
                    "type": failed.check,
                    "message": str(failed)[:2000],
                    "frames": [],
                }
            )
        except BaseException as raised:
            stages[name] = "fail"
            failures.append({"stage": name, "kind": "raised", **describe(raised)})
        if stages[name] == "fail" and _ends(trial, failures[-1]):
            break
        _check_invariants(trial, name, stages, failures)
    # One a stage is what a record has room for.
    return {"stages": stages, "failures": failures[: len(STAGES) + 1], "facts": trial.facts}
