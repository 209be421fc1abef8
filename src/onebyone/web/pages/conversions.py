"""Conversions: which were counted, and why each once?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from litestar import Response, get

from onebyone.state.sites import Site
from onebyone.web import conversions as shown
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD, View
from onebyone.web.desk import Answer, Desk, Row, TheDesk
from onebyone.web.filter_words import note_of_orders
from onebyone.web.frame import frame, page
from onebyone.web.loss_words import noun
from onebyone.web.nearest import Near, nearest
from onebyone.web.view import asked, controls, params


def _answers(desk: Desk, site: Site, view: View, event: str) -> dict[str, Answer]:
    given = params(view, site)
    narrowed = given | shown.params(view, site)
    one = narrowed | {"event": event}
    before = (
        params(view, site, view.before_so_far) | shown.params(view, site) | {"event": event} if view.before else None
    )
    questions: dict[str, Any] = {
        "ledger_totals": ("ledger_totals", given),
        "sums": ("conversion_sums", narrowed | {"event": ""}),
        "parts": ("conversion_parts", one),
        "records": ("conversion_records", one | shown.page_params(view) | {"limit": shown.SHOWN}),
    }
    if before is not None:
        questions["before"] = ("conversion_sums", before)
    return desk.ask_all(questions)


@get("/s/{site_id:str}/conversions", sync_to_thread=True, include_in_schema=False)
def conversions(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, shown.KEYS, narrows=EVERY_FIELD)
    event = view.given.get("event") or site.conversions[0]
    answers = _answers(desk, site, view, event)
    rows = answers["records"].rows
    failed = next((answer for answer in answers.values() if answer.error), None)
    was = answers.get("before", Answer())
    return page(
        desk,
        "conversions.html",
        frame(request, desk, "Conversions", site=site, page="conversions"),
        view=view,
        event=event,
        things=noun(event),
        failed_answer=failed,
        tabs=shown.tabs(answers["sums"].rows, site.conversions),
        sums=shown.sums(answers["sums"].rows, event, site.currency),
        before=shown.sums(was.rows, event, site.currency) if view.before and not was.error else None,
        seen=shown.parts(answers["parts"].rows, "via", shown.SEEN),
        matched=shown.parts(answers["parts"].rows, "matched", shown.MATCHED),
        flags=shown.flags(answers["parts"].rows),
        lines=shown.lines(rows, site, desk.today(site.zone), _channels(desk, site, view, event, rows)),
        after=shown.after(rows),
        chips=shown.chips(view),
        near=_near(desk, site, view, event) if not (rows or failed) else None,
        sort=view.given.get("sort", shown.SORTS[0]),
        ever=answers["ledger_totals"],
        **controls(view, desk, site) | {"filter_note": note_of_orders(view)},
    )


def _channels(desk: Desk, site: Site, view: View, event: str, rows: Sequence[Row]) -> Mapping[str, str] | None:
    """Of each order of the list, whatever narrows the page; None for what is no order."""
    if event != "purchase" or not rows:
        return None
    placed = [datetime.fromisoformat(row["placed_at"]) for row in rows]
    days = {"from": min(placed), "to": max(placed) + timedelta(milliseconds=1)}
    asked = {**params(view, site), **days, "orders": [row["id"] for row in rows], "limit": len(rows)}
    asked.pop("filters", None)
    return {row["id"]: row["channel"] for row in desk.ask("order_channels", **asked).rows}


def _near(desk: Desk, site: Site, view: View, event: str) -> Near | None:
    """Of a list that its filters leave empty."""
    if view.given.get("after") or not (shown.chips(view) or view.conditions or view.rule):
        return None
    given = params(view, site) | shown.params(view, site) | shown.page_params(view)
    return nearest(desk, site, view, given | {"event": event})


ROUTES = (conversions,)
