"""Reads requirement lines as JSON from standard input and prints what Python's `packaging` makes of
each.
"""

import json
import re
import sys

from packaging.requirements import InvalidRequirement, Requirement


def read(text):
    try:
        parsed = Requirement(text)
    except InvalidRequirement:
        return None
    return {
        "name": re.sub(r"[-_.]+", "-", parsed.name).lower(),
        "extras": sorted(parsed.extras),
        "specifier": sorted(f"{clause.operator}{clause.version}" for clause in parsed.specifier),
        "url": parsed.url or "",
        "marker": parsed.marker is not None,
    }


json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
