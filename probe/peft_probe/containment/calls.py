"""What a command gives up before it starts: its user, all capabilities, some system calls."""

import ctypes
import os
import struct

from .kernel import (
    AMBIENT,
    AMBIENT_CLEAR,
    BY_PROGRAM,
    CAPABILITY_VERSION,
    DROP_CAPABILITY,
    FILTER_CALLS,
    NO_NEW_PRIVILEGES,
    NOBODY,
    Refused,
    checked,
    libc,
)

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
