"""What people chose, as JSON: the records of a site, or of one browser."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from litestar import get
from litestar.params import QueryParameter
from msgspec import Struct

from onebyone.event import Permission, utc
from onebyone.state.consent_records import Entry
from onebyone.state.users import Role
from onebyone.web.access import Ask, TheSite, need, need_sight
from onebyone.web.consent_history import already_sent
from onebyone.web.desk import TheDesk

MOST = 1_000
LAST_SEQ = 2**63 - 1  # of SQLite


class RecordOut(Struct, frozen=True):
    """`body` is the whole record in the form of ISO/IEC TS 27560; `permissions_before` is null of a first choice."""

    seq: int
    record: str
    at: datetime
    state: str  # given, refused, withdrawn, ...
    region: str
    source: str
    permissions_before: list[str] | None
    permissions_after: list[str]
    entry_hash: str
    body: dict[str, Any]


class RecordsOut(Struct, frozen=True):
    """Newest first. `before` asks for the next page; null at the end, and for one person, who has one page.

    `already_sent` is of one person: destinations, each with the conversions it has accepted.
    """

    rows: list[RecordOut]
    before: int | None
    already_sent: dict[str, int] | None = None


@get("/api/v1/sites/{site_id:str}/consent-records", sync_to_thread=True, tags=["consent"], summary="What people chose")
def api_consent_records(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    person: Annotated[str, QueryParameter(max_length=64, description="consent id of a browser: its cookie ob_i")] = "",
    before: Annotated[int | None, QueryParameter(ge=1, le=LAST_SEQ, description="records before this `seq`")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = 100,
) -> RecordsOut:
    """For editors and above; `person` and `body` with the right to see personal data.

    By e-mail, login or order a person's choices are in the answer of `rights/export`.
    """
    need(request, site, Role.EDITOR)
    sees = request.user.sees_people(site.id)
    if person:
        need_sight(request, site)
        found = desk.records.history(site.id, "consent", person)[::-1]
        return RecordsOut([_out(entry, sees=True) for entry in found], None, already_sent(desk, site, person))
    found = desk.records.latest(site.id, limit=limit, until_seq=before)
    more = found[-1].seq if len(found) == limit else None
    return RecordsOut([_out(entry, sees=sees) for entry in found], more)


def _out(entry: Entry, *, sees: bool) -> RecordOut:
    body = entry.read()
    before = body.get("permissions_before")
    return RecordOut(
        seq=entry.seq,
        record=entry.record,
        at=utc(entry.at_ms),
        state=body.get("events", [{}])[-1].get("state", ""),
        region=body.get("region", ""),
        source=body.get("source", ""),
        permissions_before=None if before is None else _names(before),
        permissions_after=_names(body.get("permissions_after", 0)),
        entry_hash=entry.hash.hex(),
        body=body if sees else {},
    )


def _names(permissions: int) -> list[str]:
    return [permission.value for permission in Permission if permissions & permission.bit]


ROUTES = (api_consent_records,)
