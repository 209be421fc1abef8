"""What the pipeline's steps ask about consent, in memory: the shipped rules, nobody remembered, nobody suppressed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache

from consent.deciding import REGIONS
from fakes.shelf import MemoryShelf
from onebyone.consent.decision import Policies
from onebyone.pipeline.conversions.counting import Counting
from onebyone.pipeline.seen import Seen
from onebyone.pipeline.step import Step
from onebyone.pipeline.steps import steps
from onebyone.places import Places
from onebyone.state.choices import Remembered
from onebyone.state.consent_records import Draft


class MemoryChoices:
    """Remembers as `state.choices.Choices` does."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, int], list[Remembered]] = {}

    def find(self, site: str, visitor: int, before_ms: int) -> Remembered | None:
        held = self.held.get((site, visitor), [])
        return next((one for one in reversed(held) if one.at_ms < before_ms), None)

    def learn(self, site: str, visitor: int, fresh: Remembered) -> None:
        self.held.setdefault((site, visitor), []).append(fresh)
        self.held[site, visitor].sort(key=lambda one: one.at_ms)


class MemorySuppression:
    def __init__(self, listed: dict[tuple[str, str], str] | None = None) -> None:
        self.listed = listed or {}

    def why(self, site: str, *identifiers: tuple[str, str]) -> str:
        return next((self.listed[each] for each in identifiers if each in self.listed), "")


class MemoryRecords:
    def __init__(self) -> None:
        self.drafts: list[Draft] = []

    def note(self, draft: Draft) -> None:
        self.drafts.append(draft)


class MemoryBlinding:
    """One salt for ever."""

    def blind(self, site: str, text: str, *, now_ms: int) -> str:
        return "x." + hashlib.sha256(f"{site}/{text}".encode("utf-8", "replace")).hexdigest()[:16]


class MemoryUserData:
    """Seals nothing: what is sealed is the JSON itself."""

    def key(self, site: str) -> bytes:
        return site.encode()

    def read(self, site: str, sealed: str) -> Mapping[str, object]:
        found: dict[str, object] = json.loads(sealed) if sealed.startswith("{") else {}
        return found


@cache
def the_places() -> Places:
    return Places()


def the_policies() -> Policies:
    return Policies(REGIONS)


def the_steps(seen: Seen, *, choices: MemoryChoices | None = None) -> tuple[tuple[str, Step], ...]:
    return steps(
        seen,
        Counting(MemoryShelf()),
        policies=the_policies(),
        choices=choices or MemoryChoices(),
        suppressed=MemorySuppression(),
        places=the_places(),
        records=MemoryRecords(),
        opening=MemoryUserData(),
        link_key=b"l" * 32,
        blinding=MemoryBlinding(),
    )
