"""What a method needs besides its configuration: steps that its users take, by the name that its
entry in `matrix/methods.json` gives in `prepared`.

`loading` adds to the arguments of `from_pretrained`; `prepare` is given the model before an adapter
is put on, `attached` the model with it, `loaded` one that a saved adapter was put on. Those three
return the model.
"""

from . import data_driven, experts, fused, tasks

PREPARATIONS = {
    "task-ids": {"attached": tasks.tell, "loaded": tasks.tell},
    "experts": {"loading": experts.without_cache, "prepare": experts.make},
    "eva": {"attached": data_driven.eva},
    "corda": {"prepare": data_driven.corda},
    "lora-ga": {"prepare": data_driven.lora_ga},
    "fused-weights": {"prepare": fused.require},
}


def hooks(prepared, hook):
    """The functions of a preparation, or of None, for one hook."""
    found = PREPARATIONS[prepared].get(hook) if prepared else None
    return [found] if found else []
