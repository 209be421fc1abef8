"""Saved segments as JSON: what each narrows to, and how many people a rule holds for."""

from __future__ import annotations

from datetime import date

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Struct

from onebyone.reports.segment.write import write
from onebyone.web.access import Ask, TheSite
from onebyone.web.api import rows_of
from onebyone.web.desk import TheDesk
from onebyone.web.saved import rules_of, segments_of
from onebyone.web.segment_days import as_seen, digest_of
from onebyone.web.segment_words import lines


class SegmentOut(Struct, frozen=True):
    """Filters as an address has them, or a rule as its text; the other is empty."""

    slug: str
    name: str
    filters: list[str]
    rule: str


class PartOut(Struct, frozen=True):
    text: str
    people: int


class SegmentPeopleOut(Struct, frozen=True):
    """`parts` are the rule's rows, each alone. `everybody` did anything within 540 days."""

    slug: str
    rule: str
    people: int
    everybody: int
    parts: list[PartOut]


class DayOut(Struct, frozen=True):
    """At the end of a day of the site's zone. `people` is null where the store could not count them."""

    day: date
    people: int | None
    everybody: int


@get("/api/v1/sites/{site_id:str}/segments", sync_to_thread=True, tags=["segments"], summary="Saved segments")
def api_segments(desk: TheDesk, site: TheSite) -> list[SegmentOut]:
    """What `segment=` of other addresses takes."""
    return [
        SegmentOut(one.slug, one.name, [str(each) for each in one.filters], write(one.rule) if one.rule else "")
        for one in segments_of(desk, site).values()
    ]


@get(
    "/api/v1/sites/{site_id:str}/segments/{slug:str}",
    sync_to_thread=True,
    tags=["segments"],
    summary="How many people a segment's rule holds for now",
)
def api_segment(desk: TheDesk, site: TheSite, slug: FromPath[str]) -> SegmentPeopleOut:
    found = segments_of(desk, site).get(slug)
    if found is None or found.rule is None:
        raise NotFoundException(f"There is no segment {slug[:64]!r} with a rule here.")
    asked = {"site": site.id, "now": desk.clock(), "traffic": "people", "zone": site.zone, "currency": site.currency}
    rows = rows_of(desk, "segment_sizes", **asked, filters=[write(found.rule)])
    whole = rows[0] if rows else {"people": 0, "everybody": 0}
    parts = [PartOut(one.text, one.people) for one in lines(found.rule, rows)]
    return SegmentPeopleOut(slug, write(found.rule), whole["people"], whole["everybody"], parts)


@get(
    "/api/v1/sites/{site_id:str}/segments/{slug:str}/days",
    sync_to_thread=True,
    tags=["segments"],
    summary="How many people a segment's rule held at the end of each day",
)
def api_segment_days(request: Ask, desk: TheDesk, site: TheSite, slug: FromPath[str]) -> list[DayOut]:
    """Of up to 90 days that are over, oldest first. Those of a new or changed segment come in a few minutes."""
    text = rules_of(desk.shelf.all(site.id)).get(slug)
    if text is None:
        raise NotFoundException(f"There is no segment {slug[:64]!r} with a rule here.")
    sizes = desk.segment_sizes.all(site.id, digest_of(text))
    return [
        DayOut(one.day, one.people, one.everybody) for one in as_seen(sizes, sees=request.user.sees_people(site.id))
    ]


ROUTES = (api_segments, api_segment, api_segment_days)
