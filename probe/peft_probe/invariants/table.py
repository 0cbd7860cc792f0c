"""The invariants that every cell is measured by: one entry a check."""

from . import attached, formula, golden, padding, passes, transplant
from .entry import IN_LAYERS, QUANTIZED, VIRTUAL, Invariant

RELU = "a unit of a ReLU that is off for every token has no gradient"
BETWEEN = "padding stands between the virtual tokens and the text, and PEFT hands no positions on"

CHEAP = (
    Invariant(
        "not-quantized",
        "quantize",
        "Weights that should be quantized are not",
        attached.unquantized_share,
        "the weights of the same model, loaded without quantization",
        cells=QUANTIZED,
        exempt={"*/bnb-*/t5/*": "transformers keeps `wo` of t5 in 32 bit by design"},
    ),
    Invariant(
        "golden-differs",
        "attach",
        "The model itself does not compute what the same weights give elsewhere",
        golden.moved,
        "logits that several environments agree on, in goldens/",
        cells=("base/none/*",),
    ),
    Invariant(
        "trainable-differs",
        "attach",
        "The adapter does not train what it should",
        attached.missing_trainable,
        "the shapes of the layers that the configuration names",
        cells=(*IN_LAYERS, "prompt-tuning/*"),
        exempt={
            "*+defaults/*": "its modules are the release's own choice",
            "*+all-linear/*": "which layers count as linear differs over releases",
        },
    ),
    Invariant(
        "adapter-dtype",
        "attach",
        "The adapter is not kept in 32 bit",
        attached.narrow_share,
        "PEFT keeps the adapter of a model that is loaded in 32 bit in 32 bit",
        cells=(*IN_LAYERS, *VIRTUAL, "adaption-prompt/*"),
    ),
    Invariant(
        "transplant-differs",
        "forward",
        "Virtual tokens do not act as the real tokens that they are made of",
        transplant.difference,
        "the base model on the real tokens, in front of the same text",
        cells=VIRTUAL,
        exempt={
            "prefix-tuning/*/t5/*": "its prefix stands before a decoder that no real token enters",
            "prefix-tuning/*/gpt_bigcode/*": "its cache holds keys and values in one tensor",
            "prefix-tuning/*/bert/*": "real tokens see the text behind them, a prefix does not",
        },
    ),
    Invariant(
        "mask-ignored",
        "forward",
        "Tokens under the mask change the result: the attention mask is not obeyed",
        padding.reach,
        "the definition of an attention mask",
    ),
    Invariant(
        "right-padding-differs",
        "forward",
        "Rows that end in padding are not computed as they are without it",
        padding.right_difference,
        "no token of a causal model sees what stands behind it",
        cells=("*/causal-lm",),
    ),
    Invariant(
        "left-padding-differs",
        "forward",
        "Rows that begin with padding are not computed as they are without it",
        padding.left_difference,
        "padding is no text, and positions count from the first token of the text",
        cells=("*/causal-lm",),
        exempt={
            "prompt-tuning/*": BETWEEN,
            "p-tuning/*": BETWEEN,
            "prefix-tuning/*": BETWEEN,
            "*/hunyuan_v1_dense/*": "it scales the places of a head after turning them",
        },
    ),
    Invariant(
        "loss-differs",
        "forward",
        "The loss is not the cross-entropy of the labels",
        passes.loss_difference,
        "cross-entropy, computed from the logits in plain Python",
        exempt={"adalora*/*": "its loss has a second term, for matrices that are orthogonal"},
    ),
    Invariant(
        "eval-differs",
        "train",
        "In evaluation the model computes otherwise than in training, without any dropout",
        passes.mode_difference,
        "there is no dropout in any checkpoint or configuration",
    ),
    Invariant(
        "gradient-zero",
        "train",
        "A part of the adapter never learns: its gradient is zero",
        passes.zero_share,
        "each number of an adapter takes part in the loss of the training batch",
        cells=(*IN_LAYERS, *VIRTUAL, "adaption-prompt/*"),
        exempt={
            "p-tuning/*": RELU,
            "*/t5/*": RELU,
            "ia3*/*/opt/*": RELU,
            "*+all-linear/*/opt/*": RELU,
            "adalora*/*": "ranks that were given up have no gradient",
            "*/mixtral/*": "an expert that no token takes has no gradient",
            "*+all-linear/*/*_moe/*": "an expert that no token takes has no gradient",
            "*+all-linear/*/deepseek_v3/*": "an expert that no token takes has no gradient",
            "*+all-linear/*/minimax_m2/*": "an expert that no token takes has no gradient",
            "prompt-tuning/*/bart/*": "half of its tokens are for a decoder that takes none",
            "prefix-tuning/*/bert/*": "its loss falls to zero, and the gradient with it",
        },
    ),
    Invariant(
        "reload-unquantized",
        "reload",
        "The model that a saved adapter is loaded onto is not quantized as the first was",
        attached.lost_on_reload,
        "the same model before",
        cells=QUANTIZED,
    ),
    Invariant(
        "merge-unquantized",
        "merge",
        "Merging loses the quantization",
        attached.lost_on_merging,
        "the same model before",
        cells=QUANTIZED,
    ),
    Invariant(
        "formula-differs",
        "reload",
        "The adapter is not applied as its saved file says",
        formula.difference,
        "the formula of the method, on the tensors of the saved file",
        cells=IN_LAYERS,
        exempt={
            "lora+all-linear/*/mixtral/*": "a fused layer holds all experts in a layout of its own"
        },
    ),
)
