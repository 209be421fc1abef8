"""What the decision about an event costs: its strings met before, and never met (design.md 7)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from onebyone import consent
from onebyone.consent.decision import Policy
from onebyone.consent.regions import read_regions
from onebyone.consent.said import read_said
from onebyone.consent.settings import Settings

VECTORS = Path(__file__).parents[1] / "tests/golden/vectors"
AT_MS = 1_795_514_400_000
ROUNDS = 20_000


def rows() -> Iterator[tuple[str, str, str, str]]:
    strings = [row["tc_string"] for row in json.loads((VECTORS / "tcf.json").read_text())["valid"]]
    blocks = [{"tcf": text, "at": AT_MS} for text in strings if len(text) < 400]
    policy = Policy(read_regions((Path(consent.__file__).parent / "regions.json").read_bytes()), Settings())
    yield "consent of an event, its string met before", f"{_micro(policy, blocks, ROUNDS):.1f} us", "5 us", "5 us"
    fresh = [block | {"tcf": _remade(block["tcf"], n)} for n in range(ROUNDS // len(blocks) // 4) for block in blocks]
    yield "consent of an event, its string never met", f"{_micro(policy, fresh, len(fresh)):.1f} us", "60 us", "60 us"


def _remade(text: str, n: int) -> str:
    """The same choice, made at another time: bits 6 to 41 are the date of its making."""
    return f"{text[0]}{n:06d}{text[7:]}"


def _micro(policy: Policy, blocks: Sequence[dict[str, Any]], rounds: int) -> float:
    headers = {"user-agent": "x", "accept-language": "de"}
    began = time.process_time()
    for n in range(rounds):
        said = read_said(blocks[n % len(blocks)], headers=headers, received_ms=AT_MS)
        policy.decide(said, "DE", AT_MS)
    return (time.process_time() - began) / rounds * 1e6


if __name__ == "__main__":
    for row in rows():
        print("  ".join(row))
