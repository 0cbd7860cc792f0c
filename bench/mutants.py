"""Plants silent defects and says what catches each: `python bench/mutants.py PYTHON... NAME...`, in
healthy environments and all of them where none are named.

All go through the zygote of the probe, unchanged, a forked child each, beside what a sound base has
handed over.
"""

import base64
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "probe"), str(ROOT / "bench")]

from bands import all_cells  # noqa: E402
from cells import WIDTH, probe  # noqa: E402
from healthy import HEALTHY, pythons_of, versions_of  # noqa: E402
from mutants_use import ALL as MUTANTS  # noqa: E402

START = (
    "import sys; sys.path.insert(0, sys.argv.pop()); "
    f"sys.path.insert(0, {str(ROOT / 'bench')!r}); "
    "import mutants_use, planting; planting.install(mutants_use.ALL); "
    "from peft_probe.zygote import main; main()"
)
LOSS_BAND = 0.1


def sound(python, folder, names):
    """Runs each cell without a defect, and keeps what it hands over. Returns its records."""

    def hear(record):
        if record["kind"] == "handover":
            place = Path(folder) / record["cell"].replace("/", "__")
            for name, content in record["files"].items():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_bytes(base64.b64decode(content))

    wanted = sorted({MUTANTS[name].cell for name in names})
    records = probe(python, all_cells(wanted), WIDTH, hear=hear, handover=True)[2]
    return {record["cell"]: record for record in records}


def planted(python, folder, names):
    cells = {cell["id"]: cell for cell in all_cells(["*"])}
    asked = [{**cells[MUTANTS[name].cell], "id": f"{MUTANTS[name].cell}#{name}"} for name in names]
    ran = probe(python, asked, WIDTH, start=START, carryFrom=folder)[2]
    return {(record["cell"].partition("#")[2]): record for record in ran}


def failures(record):
    return {f["type"]: f["message"] for f in record.get("failures", []) if f["stage"] != "carry"}


def verdict(mutant, base, record):
    """Whether it is caught alone, by its own check with its sentence, and against the base."""
    before, after = failures(base), failures(record)
    fresh = {name: text for name, text in after.items() if name not in before}
    own = mutant.check in fresh and mutant.says in fresh[mutant.check]
    carried = any(f["stage"] == "carry" for f in record.get("failures", []))
    return {
        "own": own,
        "alone": bool(fresh),
        "base": bool(fresh) or carried or moved(base, record),
        "by": list(fresh),
    }


def moved(base, record):
    one, other = base.get("facts", {}), record.get("facts", {})
    ratio = abs(one.get("lossRatio", 0) - other.get("lossRatio", 0)) > LOSS_BAND
    return ratio or one.get("trainable") != other.get("trainable")


def main():
    reached = True
    names = [word for word in sys.argv[1:] if word in MUTANTS] or list(MUTANTS)
    pythons = [word for word in sys.argv[1:] if word not in MUTANTS]
    for python in pythons or pythons_of(HEALTHY[1:]):
        with tempfile.TemporaryDirectory() as folder:
            bases = sound(python, folder, names)
            records = planted(python, folder, names)
        print(versions_of(python))
        found = {}
        for name in names:
            mutant, record = MUTANTS[name], records.get(name, {})
            found[name] = verdict(mutant, bases.get(mutant.cell, {}), record)
            odd = (
                ""
                if record.get("ended") == "exit"
                else f" {record.get('ended')} {record.get('output', '')[-200:]}"
            )
            if not found[name]["own"]:
                print(f"  {name:22} {mutant.cell:42} {found[name]['by']} for {mutant.check}{odd}")
        total = len(names)
        counts = {
            kind: sum(one[kind] for one in found.values()) for kind in ("own", "alone", "base")
        }
        print(
            f"  {total} planted: own check and sentence {counts['own']},",
            f"alone {counts['alone']}, against a base {counts['base']}",
        )
        reached &= counts["own"] >= 0.9 * total and counts["alone"] >= 0.95 * total
    sys.exit(0 if reached else 1)


if __name__ == "__main__":
    main()
