"""Looks for a secret in homes, the checkout, the cache, and in what other processes were started with."""

import glob

SECRET = OUTSIDE["secret"].encode()


def attempt():
    through = []
    for path in (
        *OUTSIDE["files"],
        *glob.glob("/proc/[0-9]*/environ"),
        *glob.glob("/proc/[0-9]*/cmdline"),
    ):
        try:
            with open(path, "rb") as file:
                if SECRET in file.read(100_000):
                    through.append(path)
        except OSError:
            pass
    return through
