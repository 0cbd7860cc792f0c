def _forward(self, *given, **named):
    bytearray(3 * 2**30)  # never touched: costs nothing where no limit stops it
    raise MemoryError("more than a cell may have")


CausalModel.forward = _forward
