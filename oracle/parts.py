"""What architectures are made of: norms, attention, feed-forward parts, as papers define them.

Every weight, scale, cap, rotation, mask and prefix is an input of the graph. A matrix lies as
checkpoints store it, [out, in]; hidden states are [rows, places, width].
"""


def linear(graph, name, value):
    """value W^T + b."""
    weight = graph.float(f"{name}.weight", f"{name}.out", f"{name}.in")
    bias = graph.float(f"{name}.bias", f"{name}.out")
    return graph.add(graph.matmul(value, graph.turned(weight, 1, 0)), bias)


def rms_norm(graph, name, value, size="width"):
    """Zhang and Sennrich 2019: x / sqrt(mean(x^2) + epsilon) w."""
    weight, epsilon = graph.float(f"{name}.weight", size), graph.float("epsilon")
    square = graph.op("ReduceMean", graph.mul(value, value), graph.ints(-1), keepdims=1)
    root = graph.op("Sqrt", graph.add(square, epsilon))
    return graph.mul(graph.op("Div", value, root), weight)


def layer_norm(graph, name, value):
    """Ba, Kiros and Hinton 2016: (x - mean) / sqrt(variance + epsilon) w + b."""
    weight, bias = graph.float(f"{name}.weight", "width"), graph.float(f"{name}.bias", "width")
    epsilon = graph.float("epsilon")
    mean = graph.op("ReduceMean", value, graph.ints(-1), keepdims=1)
    centred = graph.op("Sub", value, mean)
    variance = graph.op("ReduceMean", graph.mul(centred, centred), graph.ints(-1), keepdims=1)
    scaled = graph.op("Div", centred, graph.op("Sqrt", graph.add(variance, epsilon)))
    return graph.add(graph.mul(scaled, weight), bias)


def activation(graph, value):
    """SiLU, GELU, its approximation by tanh, and ReLU, mixed: an architecture has one at 1."""
    share = graph.float("activation", 4)
    shares = graph.op("Split", share, axis=0, num_outputs=4, outputs=4)
    kinds = (_silu, _gelu, _gelu_tanh, _relu)
    mixed = [graph.mul(kind(graph, value), part) for kind, part in zip(kinds, shares)]
    return graph.op("Sum", *mixed)


def _silu(graph, value):
    return graph.mul(value, graph.op("Sigmoid", value))


def _gelu(graph, value):
    half = graph.op("Erf", graph.mul(value, graph.number(0.7071067811865476)))
    return _half_of(graph, value, half)


def _gelu_tanh(graph, value):
    cube = graph.mul(graph.mul(value, value), value)
    inner = graph.add(value, graph.mul(cube, graph.number(0.044715)))
    return _half_of(
        graph, value, graph.op("Tanh", graph.mul(inner, graph.number(0.7978845608028654)))
    )


def _half_of(graph, value, part):
    """value (1 + part) / 2."""
    return graph.mul(graph.mul(value, graph.number(0.5)), graph.add(part, graph.number(1.0)))


def _relu(graph, value):
    return graph.op("Relu", value)


def attention(
    graph,
    value,
    rotary=False,
    cap=False,
    adaption=False,
    normed=False,
    source=None,
    name="attention",
):
    """Attention of many heads, Vaswani and others 2017, before its mixing matrix.

    `groups` names the key head that each query head reads (Ainslie and others 2023). Prefix
    keys and values [rows, key heads, length, head size] stand before the others as they are,
    unrotated. The mask [rows or 1, heads or 1, places, prefix + places] is added to the scores.
    """
    source = value if source is None else source
    queries = _heads(graph, linear(graph, f"{name}.query", value))
    keys = _heads(graph, linear(graph, f"{name}.key", source))
    values = _heads(graph, linear(graph, f"{name}.value", source))
    if normed:
        queries = rms_norm(graph, "query.norm", queries, "head")
        keys = rms_norm(graph, "key.norm", keys, "head")
    if rotary:
        queries, keys = _rotated(graph, queries), _rotated(graph, keys)
    keys = _shared(graph, _behind_prefix(graph, f"{name}.prefix.key", keys))
    values = _shared(graph, _behind_prefix(graph, f"{name}.prefix.value", values))
    scores = _scores(graph, queries, keys)
    if cap:
        scores = capped(graph, "attention.cap", scores)
    scores = graph.add(scores, graph.float(f"{name}.mask", "rows", "any", "places", "seen"))
    seen = graph.matmul(graph.op("Softmax", scores, axis=-1), values)
    if adaption:
        seen = graph.add(seen, _adaption(graph, queries))
    return graph.reshaped(graph.turned(seen, 0, 2, 1, 3), 0, 0, -1)


def _heads(graph, value):
    size = graph.int("head.size", 1)
    return graph.turned(graph.reshaped(value, 0, 0, -1, size), 0, 2, 1, 3)


def _rotated(graph, value):
    """Su and others 2021, the halves of a head as pairs; cos, sin: [rows, 1, places, head size]."""
    cos = graph.float("cos", "rows", 1, "places", "head")
    sin = graph.float("sin", "rows", 1, "places", "head")
    first, second = graph.op("Split", value, axis=-1, num_outputs=2, outputs=2)
    half = graph.op("Concat", graph.op("Neg", second), first, axis=-1)
    return graph.add(graph.mul(value, cos), graph.mul(half, sin))


def _behind_prefix(graph, name, value):
    prefix = graph.float(name, "rows", "key heads", "prefix", "head")
    return graph.op("Concat", prefix, value, axis=2)


def _shared(graph, value):
    return graph.op("Gather", value, graph.int("groups", "heads"), axis=1)


def _scores(graph, queries, keys):
    return graph.mul(
        graph.matmul(queries, graph.turned(keys, 0, 1, 3, 2)), graph.float("attention.scale")
    )


def capped(graph, name, value):
    """c tanh(x / c), and x itself where c is 0."""
    cap = graph.float(name)
    safe = graph.op("Max", cap, graph.number(1e-30))
    bent = graph.mul(graph.op("Tanh", graph.op("Div", value, safe)), safe)
    return graph.op("Where", graph.op("Greater", cap, graph.number(0.0)), bent, value)


def _adaption(graph, queries):
    """Zhang and others 2023 (LLaMA-Adapter): attention to learned prompts of its own, gated."""
    shape = (1, "key heads", "adaption", "head")
    keys = _shared(graph, graph.float("adaption.key", *shape))
    values = _shared(graph, graph.float("adaption.value", *shape))
    seen = graph.matmul(graph.op("Softmax", _scores(graph, queries, keys), axis=-1), values)
    return graph.mul(seen, graph.float("adaption.gate"))


def gated(graph, value):
    """Shazeer 2020: down(act(gate(x)) up(x))."""
    opened = activation(graph, linear(graph, "gate", value))
    return linear(graph, "down", graph.mul(opened, linear(graph, "up", value)))


def plain(graph, value):
    """down(act(up(x)))."""
    return linear(graph, "down", activation(graph, linear(graph, "up", value)))


def experts(graph, value):
    """Jiang and others 2024: the best `chosen` by router, weighted by a softmax over them."""
    router = graph.float("router.weight", "experts", "width")
    scores = graph.matmul(value, graph.turned(router, 1, 0))
    best, which = graph.op("TopK", scores, graph.int("chosen", 1), axis=-1, outputs=2)
    nothing = graph.mul(scores, graph.number(0.0))
    shares = graph.op(
        "ScatterElements", nothing, which, graph.op("Softmax", best, axis=-1), axis=-1
    )
    spread = graph.op("Unsqueeze", value, graph.ints(1))  # [rows, 1, places, width]
    opened = activation(graph, _each(graph, "gate", spread))
    said = _each(graph, "down", graph.mul(opened, _each(graph, "up", spread)))
    weighted = graph.mul(said, graph.op("Unsqueeze", graph.turned(shares, 0, 2, 1), graph.ints(3)))
    return graph.op("ReduceSum", weighted, graph.ints(1), keepdims=0)


def _each(graph, name, value):
    """One matrix for each expert, [experts, out, in], to [rows, experts, places, out]."""
    weight = graph.float(f"experts.{name}", "experts", f"{name}.out", f"{name}.in")
    return graph.matmul(value, graph.turned(weight, 0, 2, 1))
