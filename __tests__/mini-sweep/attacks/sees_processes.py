"""Looks for the program that started all this among the processes."""

import glob


def attempt():
    through = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                started = file.read(10_000)
        except OSError:
            continue
        if b"cli.mjs" in started:
            through.append(path)
    return through
