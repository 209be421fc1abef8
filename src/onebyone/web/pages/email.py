"""E-mail: did people read it?"""

from __future__ import annotations

from litestar import Response, get
from msgspec import Struct

from onebyone.reports.mail import Figures
from onebyone.state.sites import Site
from onebyone.store import QueryRefused, StoreUnavailable
from onebyone.web import mail_table
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import View
from onebyone.web.csv_file import csv_answer, parquet_answer
from onebyone.web.desk import Answer, Desk, Row, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.mail_list import NARROWS
from onebyone.web.mail_table import Line
from onebyone.web.view import asked, controls, params

MOST_MESSAGES = 500


class Asked(Struct, frozen=True):
    lines: list[Line]
    whole: Figures
    failed: Answer | None
    ever: Answer


def _ask(desk: Desk, site: Site, view: View) -> Asked:
    """Messages made in the period, with everything that happened to them until now."""
    start, end = view.period.instants(site.zone)
    newest = desk.mail.messages(site.id, limit=MOST_MESSAGES)
    messages = [one for one in newest if start.timestamp() * 1000 <= one.made_ms < end.timestamp() * 1000]
    now = desk.clock()
    given = params(view, site) | {"from": start, "to": now, "limit": 100_000, "traffic": "people"}
    answers = desk.ask_all({name: (name, given) for name in ("mail_messages", "mail_orders", "ledger_totals")})
    seen, orders = answers["mail_messages"], answers["mail_orders"]
    sent = mail_table.sent_by_message(desk.mail.delivered(site.id))
    return Asked(
        lines=mail_table.lines(messages, sent, seen.rows, orders.rows, zone=site.zone, now=now),
        whole=mail_table.all_figures(messages, sent, seen.rows),
        failed=next((answer for answer in (seen, orders) if answer.error), None),
        ever=answers["ledger_totals"],
    )


@get("/s/{site_id:str}/email", sync_to_thread=True, include_in_schema=False)
def email(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, narrows=NARROWS)
    found = _ask(desk, site, view)
    return page(
        desk,
        "email.html",
        frame(request, desk, "E-mail", site=site, page="email"),
        view=view,
        lines=found.lines,
        whole=found.whole,
        failed_answer=found.failed,
        ever=found.ever,
        teach=bool(found.lines),  # mailings are to be seen before anybody opened one
        led=mail_table.led(site, desk.today(site.zone)),
        legend=mail_table.legend(),
        **controls(view, desk, site, compares=False),
    )


@get("/s/{site_id:str}/email.csv", sync_to_thread=True, include_in_schema=False)
def email_csv(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    return csv_answer(f"{site.name}-email", _rows(request, desk, site))


@get("/s/{site_id:str}/email.parquet", sync_to_thread=True, include_in_schema=False)
def email_parquet(request: Ask, desk: TheDesk, site: TheSite) -> Response[bytes]:
    return parquet_answer(f"{site.name}-email", desk.reports.table(mail_table.kinds(), _rows(request, desk, site)))


def _rows(request: Ask, desk: Desk, site: Site) -> list[Row]:
    """Raises QueryRefused or StoreUnavailable: no file is better than one of zeros."""
    found = _ask(desk, site, asked(request, desk, site, narrows=NARROWS))
    if found.failed:
        raise (QueryRefused if found.failed.too_large else StoreUnavailable)(f"e-mail: {found.failed.error}")
    return mail_table.file_rows(found.lines)


ROUTES = (email, email_csv, email_parquet)
