"""A command's own root: a file system in memory with what is shown of this machine."""

import os
import re
from pathlib import Path

from .kernel import (
    BIND,
    DETACH,
    KEPT_FLAGS,
    NO_DEVICES,
    NO_EXEC,
    NO_SETUID,
    NOBODY,
    PRIVATE,
    READ_ONLY,
    RECURSIVE,
    REMOUNT,
    Refused,
    checked,
    mount,
)

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/sys/devices/system")
SETTINGS = (
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "passwd",
    "group",
    "nsswitch.conf",
    "localtime",
)
DEVICES = ("null", "zero", "full", "random", "urandom")
# What a card of NVIDIA's is reached by, and nothing that sets one up.
OF_CARDS = re.compile(r"nvidiactl|nvidia-uvm|nvidia[0-9]+|nvidia-caps/nvidia-cap[0-9]+")
SHARED_MEMORY = 64 << 20


def make_root(spec):
    """A root in memory.

    The system's programs and libraries and what is shown, all read-only, few devices, a work
    folder.
    """
    root = "/tmp" if os.path.isdir("/tmp") else "/mnt"
    mount(None, "/", None, RECURSIVE | PRIVATE)
    places = shown_places(spec["show"])
    # What is shown may lie where the new root is put: it is held by a descriptor from before.
    held = [(path, os.open(path, os.O_PATH)) for path in places if not os.path.islink(path)]
    links = [(path, os.readlink(path)) for path in places if os.path.islink(path)]
    nodes = {**{name: f"/dev/{name}" for name in DEVICES}, **nodes_of_cards(spec)}
    devices = [(name, os.open(path, os.O_PATH)) for name, path in nodes.items()]
    mount("none", root, "tmpfs", NO_SETUID | NO_DEVICES, "mode=755,size=4m")
    for path, source in held:
        bind(f"/proc/self/fd/{source}", root + path)
    make_links(root, links)
    make_devices(root, devices)
    for name in ("proc", "tmp", "old"):
        os.makedirs(f"{root}/{name}", exist_ok=True)
    mount("proc", f"{root}/proc", "proc", NO_SETUID | NO_DEVICES | NO_EXEC)
    make_work(root, spec)
    for _, descriptor in held + devices:
        os.close(descriptor)
    enter(root)


def shown_places(show):
    """What is shown of this machine: the system's own, and folders where they are said to lie and
    where they do.
    """
    system = (*SYSTEM, *(f"/etc/{name}" for name in SETTINGS))
    asked = sorted({*show, *map(os.path.realpath, show)})
    return [*filter(os.path.lexists, system), *asked]


def make_links(root, links):
    for path, target in links:
        if not os.path.lexists(root + path):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(target, root + path)


def make_work(root, spec):
    """The one folder that can be written to; all else below the root is read-only from here on."""
    folder = root + spec["work"]
    os.makedirs(folder, exist_ok=True)
    make_read_only(root, but=(f"{root}/proc", f"{root}/dev"))
    other = spec["level"] == "other-user"
    user, group = (NOBODY, NOBODY) if other else (os.getuid(), os.getgid())
    options = f"mode=700,size={spec['bytes']},nr_inodes=200k,uid={user},gid={group}"
    mount("none", folder, "tmpfs", NO_SETUID | NO_DEVICES, options)


def enter(root):
    os.chdir(root)
    checked("pivot_root", b".", b"old")
    checked("umount2", b"/old", DETACH)
    mount(None, "/", None, REMOUNT | BIND | READ_ONLY | NO_SETUID | NO_DEVICES)


def bind(source, target):
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        Path(target).touch()
    mount(source, target, None, BIND | RECURSIVE)


def nodes_of_cards(spec):
    for name in spec["nodes"]:
        if not OF_CARDS.fullmatch(name):
            raise Refused(f"{name} is no device of a card")
    return spec["nodes"]


def make_devices(root, devices):
    os.makedirs(f"{root}/dev", exist_ok=True)
    mount("none", f"{root}/dev", "tmpfs", NO_SETUID | NO_EXEC, "mode=755,size=64k")
    for name, source in devices:
        bind(f"/proc/self/fd/{source}", f"{root}/dev/{name}")
    for name, target in (
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ):
        os.symlink(target, f"{root}/dev/{name}")
    os.makedirs(f"{root}/dev/shm")
    mount(None, f"{root}/dev", None, REMOUNT | BIND | READ_ONLY | NO_SETUID | NO_EXEC)
    shared = f"mode=1777,size={SHARED_MEMORY}"
    mount("none", f"{root}/dev/shm", "tmpfs", NO_SETUID | NO_DEVICES | NO_EXEC, shared)


def make_read_only(root, but):
    """Every mount below the root, those that came along with a folder too."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split(" ")
        target = unescaped(fields[4])
        if not target.startswith(f"{root}/") or any(
            target == one or target.startswith(f"{one}/") for one in but
        ):
            continue
        kept = sum(KEPT_FLAGS.get(option, 0) for option in fields[5].split(","))
        mount(None, target, None, REMOUNT | BIND | READ_ONLY | NO_SETUID | kept)


def unescaped(field):
    """A path of mountinfo, where space, tab, newline and backslash stand as octal numbers
    (proc(5)).
    """
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(code, character)
    return field
