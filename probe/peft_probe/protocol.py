"""How the probe talks: a JSON job and its order on a line each of standard input, one JSON record a
line on file descriptor 3.

Standard output and standard error belong to the packages under test and mean nothing.
"""

import json
import os

RECORDS = 3
LONGEST_RECORD = 60_000
LONGEST_HANDOVER = 30 << 20


def read_line(stream):
    """What the next line says; None at the end."""
    line = stream.readline()
    return json.loads(line) if line.strip() else None


def send(record, descriptor=RECORDS):
    """Writes one record as one line; a record that is too long is cut to its kind and cell."""
    try:
        line = json.dumps(finite(record))
    except (RecursionError, TypeError, ValueError):
        line = None
    if line is None or len(line) > LONGEST_RECORD:
        line = json.dumps(
            {"kind": record.get("kind"), "cell": record.get("cell"), "ended": "record too long"}
        )
    write_line(line, descriptor)


def send_whole(record, descriptor=RECORDS):
    """Writes a record that means nothing in part; one that is too long is left out."""
    line = json.dumps(record)
    if len(line) <= LONGEST_HANDOVER:
        write_line(line, descriptor)


def write_line(line, descriptor):
    view = memoryview(line.encode() + b"\n")
    while view:
        view = view[os.write(descriptor, view) :]


def message_in(line):
    """What a cell says in a line.

    Nothing where the line is no message. Packages can write there too.
    """
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def result_in(message):
    """The result in a message, or None where there is none in the form of one."""
    result = message.get("result")
    parts = {"stages": dict, "failures": list, "facts": dict}
    fits = isinstance(result, dict) and all(
        isinstance(result.get(name), kind) for name, kind in parts.items()
    )
    return result if fits else None


def finite(value):
    """The same value with NaN and infinities as null, since JSON has neither."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return None
    return value
