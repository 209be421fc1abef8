"""An address, read for a site: its view, and the parameters its reports take."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from onebyone.event import utc
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import numbers
from onebyone.web.access import Ask
from onebyone.web.address import View, read_view
from onebyone.web.desk import Desk
from onebyone.web.filter_words import FIELD_NAMES, OPERATOR_NAMES, chips, note
from onebyone.web.period import COMPARISONS, PRESETS, Period, compared_name


def asked(request: Ask, desk: Desk, site: Site, more: Collection[str] = (), *, narrows: bool = False) -> View:
    """`more` are the keys that this page alone understands; `narrows` if it takes filters. Raises NotUnderstood."""
    query = list(request.query_params.multi_items())
    today = desk.today(site.zone)
    first = since(desk, site) if ("period", "all") in query else today
    return read_view(request.scope["path"], query, today=today, since=first, more=more, narrows=narrows)


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
    filters: dict[str, Param] = {"filters": [str(one) for one in view.filters]} if view.filters else {}
    return filters | {
        "site": site.id,
        "from": start,
        "to": end,
        "zone": site.zone,
        "currency": site.currency,
        "traffic": view.get("traffic"),
    }


def controls(view: View, desk: Desk, site: Site, *, compares: bool = True) -> dict[str, Any]:
    """What the period picker of a page's head shows, and the last line."""
    today = desk.today(site.zone)
    return {
        "period_name": numbers.days(view.period.first, view.period.last, today),
        "compare_name": compared_name(view.period, view.get("compare")),
        "presets": [(key, name) for key, (name, _) in PRESETS.items()],
        "comparisons": COMPARISONS if compares else {},
        "to_come": view.period.last >= today,
        "filter_chips": chips(view),
        "filter_fields": FIELD_NAMES,
        "filter_operators": OPERATOR_NAMES,
        "filter_note": note(view),
        "clock": numbers.clock(desk.clock(), site.zone),
    }
