"""The JSON API: the reports as they are, with the query keys of the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Response, get
from litestar.exceptions import NotFoundException, PermissionDeniedException, ServiceUnavailableException
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct

from onebyone.reports.fate import Fate
from onebyone.state.users import Role
from onebyone.web import words
from onebyone.web.access import Ask, TheSite
from onebyone.web.account import as_json, find_accounts
from onebyone.web.api_filters import Narrowing
from onebyone.web.compared import rows_beside
from onebyone.web.definitions import narrows, sorts
from onebyone.web.desk import Row, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.look_up import find_waiting, look_up
from onebyone.web.table_place import sorted_by
from onebyone.web.view import asked, days_of

ABOUT = (
    "The figures of the console. Sign in by session, or send `Authorization: Bearer` with a token of your account. "
    "Money is in minor units of its currency; times are UTC; days are the site's own. "
    "Without the right to see personal data, what names a person is dots, numbers of fewer than 10 people are null, "
    "and the header Onebyone-Hidden-Cells says how many are."
)
ABOUT_HIDDEN = (
    "How many numbers of this answer are null because they would tell of fewer than 10 people, or would let such a "
    "number be found. Only for a token or user without the right to see personal data, and only where there are some."
)
COMPONENTS = Components(security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")})

ReportName = Literal[
    "overview", "overview_hours", "totals", "copies", "seen_by", "channels", "campaigns", "terms", "contents",
    "sources", "referrers",
    "pages", "landing_pages", "sessions", "countries", "devices", "browsers", "events", "event_names", "properties",
    "drops", "gaps", "log_views", "ledger_days", "ledger_totals", "mail_messages", "mail_orders",
    "persons", "persons_days", "engagement", "vitals", "vital_pages", "errors", "error_pages",
    "days_active", "event_days", "verdict_days", "verdict_kinds", "new_agents", "networks", "deliveries",
    "delivery_gain", "consent_totals", "consent_days", "consent_countries", "consent_sources",
]  # fmt: skip
MOST_ROWS = 10_000
COMPARE = (
    "previous year none, or 2026-09-14..2026-10-13: where it is given, the rows of a table that the console compares "
    "have each NUMBER of those days as NUMBER_before, and rows that only those days had"
)


class SiteOut(Struct, frozen=True):
    id: str
    name: str
    origins: tuple[str, ...]
    zone: str
    currency: str
    conversions: tuple[str, ...]


class Report(Struct, frozen=True):
    """Rows with their columns by name; an empty list is an answer too."""

    report: str
    site: str
    first_day: str
    last_day: str
    zone: str
    currency: str
    rows: list[dict[str, Any]]


class LiveOut(Struct, frozen=True):
    """The newest first; ask again with the cursor of the first row."""

    rows: list[dict[str, Any]]


class FateOut(Struct, frozen=True):
    """Every sighting that belongs to the id, in the order of arrival."""

    id: str
    state: Literal["stored", "waiting"]
    events: list[dict[str, Any]]
    drops: list[dict[str, Any]]
    records: list[dict[str, Any]] = []  # what counts: each with its copies, what they added, and its adjustments


@get("/api/v1", sync_to_thread=True, include_in_schema=False)
def about(request: Ask, desk: TheDesk) -> Response[str]:
    names = ReportName.__args__  # type: ignore[attr-defined]
    return page(desk, "api.html", frame(request, desk, "API"), about=ABOUT, names=names, base=str(request.base_url))


@get("/api/v1/sites", sync_to_thread=True, tags=["sites"], summary="Sites")
def api_sites(request: Ask, desk: TheDesk) -> list[SiteOut]:
    seen = [site for site in desk.sites.all() if request.user.may(site.id, Role.VIEWER)]
    return [SiteOut(s.id, s.name, s.origins, s.zone, s.currency, s.conversions) for s in seen]


@get(
    "/api/v1/sites/{site_id:str}/{report:str}",
    sync_to_thread=True,
    tags=["reports"],
    summary="One report",
    operation_class=Narrowing,
)
def api_report(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    report: FromPath[ReportName],
    period: Annotated[str | None, QueryParameter(description="today yesterday 7d 30d 90d 12m mtd lm ytd all")] = None,
    from_: Annotated[str | None, QueryParameter(name="from", description="first day, 2026-10-14")] = None,
    to: Annotated[str | None, QueryParameter(description="last day, included")] = None,
    traffic: Annotated[str | None, QueryParameter(description="people machines unclear all")] = None,
    compare: Annotated[
        str | None,
        QueryParameter(
            description="previous year none, or 2026-09-14..2026-10-13; said, each number of a row"
            " that has a name stands beside NAME_before, that of the other days"
        ),
    ] = None,
    sort: Annotated[
        str | None,
        QueryParameter(
            description="a number or name of a table that sorts, revenue_minor; - in front: the largest first"
        ),
    ] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_ROWS)] = 1000,
) -> Report:
    view = asked(request, desk, site, ("sort",), narrows=narrows(report), but=("limit",))
    order = sorted_by(view, sorts(report))
    return Report(
        report=report,
        site=site.id,
        **days_of(view, site),
        currency=site.currency,
        rows=rows_beside(report, view, site, limit, lambda given: rows_of(desk, report, **given, **order)),
    )


@get("/api/v1/sites/{site_id:str}/live", sync_to_thread=True, tags=["live"], summary="What arrived behind a cursor")
def api_live(
    desk: TheDesk,
    site: TheSite,
    after_at: FromQuery[datetime | None] = None,
    after_hit: FromQuery[str] = "",
    after_n: FromQuery[int] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=1000)] = 100,
) -> LiveOut:
    after = after_at or desk.clock().replace(hour=0, minute=0, second=0, microsecond=0)
    cursor = {"after_at": after, "after_hit": after_hit, "after_n": after_n}
    return LiveOut(rows_of(desk, "live", site=site.id, limit=limit, **cursor))


@get("/api/v1/sites/{site_id:str}/fate/{fate_id:path}", sync_to_thread=True, tags=["fate"], summary="A whole story")
def api_fate(request: Ask, desk: TheDesk, site: TheSite, fate_id: FromPath[str]) -> FateOut:
    asked_for = fate_id.lstrip("/")
    found = look_up(desk, site, asked_for)
    if not isinstance(found, Fate):
        raise ServiceUnavailableException(f"The store does not answer. Hits are being kept. {found.error}")
    sees = request.user.sees_people(site.id)
    if found.events or found.drops:
        records = [as_json(one) for one in find_accounts(desk.conversions, site.id, found, sees=sees)]
        return FateOut(asked_for, "stored", safe(found.events), safe(found.drops), records)
    waiting = find_waiting(desk, asked_for)
    if waiting and waiting.site == site.id:
        return FateOut(asked_for, "waiting", [], [])
    raise NotFoundException(f"No record of {asked_for}. Ids are kept 400 days; it may never have arrived.")


ROUTES = (about, api_sites, api_report, api_live, api_fate)


def rows_of(desk: TheDesk, report: str, /, **values: Any) -> list[Row]:
    """A report's rows for JSON. Raises ServiceUnavailableException."""
    answer = desk.ask(report, **values)
    if answer.too_few:
        raise PermissionDeniedException(f"{words.TOO_FEW.happened} {words.TOO_FEW.to_do}")
    if answer.error:
        why = (
            "The question is too large: choose a shorter period." if answer.too_large else "The store does not answer."
        )
        raise ServiceUnavailableException(f"{why} {answer.error}")
    return safe(answer.rows)


def safe(rows: list[Row]) -> list[Row]:
    """64-bit numbers as text: a JSON reader that knows only doubles would change them."""
    return [{key: str(value) if key in ("visitor", "life") else value for key, value in row.items()} for row in rows]
