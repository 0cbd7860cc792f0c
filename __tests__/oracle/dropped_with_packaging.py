"""For pairs of specifiers as JSON.

Which exclusions of the first are gone and kept something out that the second allows.
"""

import json
import sys

from packaging.specifiers import SpecifierSet


def kept_out(version):
    if not version.endswith(".*"):
        return [version]
    return [version[:-2], *(f"{version[:-2]}.{patch}" for patch in range(40))]


def dropped(before, after):
    allowed = SpecifierSet(after, prereleases=True)
    excluded = [clause.version for clause in SpecifierSet(before) if clause.operator == "!="]
    return sorted(
        version for version in set(excluded) if any(one in allowed for one in kept_out(version))
    )


json.dump([dropped(*pair) for pair in json.load(sys.stdin)], sys.stdout)
