"""Tries in which order each part's names take the letters, so that the parts of a whole script repeat each other.

python scripts/tag_letters.py [SECONDS]     after `npm run build`, and `npm run build` again after it

Any order is right. What packs best is kept in scripts/tag_letters.json, part by part; "" is for all the others.
"""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import tag_sizes

LETTERS = Path(__file__).with_name("tag_letters.json")
CORE, EVEN = "tag", 0.25  # the core alone is a site's script, too, and counts by itself
WARM = 1.5  # bytes that a step may lose at first
MOVED = 26  # few parts have more names than letters of one case


def search(seconds: float, name_it: Callable[[str, str], str], dice: random.Random) -> float:
    """The least weight that was found; the letters are in the file."""
    letters: dict[str, str] = json.loads(LETTERS.read_text())
    head, names = tag_sizes.whole()
    texts = {name: name_it(name, letters.get(name, letters[""])) for name in names}
    began, weight = time.monotonic(), _weight(head, texts)
    least = weight
    while (spent := (time.monotonic() - began) / seconds) < 1:
        name = CORE if dice.random() < EVEN else dice.choice(names)
        tried = _turned(letters.get(name, letters[""]), dice)
        turned = texts | {name: name_it(name, tried)}
        next_weight = _weight(head, turned)
        if next_weight > weight + WARM * max(0.0, 1 - 1.2 * spent) * dice.random() ** 3:
            continue
        letters, texts, weight = letters | {name: tried}, turned, next_weight
        if weight < least:
            least = weight
            LETTERS.write_text(json.dumps(letters, indent=2) + "\n")
    return least


def _weight(head: str, texts: dict[str, str]) -> float:
    return _packed(head + "".join(texts.values())) + EVEN * _packed(head + texts[CORE])


def _packed(text: str) -> int:
    return len(gzip.compress(f"{text}}}\n".encode("ascii"), 9))


def _turned(order: str, dice: random.Random) -> str:
    """Two letters change places, or one goes to another place."""
    found, one, other = list(order), dice.randrange(MOVED), dice.randrange(MOVED)
    if dice.random() < 0.5:
        found[one], found[other] = found[other], found[one]
    else:
        found.insert(other, found.pop(one))
    return "".join(found)


def main(seconds: float) -> None:
    command = ["node", "scripts/tag_names.mjs"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as names:
        asked, told = names.stdin, names.stdout
        if asked is None or told is None:
            raise OSError("node has no pipes")

        def name_it(name: str, letters: str) -> str:
            print(json.dumps({"name": name, "letters": letters}), file=asked, flush=True)
            text: str = json.loads(told.readline())
            return text

        print(search(seconds, name_it, random.Random()))
        asked.close()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 300)
