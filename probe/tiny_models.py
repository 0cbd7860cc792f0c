"""How each tiny model is made: its class in transformers, the oldest release that has it, and the
sizes that shrink its published configuration.

`since` is what `make_checkpoints.py` asks for, so that weight names are the oldest that later
releases must read. Sizes are what a quantizer takes (see there). Layers are two, so that a layer
taken for another is seen; one where the family is there with two and the sum of all weights,
16 MiB, has no room.
"""

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


TINY_MODELS = {
    "llama": TinyModel("LlamaForCausalLM", "4.36.0", LLAMA),
    "qwen2": TinyModel("Qwen2ForCausalLM", "4.37.0", {**LLAMA, "use_sliding_window": False}),
    "mistral": TinyModel("MistralForCausalLM", "4.36.0", {**LLAMA, "sliding_window": 64}),
    "gemma2": TinyModel(
        "Gemma2ForCausalLM",
        "4.42.0",
        {
            **LLAMA,
            "head_dim": 32,
            "query_pre_attn_scalar": 32,
            "sliding_window": 64,
            "tie_word_embeddings": True,
        },
    ),
    "mixtral": TinyModel(
        "MixtralForCausalLM",
        "4.36.0",
        {**LLAMA, "num_local_experts": 4, "num_experts_per_tok": 2, "output_router_logits": False},
    ),
    "opt": TinyModel(
        "OPTForCausalLM",
        "4.36.0",
        {
            "hidden_size": WIDTH,
            "ffn_dim": WIDTH,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "word_embed_proj_dim": WIDTH,
            "max_position_embeddings": 128,
            "dropout": 0.0,
            "attention_dropout": 0.0,
            "layerdrop": 0.0,
        },
    ),
    "gpt2": TinyModel("GPT2LMHeadModel", "4.36.0", {**GPT2, "summary_first_dropout": 0.0}),
    "gpt_bigcode": TinyModel("GPTBigCodeForCausalLM", "4.36.0", {**GPT2, "multi_query": True}),
    "t5": TinyModel(
        "T5ForConditionalGeneration",
        "4.36.0",
        {
            "d_model": WIDTH,
            "d_kv": 32,
            "d_ff": WIDTH,
            "num_layers": 2,
            "num_heads": 4,
            "dropout_rate": 0.0,
            "decoder_start_token_id": 0,
        },
    ),
    # The class that has a pooler, as published checkpoints do.
    "bert": TinyModel("BertForPreTraining", "4.36.0", ENCODER),
    # Every head has keys of its own, as in Llama 1 and 2 of 7B: with shared ones PEFT before 0.12
    # fails at once, and older breaks hide behind that.
    "codellama": TinyModel(
        "LlamaForCausalLM", "4.36.0", {**LLAMA, "num_key_value_heads": 4, "rope_theta": 1000000.0}
    ),
    "gpt_neox": TinyModel(
        "GPTNeoXForCausalLM",
        "4.36.0",
        {
            "hidden_size": WIDTH,
            "intermediate_size": WIDTH,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "max_position_embeddings": 128,
            "attention_dropout": 0.0,
            "hidden_dropout": 0.0,
            "classifier_dropout": 0.0,
        },
    ),
    "bloom": TinyModel(
        "BloomForCausalLM",
        "4.36.0",
        {
            "hidden_size": WIDTH,
            "n_layer": 2,
            "n_head": 4,
            "hidden_dropout": 0.0,
            "attention_dropout": 0.0,
        },
    ),
    "phi3": TinyModel(
        "Phi3ForCausalLM",
        "4.41.0",
        {**LLAMA, "embd_pdrop": 0.0, "resid_pdrop": 0.0, "original_max_position_embeddings": 128},
    ),
    "roberta": TinyModel(
        "RobertaForMaskedLM",
        "4.36.0",
        {**ENCODER, "max_position_embeddings": 130, "type_vocab_size": 1},
    ),
    "deberta-v2": TinyModel(
        # The class whose pooler its classifier reads; published ones lack the pooler too.
        "DebertaV2ForSequenceClassification",
        "4.36.0",
        {
            **ENCODER,
            "relative_attention": True,
            "position_buckets": 16,
            "norm_rel_ebd": "layer_norm",
            "share_att_key": True,
            "pos_att_type": ["p2c", "c2p"],
            "layer_norm_eps": 1e-7,
            "max_relative_positions": -1,
            "position_biased_input": False,
            "type_vocab_size": 0,
            "pooler_dropout": 0.0,
        },
        leaves_out=("classifier.",),
    ),
    "bart": TinyModel(
        "BartForConditionalGeneration",
        "4.36.0",
        {
            "d_model": WIDTH,
            "encoder_layers": 1,
            "decoder_layers": 1,
            "encoder_attention_heads": 4,
            "decoder_attention_heads": 4,
            "encoder_ffn_dim": WIDTH,
            "decoder_ffn_dim": WIDTH,
            "max_position_embeddings": 128,
            "dropout": 0.0,
            "attention_dropout": 0.0,
            "decoder_start_token_id": 0,
            "forced_eos_token_id": None,
        },
    ),
    "qwen3": TinyModel("Qwen3ForCausalLM", "4.51.0", {**LLAMA, "head_dim": 32}),
    "smollm3": TinyModel(
        "SmolLM3ForCausalLM",
        "4.53.0",
        {**LLAMA, "no_rope_layers": [1, 0], "use_sliding_window": False},
    ),
    "gemma3_text": TinyModel(
        "Gemma3ForCausalLM",
        "4.50.0",
        {
            **LLAMA,
            "head_dim": 32,
            "query_pre_attn_scalar": 32,
            "sliding_window": 8,
            "sliding_window_pattern": 2,
            "tie_word_embeddings": True,
        },
    ),
    "qwen3_moe": TinyModel(
        "Qwen3MoeForCausalLM",
        "4.51.0",
        {
            **LLAMA,
            "head_dim": 32,
            "num_experts": 3,
            "num_experts_per_tok": 2,
            "moe_intermediate_size": WIDTH,
            "mlp_only_layers": [0],
            "norm_topk_prob": True,
        },
    ),
    "deepseek_v3": TinyModel("DeepseekV3ForCausalLM", "4.51.0", {**LLAMA, **LATENT}),
    "gpt_oss": TinyModel(
        "GptOssForCausalLM",
        "4.55.0",
        {
            **LLAMA,
            "head_dim": 32,
            "num_local_experts": 3,
            "num_experts_per_tok": 2,
            "sliding_window": 8,
        },
    ),
    "minimax_m2": TinyModel(
        "MiniMaxM2ForCausalLM",
        "5.0.0",
        {**ONE_LAYER, "head_dim": 32, "num_local_experts": 4, "num_experts_per_tok": 2},
    ),
    "glm4": TinyModel("Glm4ForCausalLM", "4.52.1", {**ONE_LAYER, "head_dim": 32}),
    "mamba": TinyModel(
        "MambaForCausalLM",
        "4.40.0",
        {
            "hidden_size": WIDTH,
            "intermediate_size": WIDTH,
            "state_size": 16,
            "num_hidden_layers": 2,
            "expand": 1,
            "time_step_rank": 32,
        },
    ),
    "ernie4_5": TinyModel("Ernie4_5ForCausalLM", "4.54.0", {**ONE_LAYER, "head_dim": 32}),
    "ernie4_5_moe": TinyModel(
        "Ernie4_5_MoeForCausalLM",
        "4.54.0",
        {
            **LLAMA,
            "head_dim": 32,
            "moe_intermediate_size": WIDTH,
            "moe_num_experts": 3,
            "moe_k": 2,
            "moe_num_shared_experts": 1,
            "moe_layer_start_index": 1,
            "moe_layer_end_index": -1,
            "moe_layer_interval": 1,
        },
    ),
    "hunyuan_v1_dense": TinyModel(
        "HunYuanDenseV1ForCausalLM", "4.56.0", {**ONE_LAYER, "head_dim": 32}
    ),
    "deepseek_v2": TinyModel(
        "DeepseekV2ForCausalLM",
        "4.54.0",
        {
            **NARROW,
            **LATENT,
            "q_lora_rank": 64,
            "kv_lora_rank": 64,
            "qk_nope_head_dim": 16,
            "qk_rope_head_dim": 16,
            "v_head_dim": 16,
            "moe_intermediate_size": 32,
        },
    ),
    "minimax": TinyModel(
        "MiniMaxForCausalLM",
        "4.53.0",
        {
            **NARROW,
            "intermediate_size": 32,
            "head_dim": 16,
            "num_local_experts": 3,
            "num_experts_per_tok": 2,
            "layer_types": ["linear_attention", "full_attention"],
            "block_size": 8,
            "router_jitter_noise": 0.0,
        },
    ),
    "hunyuan_v1_moe": TinyModel(
        "HunYuanMoEV1ForCausalLM",
        "4.56.0",
        {
            **NARROW,
            "intermediate_size": 32,
            "head_dim": 16,
            "num_experts": 3,
            "moe_topk": 2,
        },
    ),
    "whisper": TinyModel(
        "WhisperForConditionalGeneration",
        "4.36.0",
        {
            "d_model": 32,
            "encoder_layers": 2,
            "decoder_layers": 2,
            "encoder_attention_heads": 2,
            "decoder_attention_heads": 2,
            "encoder_ffn_dim": 32,
            "decoder_ffn_dim": 32,
            "num_mel_bins": 8,
            "max_source_positions": 16,
            "max_target_positions": 32,
            "dropout": 0.0,
            "attention_dropout": 0.0,
            "activation_dropout": 0.0,
            "decoder_start_token_id": 1,
            "begin_suppress_tokens": None,
            "suppress_tokens": None,
        },
    ),
    "vit": TinyModel(
        "ViTForImageClassification",
        "4.36.0",
        {
            "hidden_size": 32,
            "intermediate_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": 16,
            "patch_size": 4,
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
        },
        leaves_out=("classifier.",),
    ),
    "gemma3": TinyModel(
        "Gemma3ForConditionalGeneration",
        "4.50.0",
        {
            "text_config": {
                **COMMON,
                **SMALL,
                "head_dim": 16,
                "query_pre_attn_scalar": 16,
                "sliding_window": 8,
                "sliding_window_pattern": 2,
                "tie_word_embeddings": True,
            },
            "vision_config": {**PICTURES, "vision_use_head": False},
            "mm_tokens_per_image": 4,
            "image_token_index": 2,
            "boi_token_index": 3,
        },
    ),
    "qwen2_5_vl": TinyModel(
        "Qwen2_5_VLForConditionalGeneration",
        "4.49.0",
        {
            **SMALL,
            "use_sliding_window": False,
            "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]},
            "vision_config": {
                **PATCHES,
                "depth": 2,
                "out_hidden_size": 32,
                "window_size": 8,
                "fullatt_block_indexes": [1],
            },
            "image_token_id": 2,
            "video_token_id": 1,
            "vision_start_token_id": 3,
        },
    ),
    "llava": TinyModel(
        "LlavaForConditionalGeneration",
        "4.49.0",
        {
            "text_config": {**COMMON, **SMALL, "model_type": "llama"},
            "vision_config": {
                **PICTURES,
                "model_type": "clip_vision_model",
                "num_hidden_layers": 2,
                "projection_dim": 32,
            },
            "image_token_index": 2,
            "image_seq_length": 4,
            "tie_word_embeddings": False,
        },
    ),
    "got_ocr2": TinyModel(
        "GotOcr2ForConditionalGeneration",
        "4.49.0",
        {
            "text_config": {**COMMON, **SMALL, "model_type": "qwen2", "use_sliding_window": False},
            "vision_config": {
                "hidden_size": 32,
                "output_channels": 16,
                "num_hidden_layers": 2,
                "num_attention_heads": 2,
                "image_size": 32,
                "patch_size": 4,
                "mlp_dim": 32,
                "window_size": 2,
                "global_attn_indexes": [1],
            },
            "image_token_index": 2,
            "image_seq_length": 4,
            "tie_word_embeddings": False,
        },
    ),
    "ernie4_5_vl_moe": TinyModel(
        "Ernie4_5_VL_MoeForConditionalGeneration",
        "5.0.0",
        {
            "text_config": {
                **COMMON,
                **SMALL,
                "moe_intermediate_size": [32, 16],
                "moe_num_experts": 3,
                "moe_k": 2,
                "moe_num_shared_experts": 1,
                "mlp_layer_types": ["dense", "sparse"],
                "rope_parameters": {
                    "rope_type": "default",
                    "rope_theta": 500000.0,
                    "mrope_section": [3, 3, 2],
                },
            },
            "vision_config": {
                **PATCHES,
                "hidden_size": 16,
                "depth": 1,
            },
            "image_token_id": 2,
            "image_start_token_id": 3,
            "tie_word_embeddings": False,
        },
    ),
    "siglip2": TinyModel(
        "Siglip2Model",
        "4.50.0",
        {
            "text_config": {
                "vocab_size": VOCABULARY,
                "hidden_size": 32,
                "intermediate_size": 32,
                "num_hidden_layers": 2,
                "num_attention_heads": 2,
                "max_position_embeddings": 16,
                "projection_size": 32,
                "attention_dropout": 0.0,
                "pad_token_id": 0,
                "bos_token_id": 1,
                "eos_token_id": 1,
            },
            "vision_config": {
                "hidden_size": 32,
                "intermediate_size": 32,
                "num_hidden_layers": 2,
                "num_attention_heads": 2,
                "num_patches": 16,
                "patch_size": 4,
                "attention_dropout": 0.0,
            },
        },
    ),
}
