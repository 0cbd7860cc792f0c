"""Greedy generation, with the cache and without."""

from .. import data
from ..checks import greedy_gap
from ..errors import CheckFailed, NotApplicable, ran_out

DIFFERS = "{}-generation-differs"
"""The check of generation with the cache (`cached`) and without (`uncached`)."""


def generate(trial):
    """Greedy tokens with and without the cache must each be the argmax of one full forward pass
    over them.

    Generation without the cache is a reference here and rare in use: where it raises, that is a
    fact of its own.
    """
    if not trial.task.generates:
        raise NotApplicable
    prompts = trial.prompts()
    made = {"cached": greedy(trial, prompts, use_cache=True)}
    trial.generated = made["cached"]
    try:
        made["uncached"] = greedy(trial, prompts, use_cache=False)
        trial.facts["uncachedGenerate"] = "ok"
    except Exception as raised:
        if ran_out(raised):
            raise
        trial.facts["uncachedGenerate"] = f"raises {type(raised).__name__}"[:200]
    by_design = trial.method.by_design if trial.method else {}
    gaps = {
        name: greedy_gap(trial, prompts, tokens)
        for name, tokens in made.items()
        if DIFFERS.format(name) not in by_design
    }
    if max(gaps.values()) > trial.tolerance:
        worst = max(gaps, key=gaps.get)
        rows = ", ".join(
            f"{name} {tokens[0].tolist()[-data.GENERATED :]}" for name, tokens in made.items()
        )
        raise CheckFailed(
            DIFFERS.format(worst),
            f"{worst} greedy tokens are not the argmax of one forward pass over them "
            f"(logits apart by {gaps[worst]:.3g}): {rows}",
        )


def greedy(trial, prompts, use_cache):
    trial.model.eval()
    with trial.torch.no_grad():
        return trial.model.generate(
            **prompts,
            max_new_tokens=data.GENERATED,
            do_sample=False,
            use_cache=use_cache,
        )
