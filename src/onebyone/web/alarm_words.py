"""How an alarm stands, and what its history says: a word and a square each."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from onebyone.state.alarms import Standing, What


class Mark(Struct, frozen=True):
    title: str
    glyph: str
    tone: str


NOTICES: Mapping[What, Mark] = {
    What.RAISED: Mark("raised", "x", "ba"),
    What.CLEARED: Mark("over", "full", "ok"),
    What.TOLD: Mark("told", "full", "ac"),
    What.NOT_TOLD: Mark("not told", "half", "wa"),
    What.SENT: Mark("sent", "full", "ac"),
    What.NOT_SENT: Mark("not sent", "half", "wa"),
}


def of_standing(standing: Standing, *, on: bool) -> Mark:
    if not on:
        return Mark("paused", "dash", "of")
    if standing.raised:
        return Mark("raised", "x", "ba")
    if not standing.checked_ms:
        return Mark("waiting", "open", "of")
    return Mark("cannot say", "open", "of") if standing.quiet else Mark("calm", "full", "ok")
