def _forward(self, *given, **named):
    import os
    import signal

    os.kill(os.getpid(), signal.SIGKILL)


CausalModel.forward = _forward
