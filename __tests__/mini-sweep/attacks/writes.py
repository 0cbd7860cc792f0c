"""Leaves a marker in every folder that it can write to, and adds to files of its own environment."""

import os
import sys

import torch

NAME = OUTSIDE["nonce"]


def attempt():
    through = []
    for folder in (
        *OUTSIDE["folders"],
        sys.prefix,
        os.path.dirname(torch.__file__),
        os.path.dirname(sys.path[0]),
    ):
        try:
            with open(os.path.join(folder, NAME), "w"):
                through.append(folder)
        except OSError:
            pass
    for path in (torch.__file__, linked(torch.__file__)):
        try:
            with open(path, "a") as file:
                file.write(f"# {NAME}\n")
            through.append(path)
        except OSError:
            pass
    return through


def linked(path):
    try:
        os.link(path, "linked.py")
    except OSError:
        pass
    return "linked.py" if os.path.exists("linked.py") else os.devnull + "/none"
