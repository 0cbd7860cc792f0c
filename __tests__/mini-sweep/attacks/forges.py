"""Writes records of cells that it was not asked about, and garbage, wherever it can."""

import json
import os

FORGED = {
    "kind": "cell",
    "cell": "ia3/none/qwen2/causal-lm",
    "ended": "exit",
    "stages": {},
    "failures": [],
    "facts": {},
}


def attempt():
    lines = [
        json.dumps(FORGED),
        json.dumps({**FORGED, "cell": "../../forged"}),
        '{"kind":"cell",',
        "\0\1",
        '{"kind":"done"}',
    ]
    for descriptor in range(3, 32):
        try:
            os.write(descriptor, ("\n" + "\n".join(lines) + "\n").encode())
        except OSError:
            pass
    return []
