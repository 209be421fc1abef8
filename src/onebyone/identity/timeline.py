"""Whose a browser was, and when (specs/measurement.md 3.2, rules 1 to 4 and 8)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from onebyone.identity.nodes import epoch_node, held_node
from onebyone.identity.rules import DAY_MS, Rules

RESET = 0  # in the place of a user: nobody from here on


class Said(Struct, frozen=True, order=True):
    """At this moment the browser was this user's, or was reset."""

    at_ms: int
    user: int


class Span(Struct, frozen=True):
    """From `start_ms` to the next span's: what happens without a user id belongs to `node`."""

    start_ms: int
    node: int
    retro: bool = False  # before the user was known: joined afterwards


class Timeline(Struct, frozen=True):
    """The spans of one browser, the first from the beginning of time. `nodes` are the users that hold each node."""

    spans: tuple[Span, ...]
    shared: bool = False

    def holder(self, at_ms: int) -> int:
        starts = [span.start_ms for span in self.spans]
        return self.spans[max(bisect_right(starts, at_ms) - 1, 0)].node


def timeline(browser: int, said: Iterable[Said], rules: Rules) -> Timeline:
    """What follows from everything said of a browser, in whatever order it was said."""
    in_order = sorted(set(said))
    shared = is_shared([one for one in in_order if one.user != RESET], rules)
    spans: list[Span] = []
    for number, (start_ms, users) in enumerate(_epochs(in_order)):
        spans += _spans(browser, number, start_ms, users, None if shared else rules.reach_days * DAY_MS)
    return Timeline(tuple(_joined(spans)), shared)


def is_shared(said: Sequence[Said], rules: Rules) -> bool:
    """Whether within some stretch of days so many users were seen that nobody can be meant before a log-in."""
    seen: Counter[int] = Counter()
    oldest = 0
    for one in said:
        seen[one.user] += 1
        while one.at_ms - said[oldest].at_ms > rules.shared_days * DAY_MS:
            seen[said[oldest].user] -= 1
            oldest += 1
        if len(seen) >= rules.shared_users and sum(count > 0 for count in seen.values()) >= rules.shared_users:
            return True
    return False


def _epochs(in_order: Sequence[Said]) -> list[tuple[int, list[Said]]]:
    """Each with its start and what was said in it."""
    epochs: list[tuple[int, list[Said]]] = [(0, [])]
    for one in in_order:
        if one.user == RESET:
            epochs.append((one.at_ms, []))
        else:
            epochs[-1][1].append(one)
    return epochs


def _spans(browser: int, epoch: int, start_ms: int, users: Sequence[Said], reach_ms: int | None) -> list[Span]:
    nobody = Span(start_ms, epoch_node(browser, epoch))
    if not users:
        return [nobody]
    held = [Span(one.at_ms, held_node(browser, one.user)) for one in users]
    if reach_ms is None:
        return [nobody, *held]
    back_to = max(start_ms, users[0].at_ms - reach_ms)
    before = Span(back_to, held[0].node, retro=True)
    return [nobody, before, *held] if back_to > start_ms else [before, *held]


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Without empty spans and without repetitions."""
    kept: list[Span] = []
    for span in spans:
        if kept and kept[-1].start_ms == span.start_ms:
            kept.pop()
        if not kept or (kept[-1].node, kept[-1].retro) != (span.node, span.retro):
            kept.append(span)
    return kept
