"""Runs a command where it can harm nothing: in a root of its own that holds what it needs and
nothing else.

    python -I -S rooms.py SPEC COMMAND...

SPEC is JSON: `level` (`other-user`, `user-namespace` or `limits`), `parent` (process id of the
caller), `work` (the one folder that may be written to: a file system in memory that ends with the
command), `bytes` of it, `show` (folders that can be read), `nodes` (name below /dev -> device node
of a card), `limits` (name of a resource limit -> value, of each process), `seconds` (for all of it)
and `memory` (bytes, of all processes together).
Limits hold from before the command's first byte. Uses the standard library only, and nothing of an
environment under test.

Ends with the status of the command (128 + n for signal n), 124 after `seconds`, 125 where the rooms
cannot be made.
"""

import ctypes
import json
import os
import re
import resource
import select
import signal
import struct
import sys
import time
from pathlib import Path

# <sched.h>, <sys/mount.h>, <linux/prctl.h>, <linux/capability.h>
NEW_MOUNTS, NEW_IPC, NEW_NETWORK, NEW_PIDS, NEW_USER = (
    0x20000,
    0x8000000,
    0x40000000,
    0x20000000,
    0x10000000,
)
READ_ONLY, NO_SETUID, NO_DEVICES, NO_EXEC, REMOUNT, BIND, RECURSIVE, PRIVATE = (
    1,
    2,
    4,
    8,
    32,
    4096,
    16384,
    1 << 18,
)
KEPT_FLAGS = {
    "nosuid": NO_SETUID,
    "nodev": NO_DEVICES,
    "noexec": NO_EXEC,
    "noatime": 1024,
    "nodiratime": 2048,
    "relatime": 1 << 21,
}
DETACH = 2
(
    DIE_WITH_PARENT,
    DUMPABLE,
    FILTER_CALLS,
    DROP_CAPABILITY,
    BECOME_SUBREAPER,
    NO_NEW_PRIVILEGES,
    AMBIENT,
) = 1, 4, 22, 24, 36, 38, 47
AMBIENT_CLEAR, BY_PROGRAM = 4, 2
CAPABILITY_VERSION = 0x20080522

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
# System calls that nothing under test needs, and that give back what was taken or reach what no
# namespace divides. Machine (<linux/audit.h>), then by number (<asm/unistd.h>): clone; socket;
# ptrace, mount, umount2, pivot_root, unshare, setns, add_key, request_key, keyctl, bpf,
# userfaultfd, perf_event_open, io_uring_setup, process_vm_readv and _writev.
CALLS = {
    "x86_64": (
        0xC000003E,
        56,
        41,
        (101, 165, 166, 155, 272, 308, 248, 249, 250, 321, 323, 298, 425, 310, 311),
    ),
    "aarch64": (
        0xC00000B7,
        220,
        198,
        (117, 40, 39, 41, 97, 268, 217, 218, 219, 280, 282, 241, 425, 270, 271),
    ),
}
CLONE3, NEWER_CALLS = 435, 0x40000000
NEW_NAMESPACES = 0x7E020000
FAMILIES = (1, 2, 10, 16)  # Unix, IPv4, IPv6, netlink
NOBODY = 65534
SHARED_MEMORY = 64 << 20

libc = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):
    """This machine does not allow what a level of containment needs."""


def checked(name, *arguments):
    if getattr(libc, name)(*arguments) != 0:
        error = ctypes.get_errno()
        raise Refused(f"{name} {arguments[:2]}: {os.strerror(error)}")


def mount(source, target, kind, flags, options=None):
    encoded = [value.encode() if value is not None else None for value in (source, target, kind)]
    checked("mount", *encoded, ctypes.c_ulong(flags), options.encode() if options else None)


def main():
    spec, command = json.loads(sys.argv[1]), sys.argv[2:]
    # A descriptor of the caller's would reach through every wall.
    os.closerange(4, 1 << 16)
    try:
        libc.prctl(DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != spec["parent"]:
            return 125
        if spec["level"] == "limits":
            return supervise(spec, command)
        return in_namespaces(spec, command)
    except (Refused, OSError) as refused:
        print(f"containment: {refused}", file=sys.stderr)
        return 125


def in_namespaces(spec, command):
    """The first process of the new namespaces supervises the command.

    When it ends, so does all that is in them.
    """
    user, group = os.getuid(), os.getgid()
    threads = threads_of(user)
    checked(
        "unshare",
        NEW_MOUNTS
        | NEW_IPC
        | NEW_NETWORK
        | NEW_PIDS
        | (NEW_USER if spec["level"] == "user-namespace" else 0),
    )
    if spec["level"] == "user-namespace":
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        # Older kernels count a user's processes over all namespaces.
        spec["limits"]["NPROC"] += threads
    alive, parent_end = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(parent_end)
        end(lambda: first_process(spec, command, alive))
    os.close(alive)
    return status_of(os.waitpid(first, 0)[1])


def first_process(spec, command, alive):
    make_root(spec)
    become_harmless(spec["level"])
    # The code under test may be the same user: it must not take hold of what supervises it.
    libc.prctl(DUMPABLE, 0, 0, 0, 0)
    # A change of user clears this; a parent that died before it was set shows as the end of its
    # pipe.
    libc.prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if select.select([alive], [], [], 0)[0]:
        return 125
    os.close(alive)
    return supervise(spec, command)


def make_root(spec):
    """A root in memory.

    The system's programs and libraries and what is shown, all read-only, few devices, a work
    folder.
    """
    root = "/tmp" if os.path.isdir("/tmp") else "/mnt"
    mount(None, "/", None, RECURSIVE | PRIVATE)
    shown = [
        path
        for path in SYSTEM + tuple(f"/etc/{name}" for name in SETTINGS)
        if os.path.lexists(path)
    ]
    shown += sorted({*spec["show"], *map(os.path.realpath, spec["show"])})
    # What is shown may lie where the new root is put: it is held by a descriptor from before.
    sources = [(path, os.open(path, os.O_PATH)) for path in shown if not os.path.islink(path)]
    links = [(path, os.readlink(path)) for path in shown if os.path.islink(path)]
    nodes = {**{name: f"/dev/{name}" for name in DEVICES}, **nodes_of_cards(spec)}
    devices = [(name, os.open(path, os.O_PATH)) for name, path in nodes.items()]
    processes = os.open("/proc/self/fd", os.O_PATH | os.O_DIRECTORY)
    mount("none", root, "tmpfs", NO_SETUID | NO_DEVICES, "mode=755,size=4m")
    for path, source in sources:
        bind(f"/proc/self/fd/{source}", root + path)
    for path, target in links:
        if not os.path.lexists(root + path):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(target, root + path)
    make_devices(root, devices)
    for name in ("proc", "tmp", "old"):
        os.makedirs(f"{root}/{name}", exist_ok=True)
    mount("proc", f"{root}/proc", "proc", NO_SETUID | NO_DEVICES | NO_EXEC)
    owner = (
        f"uid={NOBODY},gid={NOBODY}"
        if spec["level"] == "other-user"
        else f"uid={os.getuid()},gid={os.getgid()}"
    )
    os.makedirs(root + spec["work"], exist_ok=True)
    make_read_only(root, but=(f"{root}/proc", f"{root}/dev"))
    mount(
        "none",
        root + spec["work"],
        "tmpfs",
        NO_SETUID | NO_DEVICES,
        f"mode=700,size={spec['bytes']},nr_inodes=200k,{owner}",
    )
    for descriptor in (processes, *(held for _, held in sources + devices)):
        os.close(descriptor)
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
    mount(
        "none",
        f"{root}/dev/shm",
        "tmpfs",
        NO_SETUID | NO_DEVICES | NO_EXEC,
        f"mode=1777,size={SHARED_MEMORY}",
    )


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


def become_harmless(level):
    """Another user where that can be, and no capability, now or later."""
    capability = 0
    while libc.prctl(DROP_CAPABILITY, capability) == 0:
        capability += 1
    libc.prctl(AMBIENT, AMBIENT_CLEAR, 0, 0, 0)
    if level == "other-user":
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    checked("capset", header, (ctypes.c_uint32 * 6)())
    checked("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    filter_calls()


def filter_calls():
    """Refuses the system calls above for good (seccomp(2)).

    A program of the kernel's packet filter looks at each call.
    """
    load, equal, set_in, answer = 0x20, 0x15, 0x45, 0x06
    allow, refuse, unknown = 0x7FFF0000, 0x50000 | 1, 0x50000 | 38
    if os.uname().machine not in CALLS:
        raise Refused(f"no system call is known by number on {os.uname().machine}")
    machine, clone, socket, refused = CALLS[os.uname().machine]
    program = [(load, 0, 0, 4), (equal, 1, 0, machine), (answer, 0, 0, refuse), (load, 0, 0, 0)]
    program += [
        (0x35, 0, 1, NEWER_CALLS),
        (answer, 0, 0, refuse),
        (equal, 0, 1, CLONE3),
        (answer, 0, 0, unknown),
    ]
    for number in refused:
        program += [(equal, 0, 1, number), (answer, 0, 0, refuse)]
    program += [
        (equal, 0, 4, clone),
        (load, 0, 0, 16),
        (set_in, 0, 1, NEW_NAMESPACES),
        (answer, 0, 0, refuse),
        (answer, 0, 0, allow),
    ]
    program += [(equal, 0, 2 + 2 * len(FAMILIES), socket), (load, 0, 0, 16)]
    for family in FAMILIES:
        program += [(equal, 0, 1, family), (answer, 0, 0, allow)]
    program += [(answer, 0, 0, refuse), (answer, 0, 0, allow)]
    steps = b"".join(struct.pack("=HBBI", *step) for step in program)
    held = ctypes.create_string_buffer(steps, len(steps))
    described = struct.pack("@HP", len(program), ctypes.addressof(held))
    checked("prctl", FILTER_CALLS, BY_PROGRAM, described, 0, 0)


def supervise(spec, command):
    """Starts the command under its limits, waits for it, ends it when it takes too long or too
    much, and all it started.
    """
    deadline = time.monotonic() + spec["seconds"]
    libc.prctl(BECOME_SUBREAPER, 1, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    own = os.getpid()
    pid = os.fork()
    if pid == 0:
        end(lambda: start(spec, command, own))
    # The caller sees its pipes hang up when the command lets go of them.
    os.closerange(0, 2)
    os.closerange(3, 16)
    status = None
    while status is None:
        signal.sigtimedwait([signal.SIGCHLD], 0.5)
        status = reap(pid)
        if status is None and time.monotonic() > deadline:
            print(f"containment: stopped after {spec['seconds']:.0f} seconds", file=sys.stderr)
            status = 124
        elif status is None and memory_of(descendants(own)) > spec["memory"]:
            print(
                f"containment: more than {spec['memory'] >> 20} MiB of memory in use",
                file=sys.stderr,
            )
            status = 137
    end_all(own)
    return status


def start(spec, command, parent):
    libc.prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        return 125
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    for name, value in spec["limits"].items():
        kind = getattr(resource, f"RLIMIT_{name}")
        highest = resource.getrlimit(kind)[1]
        allowed = value if highest == resource.RLIM_INFINITY else min(value, highest)
        resource.setrlimit(kind, (allowed, allowed))
    if spec["level"] != "limits":
        os.chdir(spec["work"])
    os.execv(command[0], command)


def reap(wanted):
    """The status of the wanted process, if it has ended; others that ended are only buried."""
    found = None
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return found
            if pid == wanted:
                found = status_of(status)
    except ChildProcessError:
        return 125 if found is None else found


def end_all(own):
    for _ in range(100):
        left = descendants(own)
        if not left:
            return
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        signal.sigtimedwait([signal.SIGCHLD], 0.02)
        reap(0)


def descendants(own):
    """Ids of all processes that descend from one, dead ones left out."""
    children = {}
    for entry in os.listdir("/proc") if os.path.isdir("/proc/self") else []:
        try:
            fields = (
                Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()
                if entry.isdigit()
                else []
            )
        except OSError:
            continue
        if fields and fields[0] not in "ZX":
            children.setdefault(int(fields[1]), []).append(int(entry))
    found = list(children.get(own, []))
    for pid in found:
        found += children.get(pid, [])
    return found


def memory_of(pids):
    """Bytes of memory that are no file's, summed (proc(5), status), files in memory included.

    What a fork shares counts in each.
    """
    total, files = 0, {}
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            total += sum(
                int(line.split()[1]) << 10
                for line in lines
                if line.startswith(("RssAnon:", "RssShmem:"))
            )
            for entry in os.scandir(f"/proc/{pid}/fd"):
                if os.readlink(entry.path).startswith("/memfd:"):
                    kept = os.stat(entry.path)
                    files[kept.st_ino] = kept.st_blocks * 512
        except (OSError, ValueError):
            continue
    return total + sum(files.values())


def threads_of(user):
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            count += len(os.listdir(folder / "task")) if folder.stat().st_uid == user else 0
        except OSError:
            continue
    return count


def status_of(status):
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def end(work):
    """Never returns: the end of a forked process."""
    status = 125
    try:
        status = work()
    except (Refused, OSError, ValueError) as refused:
        print(f"containment: {refused}", file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    sys.exit(main())
