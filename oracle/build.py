"""Builds the reference graphs: `python build.py` writes them, `--check` compares byte for byte.

One graph is one layer of an architecture, or what stands behind the last layer. It holds no weight:
the oracle feeds every one, so that it can leave a part out or change it. Nothing here is exported
from a library under test.
"""

import sys
from pathlib import Path

import onnx
from graph import Graph
from parts import (
    attention,
    capped,
    experts,
    gated,
    layer_norm,
    linear,
    plain,
    rms_norm,
)

FOLDER = Path(__file__).parent / "graphs"
HIDDEN = ("rows", "places", "width")


def _hidden(graph):
    return graph.float("hidden", *HIDDEN)


def rotary_gated(graph):
    """Llama, Mistral, Qwen2: norms before, rotated positions, a gate in the feed-forward part."""
    hidden = _hidden(graph)
    seen = attention(graph, rms_norm(graph, "before", hidden), rotary=True, adaption=True)
    hidden = graph.add(hidden, linear(graph, "attention.output", seen))
    return graph.add(hidden, gated(graph, rms_norm(graph, "between", hidden)))


def rotary_normed(graph):
    """Qwen3: the same, with a norm on each head of queries and keys before they are rotated."""
    hidden = _hidden(graph)
    seen = attention(graph, rms_norm(graph, "before", hidden), rotary=True, normed=True)
    hidden = graph.add(hidden, linear(graph, "attention.output", seen))
    return graph.add(hidden, gated(graph, rms_norm(graph, "between", hidden)))


def rotary_experts(graph):
    """Mixtral: the same attention, and experts behind a router."""
    hidden = _hidden(graph)
    seen = attention(graph, rms_norm(graph, "before", hidden), rotary=True, adaption=True)
    hidden = graph.add(hidden, linear(graph, "attention.output", seen))
    return graph.add(hidden, experts(graph, rms_norm(graph, "between", hidden)))


def rotary_capped(graph):
    """Gemma 2: norms before and behind each part, and a cap on the scores."""
    hidden = _hidden(graph)
    seen = attention(graph, rms_norm(graph, "before", hidden), rotary=True, cap=True)
    said = linear(graph, "attention.output", seen)
    hidden = graph.add(hidden, rms_norm(graph, "behind", said))
    said = gated(graph, rms_norm(graph, "between", hidden))
    return graph.add(hidden, rms_norm(graph, "last", said))


def norm_first(graph):
    """GPT-2, OPT, GPTBigCode: layer norms before each part."""
    hidden = _hidden(graph)
    seen = attention(graph, layer_norm(graph, "before", hidden))
    hidden = graph.add(hidden, linear(graph, "attention.output", seen))
    return graph.add(hidden, plain(graph, layer_norm(graph, "between", hidden)))


def norm_last(graph):
    """BERT: layer norms behind each sum."""
    hidden = _hidden(graph)
    said = linear(graph, "attention.output", attention(graph, hidden))
    hidden = layer_norm(graph, "behind", graph.add(hidden, said))
    return layer_norm(graph, "last", graph.add(hidden, plain(graph, hidden)))


def encoder_relative(graph):
    """T5's encoder: the mask carries the relative positions."""
    hidden = _hidden(graph)
    seen = attention(graph, rms_norm(graph, "before", hidden))
    hidden = graph.add(hidden, linear(graph, "attention.output", seen))
    return graph.add(hidden, plain(graph, rms_norm(graph, "between", hidden)))


def decoder_relative(graph):
    """T5's decoder: the same, with attention to the encoder's output in between."""
    hidden = _hidden(graph)
    encoded = graph.float("encoded", "rows", "encoded places", "width")
    seen = attention(graph, rms_norm(graph, "before", hidden))
    hidden = graph.add(hidden, linear(graph, "attention.output", seen))
    crossed = attention(graph, rms_norm(graph, "crossing", hidden), source=encoded, name="cross")
    hidden = graph.add(hidden, linear(graph, "cross.output", crossed))
    return graph.add(hidden, plain(graph, rms_norm(graph, "between", hidden)))


def head_rms(graph):
    """The last norm and the matrix to the vocabulary or the labels, with a cap on the result."""
    normed = rms_norm(graph, "norm", _hidden(graph))
    return capped(graph, "cap", linear(graph, "head", graph.mul(normed, graph.float("scale"))))


def head_norm(graph):
    return linear(graph, "head", layer_norm(graph, "norm", _hidden(graph)))


def head_pooled(graph):
    """BERT's: tanh of a linear map, then the classifier."""
    return linear(graph, "head", graph.op("Tanh", linear(graph, "pooler", _hidden(graph))))


def head_plain(graph):
    return linear(graph, "head", _hidden(graph))


def norm_embedded(graph):
    """BERT's embeddings pass a norm before the first layer."""
    return layer_norm(graph, "norm", _hidden(graph))


def norm_rms(graph):
    """The norm that ends T5's encoder."""
    return rms_norm(graph, "norm", _hidden(graph))


GRAPHS = {
    "rotary-gated": rotary_gated,
    "rotary-normed": rotary_normed,
    "rotary-experts": rotary_experts,
    "rotary-capped": rotary_capped,
    "norm-first": norm_first,
    "norm-last": norm_last,
    "encoder-relative": encoder_relative,
    "decoder-relative": decoder_relative,
    "head-rms": head_rms,
    "head-norm": head_norm,
    "head-pooled": head_pooled,
    "head-plain": head_plain,
    "norm-embedded": norm_embedded,
    "norm-rms": norm_rms,
}


def built(name):
    """The bytes of a graph, checked by ONNX itself."""
    graph = Graph()
    model = graph.model(name, GRAPHS[name](graph), "rows", "places", "out")
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def main(arguments):
    differing = []
    for name in GRAPHS:
        path, content = FOLDER / f"{name}.onnx", built(name)
        if arguments == ["--check"]:
            if not path.is_file() or path.read_bytes() != content:
                differing.append(name)
        else:
            FOLDER.mkdir(exist_ok=True)
            path.write_bytes(content)
    strangers = {path.stem for path in FOLDER.iterdir()} - set(GRAPHS)
    if differing or strangers:
        wrong = ", ".join([*differing, *sorted(strangers)])
        raise SystemExit(f"not what this program builds: {wrong}. Run python oracle/build.py.")
    print(f"{len(GRAPHS)} graphs")


if __name__ == "__main__":
    main(sys.argv[1:])
