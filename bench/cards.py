"""How a job of cells spreads over cards that only wait: python3 bench/cards.py

No card is used. A stand-in cell waits for as long as a card would work, so that what is measured
is the spreading alone.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "probe"))

from tests.test_zygote import WithCells

CELLS = [f"waits {number}" for number in range(80)]
WANTED = 3.5


def seconds(cards):
    names = [str(number) for number in range(cards)]
    began = time.monotonic()
    WithCells().run_cells("spawn", *CELLS, width=cards, cards=names, seconds=20)
    return time.monotonic() - began


def main():
    alone = seconds(1)
    print("| stand-in cards | cells | seconds | times as fast |\n|---|---|---|---|")
    for cards in (1, 2, 4):
        took = alone if cards == 1 else seconds(cards)
        print(f"| {cards} | {len(CELLS)} | {took:.1f} | {alone / took:.2f} |")
    return 0 if alone / took >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
