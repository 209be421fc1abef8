"""Scheduled exports as JSON: what leaves, when, and how it went."""

from __future__ import annotations

from litestar import get
from msgspec import Struct

from onebyone.event import utc
from onebyone.state.alarms import Told
from onebyone.state.exports import Export
from onebyone.state.users import Role
from onebyone.web.access import Ask, TheSite, need
from onebyone.web.desk import TheDesk

_HISTORY = 200


class ExportOut(Struct, frozen=True, kw_only=True):
    """`query` holds filters, a segment and the report's own choices as an address does. To whom it goes is not said.

    `last` is sent, not_sent, or "" where it never was due; `says` is the file that left, or why none did.
    """

    id: str
    name: str
    report: str
    query: str
    period: str
    traffic: str
    form: str  # csv, parquet
    every: str
    hour: int
    addresses: int
    to_file: bool
    enabled: bool
    last: str
    last_at: str
    says: str


@get("/api/v1/sites/{site_id:str}/exports", sync_to_thread=True, tags=["exports"], summary="Scheduled exports")
def api_exports(request: Ask, desk: TheDesk, site: TheSite) -> list[ExportOut]:
    need(request, site, Role.ADMIN)
    lines = {line.about: line for line in reversed(desk.alarms.history(site.id, limit=_HISTORY))}
    return [_out(one, lines.get(one.id)) for one in desk.exports.all(site.id)]


ROUTES = (api_exports,)


def _out(one: Export, line: Told | None) -> ExportOut:
    return ExportOut(
        id=one.id, name=one.name, report=one.report, query=one.query, period=one.period, traffic=one.traffic,
        form=one.form, every=one.every, hour=one.hour, addresses=len(one.to), to_file=one.to_file, enabled=one.enabled,
        last=line.what if line else "", says=line.text if line else "",
        last_at=utc(line.at_ms).strftime("%Y-%m-%dT%H:%M:%SZ") if line else "",
    )  # fmt: skip
