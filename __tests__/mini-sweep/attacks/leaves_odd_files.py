"""Puts what no library saves among the files that the base environment hands over."""

import os
import socket

WORK = os.getcwd()
SAVED = os.path.join(WORK, "save", "lora__none__llama__causal-lm")


def attempt():
    os.makedirs(SAVED, exist_ok=True)
    place = os.path.join(SAVED, "odd")
    if os.path.lexists(place):
        return []
    ODD[OUTSIDE["kind"]](place)
    return []


def long_path(place):
    """300 folders in each other: longer than any path may be."""
    os.mkdir(place)
    here = os.open(place, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d" * 200, dir_fd=here)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def closed_folder(place):
    os.mkdir(place)
    with open(os.path.join(place, "file"), "w"):
        pass
    os.chmod(place, 0)


def bound_socket(place):
    os.chdir(SAVED)
    socket.socket(socket.AF_UNIX).bind("odd")
    os.chdir(WORK)


def links(place):
    os.mkdir(place)
    os.symlink(OUTSIDE["files"][0], os.path.join(place, "file"))
    os.symlink("/", os.path.join(place, "folder"))
    os.symlink(place, os.path.join(place, "circle"))


ODD = {
    "a fifo": os.mkfifo,
    "a path that is too long": long_path,
    "a closed folder": closed_folder,
    "a socket": bound_socket,
    "links": links,
}
