"""Leaves a note for other environments in folders that every process shares, and looks for theirs."""

import os
import sys

NAME = OUTSIDE["nonce"]
OWN = f"{NAME}-{os.path.basename(sys.prefix)}"


def attempt():
    through = []
    for folder in ("/dev/shm", "/dev/mqueue", "/var/tmp", "/tmp", "/run"):
        try:
            through += [
                f"{folder}/{name}"
                for name in os.listdir(folder)
                if name.startswith(NAME) and name != OWN
            ]
            with open(os.path.join(folder, OWN), "w"):
                pass
        except OSError:
            pass
    return through
