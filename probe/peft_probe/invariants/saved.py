"""What is saved whole, and what is one tensor: tied embeddings, a merged model."""

from ..checks import largest_difference
from ..common_path import require_common_path
from .attached import quantized_names


def untied(part):
    """A measure of the model that `trial.PART` is: 1 where its output embeddings are tied to the
    input's and should not be, or the other way round; None where there is none of either.
    """

    def difference(trial):
        model = getattr(trial, part)
        if model is None:
            return None
        base = model.get_base_model() if hasattr(model, "get_base_model") else model
        outputs = base.get_output_embeddings()
        inputs = base.get_input_embeddings()
        if outputs is None or not hasattr(inputs, "weight") or not hasattr(outputs, "weight"):
            return None
        is_one = outputs.weight.data_ptr() == inputs.weight.data_ptr()
        wanted = _is_tied(trial, base)
        says = (
            "are two tensors and should be one" if wanted else "are one tensor, and should not be"
        )
        return float(is_one != wanted), f"Embeddings of input and output {says}"

    return difference


def _is_tied(trial, base):
    """Older configurations leave out what is so by default, which the tiny ones never do."""
    if getattr(trial, "brought", None):
        return getattr(base.config, "tie_word_embeddings", True)
    return trial.own_settings.get("tie_word_embeddings", True)


def merged_again(trial):
    """Largest difference of a logit after a merged model was saved and loaded; 1 and more where it
    comes back with fewer quantized layers.
    """
    if trial.merged is None:
        return None
    folder = trial.folder / "merged"
    expected = trial.logits(trial.merged)
    before = len(quantized_names(trial, trial.merged))
    trial.merged.save_pretrained(str(folder))
    model = trial.load(trial.quantizer is not None, folder=str(folder))
    require_common_path(model)
    lost = before - len(quantized_names(trial, model))
    if lost > 0:
        return float(lost), f"A merged model that was saved loads with {lost} layers unquantized"
    return largest_difference(trial.logits(model), expected)
