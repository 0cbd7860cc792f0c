"""What a checkpoint of the user's own is given to read: a small real text in its own tokens."""

from ..data import LENGTH, PAD, Text, steps
from ..errors import NotMeasurable

SENTENCES = (
    "A bridge that carries trains is tested by a train that is heavier than any that will follow.",
    "The baker counted the loaves twice, because the first count did not agree with the bill.",
    "Rain fell on the harbour all morning, and the boats stayed where the night had left them.",
    "Before you turn the key, open both windows, and wait until the smell of gas has gone.",
)
"""One for each row of a batch; each is longer than a row in the tokens of any vocabulary."""
NAMES = ("tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json", "vocab.txt")
FEWEST = 64
"""The checks name token ids below this."""


def text_of(transformers, brought, embedded):
    """The rows for a checkpoint whose embedding has `embedded` rows, and in words what they are.

    Raises NotMeasurable where its tokenizer makes ids that the embedding lacks.
    """
    if embedded < FEWEST:
        raise NotMeasurable(
            "vocabulary too small", f"Its embedding has {embedded} rows, fewer than {FEWEST}."
        )
    if not any((brought.folder / name).is_file() for name in NAMES):
        return Text(steps(embedded)), "ids from its vocabulary: it has no tokenizer"
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(brought.folder), **brought.trust)
    _require_fit(tokenizer, embedded)
    pad = next(
        (one for one in (tokenizer.pad_token_id, tokenizer.eos_token_id) if one is not None), PAD
    )
    return Text(tuple(_row(tokenizer, line) for line in SENTENCES), pad), "its own tokens"


def _require_fit(tokenizer, embedded):
    token, largest = max(tokenizer.get_vocab().items(), key=lambda pair: pair[1])
    if largest < embedded:
        return
    raise NotMeasurable(
        "tokenizer does not fit",
        f"Its tokenizer has the id {largest} ({token!r}), its embedding {embedded} rows: "
        "they are not of one model, or the embedding was not resized.",
    )


def _row(tokenizer, sentence):
    ids = tokenizer(sentence, add_special_tokens=False)["input_ids"]
    whole = list(ids)
    if not whole:
        raise NotMeasurable(
            "tokenizer does not fit", f"Its tokenizer makes no token of {sentence[:20]!r}."
        )
    while len(whole) < LENGTH:
        whole += ids
    return tuple(whole[:LENGTH])
