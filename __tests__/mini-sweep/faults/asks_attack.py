import attack

_plain_forward = CausalModel.forward


def _try(where):
    through = attack.attempt()
    if through:
        raise RuntimeError(f"through, at {where}: {', '.join(through)}")


def _forward(self, *given, **named):
    if CausalModel.forward is not _plain_forward:
        CausalModel.forward = _plain_forward
        _try("forward")
    return _plain_forward(self, *given, **named)


_try("import")
CausalModel.forward = _forward
