"""Counting how many people each segment held at the end of each day: one day a step, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from onebyone.event import utc
from onebyone.notices.findings import Ask
from onebyone.state.saved import Shelf
from onebyone.state.segment_sizes import SegmentSizes, Size
from onebyone.state.sites import Site, Sites
from onebyone.store import QueryRefused
from onebyone.web.period import Period
from onebyone.web.saved import rules_of
from onebyone.web.segment_days import DAYS, digest_of


class Sizing(Struct, frozen=True, kw_only=True):
    """A day is counted once it is over, and once more when it is final: late events and joined persons are in then."""

    sites: Sites
    shelf: Shelf
    sizes: SegmentSizes
    ask: Ask

    def step(self, now_ms: int) -> bool:
        """Counts the newest day that is due of the first segment that has one; whether there was one.

        Raises what reports and state raise.
        """
        for site in self.sites.all():
            rules = {digest_of(text): text for text in rules_of(self.shelf.all(site.id)).values()}
            for digest, text in rules.items():
                day = next(self._due(site, digest, now_ms), None)
                if day is not None:
                    self.sizes.put(site.id, digest, self._count(site, text, day, now_ms))
                    return True
            self.sizes.keep(site.id, rules)
        return False

    def _due(self, site: Site, digest: str, now_ms: int) -> Iterator[date]:
        counted = {one.day: one.counted_ms for one in self.sizes.all(site.id, digest)}
        today = utc(now_ms).astimezone(ZoneInfo(site.zone)).date()
        for day in (today - timedelta(days=n) for n in range(1, DAYS + 1)):
            at_ms = counted.get(day)
            if at_ms is None or (_was_early(site, day, at_ms) and not _was_early(site, day, now_ms)):
                yield day

    def _count(self, site: Site, text: str, day: date, now_ms: int) -> Size:
        end = Period(day, day).instants(site.zone)[1]
        asked = {"site": site.id, "now": end, "traffic": "people", "zone": site.zone, "currency": site.currency}
        try:
            rows = self.ask("segment_sizes", **asked, filters=[text])
        except QueryRefused:
            return Size(day=day, people=None, counted_ms=now_ms)
        whole = rows[0] if rows else {"people": 0, "everybody": 0}
        return Size(day=day, people=whole["people"], everybody=whole["everybody"], counted_ms=now_ms)


def _was_early(site: Site, day: date, at_ms: int) -> bool:
    return Period(day, day).is_preliminary(day, site.zone, utc(at_ms))
