"""The invariants that cost passes of their own: measured in thorough jobs only."""

from . import generation, learning, saved, variants
from .entry import VIRTUAL, Invariant

WINDOWS = ("*/none/mistral/causal-lm", "*/none/gemma2/causal-lm")
GENERATES = ("*/causal-lm", "*/seq2seq-lm")
REFUSED = "checkpoints keep no cache, which a prefix is: PEFT refuses them where they come first"
ALL_ROWS = "8-bit layers round by all rows and columns of a pass"
COUNTED = "releases count its places from the text in generation, from the first column in a pass"
VIRTUAL_FIRST = "the cache begins with the virtual tokens, which a length does not count"

DEAR = (
    Invariant(
        "checkpointing-differs",
        "train",
        "With gradient checkpointing the gradients are others",
        learning.checkpointed(use_reentrant=False),
        "checkpoints save memory and change no number",
        exempt={"prefix-tuning*/*": REFUSED},
        dear=True,
    ),
    Invariant(
        "reentrant-checkpointing-differs",
        "train",
        "With reentrant gradient checkpointing the gradients are others",
        learning.checkpointed(use_reentrant=True),
        "checkpoints save memory and change no number",
        exempt={"prefix-tuning*/*": REFUSED},
        dear=True,
    ),
    Invariant(
        "padded-generation-differs",
        "generate",
        "Tokens made from a prompt that is padded on the left are not the best ones",
        generation.padded_gap,
        "one pass over the same tokens without padding",
        cells=GENERATES,
        exempt={"prefix-tuning/*": COUNTED},
        dear=True,
    ),
    Invariant(
        "end-ignored",
        "generate",
        "Generation does not stop at the end of a sequence",
        generation.beyond_the_end,
        "nothing but padding stands behind the token that ends a sequence",
        cells=GENERATES,
        dear=True,
    ),
    Invariant(
        "cache-crop-differs",
        "generate",
        "A cache that is cut back does not go on as one pass does, as assisted decoding needs it",
        generation.crop_difference,
        "one pass over the same text",
        cells=("*/causal-lm",),
        exempt={"*/bnb-int8/*": ALL_ROWS, **dict.fromkeys(VIRTUAL, VIRTUAL_FIRST)},
        dear=True,
    ),
    Invariant(
        "windowed-generation-differs",
        "reload",
        "Tokens made behind a sliding window are not the best ones",
        variants.windowed_gap,
        "one pass with the same window over the same tokens",
        cells=WINDOWS,
        dear=True,
    ),
    Invariant(
        "merged-reload-differs",
        "merge",
        "A merged model that was saved does not come back as it was",
        saved.merged_again,
        "the merged model before it was saved",
        dear=True,
    ),
)
