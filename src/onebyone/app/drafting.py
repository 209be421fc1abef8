"""What another ruleset would say of the hits that the log still holds. Writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import msgspec
from msgspec import Struct

from onebyone.event import Event, Hit, Via
from onebyone.log import Reader
from onebyone.pipeline.decode import decode
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.step import Context
from onebyone.pipeline.steps.add_page import add_page
from onebyone.state.sites import Site

_GROUPS = 64


class Difference(Struct, frozen=True):
    before: str  # actor
    after: str
    agent: str
    reasons: list[str]  # by which the new one decides
    events: int


class Compared(Struct, frozen=True):
    events: int
    differences: list[Difference]  # the largest first

    @property
    def changed(self) -> int:
        return sum(one.events for one in self.differences)


def compare(
    reader: Reader, sites: Mapping[str, Site], now: Judge, then: Judge, *, tick: Callable[[int], object] = int
) -> Compared:
    """Judge everything twice, from the beginning of the log. `tick` is told how many more events were judged."""
    total, found = 0, Counter[tuple[str, str, str, tuple[str, ...]]]()
    for events in _read(reader, sites):
        for event, context in events:
            old, new = now.judge(event, context), then.judge(event, context)
            if old.actor != new.actor:
                found[(old.actor, new.actor, new.agent or old.agent, new.reasons)] += 1
        total += len(events)
        tick(len(events))
    rows = [Difference(*kind[:3], list(kind[3]), count) for kind, count in found.most_common()]
    return Compared(total, rows)


def _read(reader: Reader, sites: Mapping[str, Site]) -> Iterator[list[tuple[Event, Context]]]:
    decoder, position = msgspec.msgpack.Decoder(Hit), dict[str, int]()
    while groups := reader.read(position, max_groups=_GROUPS):
        position |= {group.partition: group.seq for group in groups}
        hits = (decoder.decode(record) for group in groups for record in group.records)
        yield [one for hit in hits for one in _judged(hit, sites.get(hit.site))]


def _judged(hit: Hit, site: Site | None) -> Iterator[tuple[Event, Context]]:
    for row in decode(hit, site):
        event, context = row.outcome, row.context
        if not isinstance(event, Event) or context is None:
            continue
        if event.via == Via.SERVER and (not context.user_agent or event.name in context.site.conversions):
            continue  # as the step does
        yield add_page(event, context), context
