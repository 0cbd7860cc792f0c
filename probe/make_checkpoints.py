"""Writes the tiny checkpoint folders that the probe loads: `python make_checkpoints.py FOLDER
NAME...`.

Run it in an environment with the oldest transformers release that has the architecture (4.36.0 for
most, 4.37.0 for qwen2, 4.42.0 for gemma2), so that the weight names are the oldest that later
releases must read. Weights are files and not seeds, because one seed gives other weights across
releases. Each model is trained for a short while on one pattern: next-token margins are then wide
enough for greedy generation to be compared.

Every width that a quantizer cuts into blocks is a multiple of 128 going in and of 64 going out, the
largest block and packing in use: a checkpoint that does not fit would be told as a defect of the
quantizer. The weights are stored in 16 bit, as most are; every loader is asked for 32.
"""

import sys
from pathlib import Path

import torch
import transformers

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

CONFIGURATIONS = {
    "llama": ("LlamaForCausalLM", LLAMA),
    "qwen2": ("Qwen2ForCausalLM", {**LLAMA, "use_sliding_window": False}),
    "mistral": ("MistralForCausalLM", {**LLAMA, "sliding_window": 64}),
    "gemma2": (
        "Gemma2ForCausalLM",
        {
            **LLAMA,
            "head_dim": 32,
            "query_pre_attn_scalar": 32,
            "sliding_window": 64,
            "tie_word_embeddings": True,
        },
    ),
    "mixtral": (
        "MixtralForCausalLM",
        {**LLAMA, "num_local_experts": 4, "num_experts_per_tok": 2, "output_router_logits": False},
    ),
    "opt": (
        "OPTForCausalLM",
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
    "gpt2": ("GPT2LMHeadModel", {**GPT2, "summary_first_dropout": 0.0}),
    "gpt_bigcode": ("GPTBigCodeForCausalLM", {**GPT2, "multi_query": True}),
    "t5": (
        "T5ForConditionalGeneration",
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
    "bert": (
        "BertForPreTraining",  # the one that has a pooler, as published checkpoints do
        {
            "hidden_size": WIDTH,
            "intermediate_size": WIDTH,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "max_position_embeddings": 128,
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
        },
    ),
}


def sequences(step: int) -> torch.Tensor:
    """16 rows of 24 tokens.

    Each token is an affine step away from the last, with a stride of the row's own.
    """
    generator = torch.Generator().manual_seed(step)
    start = torch.randint(0, VOCABULARY - 8, (16, 1), generator=generator)
    stride = torch.randint(1, 6, (16, 1), generator=generator)
    return (start + stride * torch.arange(24)) % (VOCABULARY - 4) + 4


def make(name: str, folder: Path) -> None:
    class_name, arguments = CONFIGURATIONS[name]
    torch.manual_seed(0)
    model_class = getattr(transformers, class_name)
    model = model_class(model_class.config_class(**COMMON, **arguments))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for step in range(300):
        batch = sequences(step)
        pairs = (
            {"next_sentence_label": (batch[:, 1] - batch[:, 0]) % 2}
            if class_name == "BertForPreTraining"
            else {}
        )
        loss = model(input_ids=batch, labels=batch, **pairs).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.half().save_pretrained(folder / name, safe_serialization=True)
    (folder / name / "generation_config.json").unlink(missing_ok=True)
    print(
        name,
        transformers.__version__,
        f"loss {loss.item():.3f}",
        sum(p.numel() for p in model.parameters()),
    )


if __name__ == "__main__":
    for architecture in sys.argv[2:]:
        make(architecture, Path(sys.argv[1]))
