"""Plants a defect in the forked process of one cell, just before it runs. Imported inside the
probe's zygote.
"""

import functools
import importlib


def install(table):
    """Makes children of the zygote plant what the identifier of their cell names behind a `#`; the
    table has a mutant for each name.
    """
    from peft_probe import child

    plain = child.run_cell

    def run_cell(cell, job, modules, folder, record_end):
        identifier, _, name = cell["id"].partition("#")
        if name:
            table[name].plant(modules)
        plain({**cell, "id": identifier}, job, modules, folder, record_end)

    child.run_cell = run_cell


def module(name):
    return importlib.import_module(name)


def wrap(owner, name, change):
    """Puts `change(plain, *args, **named)` in the place of a function, which keeps its signature:
    generation reads what a model takes from it.
    """
    plain = getattr(owner, name)

    @functools.wraps(plain)
    def changed(*args, **named):
        return change(plain, *args, **named)

    setattr(owner, name, changed)


def after(owner, name, act):
    """Lets `act(result, *args)` see, or replace, what a function returns."""

    def change(plain, *args, **named):
        result = plain(*args, **named)
        other = act(result, *args)
        return result if other is None else other

    wrap(owner, name, change)


def cache_pairs(cache):
    """Keys and values of each layer, to be changed in place; as setters, since caches have had many
    forms.
    """
    if hasattr(cache, "layers"):
        return [(layer, "keys", "values") for layer in cache.layers]
    return [(index, cache.key_cache, cache.value_cache) for index in range(len(cache.key_cache))]


def changed_cache(cache, change):
    """The cache after `change` was given its list of (keys, values) and returned another."""
    if hasattr(cache, "layers"):
        pairs = change([(layer.keys, layer.values) for layer in cache.layers])
        for layer, (keys, values) in zip(cache.layers, pairs):
            layer.keys, layer.values = keys, values
        return cache
    if hasattr(cache, "key_cache"):
        pairs = change(list(zip(cache.key_cache, cache.value_cache)))
        cache.key_cache, cache.value_cache = map(list, zip(*pairs))
        return cache
    return tuple(change([tuple(pair) for pair in cache]))


def model_class(architecture, task="CausalLM"):
    names = {
        "llama": "Llama",
        "gpt2": "GPT2",
        "gemma2": "Gemma2",
        "opt": "OPT",
        "bert": "Bert",
        "mixtral": "Mixtral",
        "qwen2": "Qwen2",
        "mistral": "Mistral",
        "t5": "T5",
    }
    loaded = module(f"transformers.models.{architecture}.modeling_{architecture}")
    wanted = {
        "gpt2": {"CausalLM": "GPT2LMHeadModel"},
        "t5": {"CausalLM": "T5ForConditionalGeneration"},
    }.get(architecture, {}).get(task, f"{names[architecture]}For{task}")
    return getattr(loaded, wanted)
