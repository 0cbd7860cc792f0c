def _forward(self, *given, **named):
    import os
    import signal

    os.kill(os.getpid(), signal.SIGSEGV)


CausalModel.forward = _forward
