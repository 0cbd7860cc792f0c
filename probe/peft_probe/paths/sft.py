"""One step of trl's SFTTrainer, as a user writes it: the model, the configuration of the adapter,
rows of text, a tokenizer, and its defaults.

https://huggingface.co/docs/trl/sft_trainer
"""

import inspect

from ..errors import Unsupported
from ..matrix import named
from . import trainer

PAD, UNKNOWN, END = range(3)
"""Tokens of the tiny checkpoints that no text of a cell is made of."""


def attach(trial, model, config):
    """The trainer puts the adapter on, as it sees fit."""
    made = named("trl.SFTTrainer")
    trial.trainer = made(
        model=model,
        args=_arguments(trial),
        train_dataset=named("datasets.Dataset").from_list(_texts(trial)),
        peft_config=config,
        **{_tokenizer_name(made): _tokenizer(trial)},
    )
    return trial.trainer.model


def one_step(trial):
    """Raises CheckFailed where not one trainable tensor moves, or the loss is no number."""
    trainer.require_training(trial, trial.trainer)


def _arguments(trial):
    """Cells compute in 32 bits: trl's default of 16 would stay on the model behind the step."""
    wanted = {**trainer.arguments(trial), "dataset_text_field": "text"}
    return named("trl.SFTConfig")(**{"bf16": False, **wanted})


def _tokenizer_name(made):
    taken = inspect.signature(made.__init__).parameters
    found = next((name for name in ("processing_class", "tokenizer") if name in taken), None)
    if found is None:
        raise Unsupported("this release's SFTTrainer is given no tokenizer")
    return found


def _tokenizer(trial):
    """The user's own, or one of a word for each token of a tiny checkpoint."""
    if trial.brought is not None:
        return trial.transformers.AutoTokenizer.from_pretrained(
            str(trial.checkpoint), **trial.brought.trust
        )
    size = trial.own_settings["vocab_size"]
    words = named("tokenizers.models.WordLevel")(
        {_word(token): token for token in range(size)}, unk_token=_word(UNKNOWN)
    )
    made = named("tokenizers.Tokenizer")(words)
    made.pre_tokenizer = named("tokenizers.pre_tokenizers.WhitespaceSplit")()
    return trial.transformers.PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token=_word(PAD),
        unk_token=_word(UNKNOWN),
        eos_token=_word(END),
    )


def _texts(trial):
    ids = trial.batch(padded=False)["input_ids"].tolist()
    if trial.brought is not None:
        tokenizer = _tokenizer(trial)
        return [{"text": tokenizer.decode(row)} for row in ids]
    return [{"text": " ".join(map(_word, row))} for row in ids]


def _word(token):
    return f"w{token}"
