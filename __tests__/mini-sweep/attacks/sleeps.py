"""Takes its time."""

import time


def attempt():
    time.sleep(20)
    return []
