"""What the entries share: sizes by family, and what an entry is."""

from dataclasses import dataclass, field

VOCABULARY = 64
WIDTH = 128
COMMON = {"vocab_size": VOCABULARY, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": None}
LLAMA = {
    "hidden_size": WIDTH,
    "intermediate_size": WIDTH,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "attention_dropout": 0.0,
    "tie_word_embeddings": False,
}
ONE_LAYER = {**LLAMA, "num_hidden_layers": 1}
GPT2 = {
    "n_embd": WIDTH,
    "n_layer": 2,
    "n_head": 4,
    "n_inner": WIDTH,
    "n_positions": 128,
    "resid_pdrop": 0.0,
    "embd_pdrop": 0.0,
    "attn_pdrop": 0.0,
}
ENCODER = {
    "hidden_size": WIDTH,
    "intermediate_size": WIDTH,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 128,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}
NARROW = {**LLAMA, "hidden_size": 64, "intermediate_size": 64}
SMALL = {
    **LLAMA,
    "hidden_size": 32,
    "intermediate_size": 32,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
}
"""The 16 MiB have no room for more at the full width: `quantizations` in architectures.json says
what takes these.
"""
PICTURES = {
    "hidden_size": 32,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "patch_size": 4,
    "image_size": 8,
    "attention_dropout": 0.0,
}
PATCHES = {
    "hidden_size": 32,
    "intermediate_size": 32,
    "num_heads": 2,
    "patch_size": 4,
    "spatial_merge_size": 2,
}
LATENT = {
    "num_key_value_heads": 4,
    "q_lora_rank": 128,
    "kv_lora_rank": 128,
    "qk_nope_head_dim": 32,
    "qk_rope_head_dim": 64,
    "v_head_dim": 32,
    "n_routed_experts": 3,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": WIDTH,
    "n_shared_experts": 1,
    "first_k_dense_replace": 1,
    "n_group": 1,
    "topk_group": 1,
    "aux_loss_alpha": 0.0,
}


@dataclass(frozen=True)
class TinyModel:
    """`model_class` is the class whose weights are written, `since` the oldest release of
    transformers that has it, `arguments` what differs from `COMMON` in its configuration. Weights
    whose names begin with one of `leaves_out` are not kept.
    """

    model_class: str
    since: str
    arguments: dict = field(default_factory=dict)
    leaves_out: tuple = ()
