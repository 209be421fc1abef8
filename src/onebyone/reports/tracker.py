"""A tracker's sessions beside ours: why their numbers differ, one rule at a time. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

RULES = {
    "pause": "a pause longer than the timeout: the tracker's one session is several of ours",
    "browser": "one session told by several browser ids: a session of ours has one browser",
    "together": "sessions of one browser without a pause between them: one of ours",
    "nobody": "no browser id: no session of ours",
    "no_view": "no page view in it: none of the tracker's",
    "late": "sent days after it was made: none of the tracker's",
    "no_session": "no session id: none of the tracker's",
    "over_long": "days after its session began: none of the tracker's",
}


class Difference(Struct, frozen=True):
    """By how many sessions one rule changes the tracker's number on the way to ours."""

    rule: str
    sessions: int
    examples: list[str]  # ids of the tracker's sessions, or of ours where it has none


class Beside(Struct, frozen=True):
    """`tracker` plus all differences is `own`."""

    tracker: int
    own: int
    differences: list[Difference]


class Pair(Struct, frozen=True):
    """A row of the report "tracker_pairs"."""

    tracker_session: str
    left_out: str
    counts: bool
    session: str
    visitor: int

    @staticmethod
    def of(row: Mapping[str, Any]) -> Pair:
        counts = bool(row["counts"]) and not row["left_out"]
        return Pair(row["tracker_session"], row["left_out"], counts, row["session"], row["visitor"])


def compare(rows: Iterable[Mapping[str, Any]]) -> Beside:
    """Each of our sessions and each of the tracker's has its say once, so the differences add up."""
    pairs = [Pair.of(row) for row in rows]
    theirs: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    ours: defaultdict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        if pair.counts:
            theirs[pair.tracker_session] |= {(pair.session, pair.visitor)} if pair.session else set()
        if pair.session:
            ours[pair.session] |= {pair.tracker_session} if pair.counts else set()
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for tracked, parts in sorted(theirs.items()):
        browsers = len({visitor for _, visitor in parts})
        changes = {"nobody": -1 if not parts else 0, "browser": max(0, browsers - 1), "pause": len(parts) - browsers}
        for rule, change in changes.items():
            found[rule] += [(change, tracked)] if change else []
    for session, tracked_in in sorted(ours.items()):
        if len(tracked_in) > 1:
            found["together"].append((1 - len(tracked_in), min(tracked_in)))
        if not tracked_in:
            found[_why(session, pairs)].append((1, session))
    differences = [
        Difference(rule, sum(change for change, _ in found[rule]), [example for _, example in found[rule][:3]])
        for rule in RULES
        if found[rule]
    ]
    return Beside(tracker=len(theirs), own=len(ours), differences=differences)


def _why(session: str, pairs: Iterable[Pair]) -> str:
    """Why the tracker has nothing for a session of ours."""
    causes = {pair.left_out or "no_view" for pair in pairs if pair.session == session}
    return next(rule for rule in RULES if rule in causes)
