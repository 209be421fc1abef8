"""An address, read for a site: its view, and the parameters its reports take."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from onebyone.event import utc
from onebyone.reports.segment.write import write
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import numbers
from onebyone.web.access import Ask
from onebyone.web.address import DEFAULTS, KEYS, NO_FIELD, Narrows, NotUnderstood, View, read_view
from onebyone.web.board_cells import offers
from onebyone.web.desk import Desk
from onebyone.web.filter_words import chips, field_groups, note, operators, segment_words
from onebyone.web.period import COMPARISONS, PRESETS, Period, compared_name
from onebyone.web.saved import read_at, segments_of, why_not


def asked(
    request: Ask,
    desk: Desk,
    site: Site,
    more: Collection[str] = (),
    *,
    narrows: Narrows = NO_FIELD,
    but: Collection[str] = (),
    usual: Mapping[str, str] = DEFAULTS,
) -> View:
    """`more` are the keys that this page alone understands, `but` those that are no part of the view.

    Raises NotUnderstood.
    """
    query = [(key, value) for key, value in request.query_params.multi_items() if key not in but]
    now = desk.clock().astimezone(ZoneInfo(site.zone))
    today = now.date()
    first = since(desk, site) if ("period", "all") in query else today
    slug = next((value for key, value in query if key == "segment"), "")
    segments = segments_of(desk, site) if slug else {}
    if slug not in segments and (why := slug and why_not(desk, site, slug)):
        raise NotUnderstood(f"{why} ", "Change the segment", f"/s/{site.id}/segments/{slug}", ".")
    return read_view(
        request.scope["path"],
        query,
        today=today,
        since=first,
        now=now,
        more=more,
        narrows=narrows,
        segments=segments,
        usual=usual,
    )


def since(desk: Desk, site: Site) -> date:
    """The site's first day: of its oldest event, or of its making."""
    made = utc(site.created_ms).astimezone(ZoneInfo(site.zone)).date()
    always = {"from": datetime(1990, 1, 1, tzinfo=UTC), "to": desk.clock()}
    firsts = [row["first_at"] for row in desk.ask("event_names", site=site.id, **always).rows]
    days = [datetime.fromisoformat(text).astimezone(ZoneInfo(site.zone)).date() for text in firsts]
    return min([made, *days])


def params(view: View, site: Site, period: Period | None = None) -> dict[str, Param]:
    """What every report of a page takes; of another period than the view's if one is given."""
    start, end = (period or view.period).instants(site.zone)
    return filters_of(view) | {
        "site": site.id,
        "from": start,
        "to": end,
        "zone": site.zone,
        "currency": site.currency,
        "traffic": view.get("traffic"),
    }


def days_of(view: View, site: Site) -> dict[str, str]:
    """The days of an answer of the API, and the zone that they are of."""
    days = view.period
    return {"first_day": days.first.isoformat(), "last_day": days.last.isoformat(), "zone": site.zone}


def filters_of(view: View) -> dict[str, Param]:
    """As reports take them; nothing without any."""
    texts = [str(one) for one in view.conditions]
    if view.rule is not None:
        texts.append(write(view.rule))
    return {"filters": texts} if texts else {}


def controls(view: View, desk: Desk, site: Site, *, compares: bool = True) -> dict[str, Any]:
    """What the period picker of a page's head shows, and the last line."""
    today, kept = desk.today(site.zone), read_at(site.id, view.link(after=""))
    return {
        "period_name": numbers.days(view.period.first, view.period.last, today),
        "compare_name": compared_name(view.period, view.get("compare"), view.get("match")),
        "before_name": _before_name(view.before_so_far, today) if compares and view.before_so_far else "",
        "presets": [(key, name) for key, (name, _) in PRESETS.items()],
        "comparisons": COMPARISONS if compares else (),
        "to_come": view.period.last >= today,
        "filter_chips": chips(view),
        "filter_groups": field_groups(view.narrows.fields),
        "filter_operators": operators(view.narrows.fields),
        "filter_note": note(view),
        "segment_words": segment_words(view),
        "kept": kept,
        "days_alone": replace(view, given={k: v for k, v in view.given.items() if k in KEYS}).link().partition("?")[2],
        "offers": offers(*kept, view.get("metric")) if kept else [],
        "clock": desk.data_to(site.zone),
    }


def _before_name(before: Period, today: date) -> str:
    """With the time of day at which a comparison with a running period ends."""
    name = numbers.days(before.first, before.last, today)
    return name if before.until is None else f"{name}, to {before.until:%H:%M}"
