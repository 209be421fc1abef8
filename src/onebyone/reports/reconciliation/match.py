"""Matching: which of our campaigns a platform's campaign is. Ids first, then names, then what somebody said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal

from msgspec import Struct

How = Literal["id", "name", "said", "none"]

_SEPARATORS = re.compile(r"[\W_]+")
_SIMILAR = 0.75
_MOST_COMPARED = 400  # likeness is asked of the largest alone: it grows with the product of both sides


class Theirs(Struct, frozen=True):
    """A platform's campaign by all that its rows call it: ids and names of the campaign and what is below it."""

    name: str
    ids: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


class Match(Struct, frozen=True):
    """`ours` are our campaigns, sorted; a suggestion is for a person to confirm and counts for nothing."""

    theirs: str
    how: How
    ours: tuple[str, ...] = ()
    suggestion: str = ""


def same_name(text: str) -> str:
    """As names are compared: lower case, spaces and separators collapsed."""
    return _SEPARATORS.sub(" ", text.lower()).strip()


def match(
    theirs: Sequence[Theirs],
    ours: Collection[str],
    said: Mapping[str, str] = {},
    ids: Mapping[str, Collection[str]] = {},
) -> list[Match]:
    """`ours` are values of utm_campaign, which may hold an id; `said` is their name -> ours. Each of ours goes once.

    `ids` are those of utm_id that came with ours.
    """
    by_name: defaultdict[str, set[str]] = defaultdict(set)
    by_id: defaultdict[str, set[str]] = defaultdict(set)
    for one in ours:
        by_name[same_name(one)].add(one)
        for key in (one, *ids.get(one, ())):
            by_id[same_name(key)].add(one)
    free = set(ours)
    found: dict[str, Match] = {}
    for how, wanted, known in (("id", _by_id, by_id), ("name", _by_name, by_name)):
        for campaign in theirs:
            if campaign.name not in found and campaign.name not in said:
                taken = {one for key in wanted(campaign) for one in known.get(same_name(key), ())} & free
                if taken:
                    found[campaign.name] = Match(campaign.name, "id" if how == "id" else "name", tuple(sorted(taken)))
                    free -= taken
    for campaign in theirs:
        if said.get(campaign.name) in free and campaign.name not in found:
            found[campaign.name] = Match(campaign.name, "said", (said[campaign.name],))
            free.discard(said[campaign.name])
    lost = [campaign for campaign in theirs if campaign.name not in found]
    suggested = _suggest(lost[:_MOST_COMPARED], sorted(free)[:_MOST_COMPARED])
    return [found.get(one.name) or Match(one.name, "none", (), suggested.get(one.name, "")) for one in theirs]


def _by_id(campaign: Theirs) -> Iterable[str]:
    return campaign.ids


def _by_name(campaign: Theirs) -> Iterable[str]:
    return campaign.names | {campaign.name}


def _suggest(theirs: Sequence[Theirs], ours: Sequence[str]) -> dict[str, str]:
    """Ids that only lack their leading zeros, then names that are alike."""
    bare = {one.lstrip("0"): one for one in ours if one.isdigit()}
    answer: dict[str, str] = {}
    for campaign in theirs:
        by_digits = next((bare[one.lstrip("0")] for one in sorted(campaign.ids) if one.lstrip("0") in bare), "")
        answer[campaign.name] = by_digits or _likest(same_name(campaign.name), ours)
    return answer


def _likest(name: str, ours: Sequence[str]) -> str:
    best, score = "", _SIMILAR
    for one in ours:
        matcher = SequenceMatcher(None, same_name(one), name)
        if matcher.real_quick_ratio() >= score and matcher.quick_ratio() >= score and matcher.ratio() >= score:
            best, score = one, matcher.ratio()
    return best
