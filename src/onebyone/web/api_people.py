"""The JSON twin of the People pages. Ids as the site wrote them are for its admins; hashes are for nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct

from onebyone.event import hit_uuid, utc
from onebyone.identity.nodes import Kind
from onebyone.state.identity import Tie
from onebyone.web.access import Ask, TheSite, need_sight
from onebyone.web.address import EVERY_FIELD
from onebyone.web.api import rows_of
from onebyone.web.api_filters import Narrowing
from onebyone.web.definitions import sorts
from onebyone.web.desk import TheDesk
from onebyone.web.persons import numbers_of, person_name
from onebyone.web.table_place import sorted_by
from onebyone.web.view import asked, params

MOST = 1_000


class PeopleOut(Struct, frozen=True):
    rows: list[dict[str, Any]]


class IdentifierOut(Struct, frozen=True):
    number: str
    kind: str
    browser: str = ""  # of a share of a browser
    user_id: str = ""


class TieOut(Struct, frozen=True):
    """Somebody said that two identifiers belong together: who, when first and last, on which event."""

    left: str
    right: str
    left_kind: str
    right_kind: str
    relation: str
    by: str
    first_at: datetime
    last_at: datetime
    event: str
    refused: str  # the limit it would break
    cut: bool  # an operator took it away


class PersonOut(Struct, frozen=True):
    """Numbers have 64 bits and are texts. Events are the latest first."""

    person: str
    name: str
    identifiers: list[IdentifierOut]
    ties: list[TieOut]
    orders: int  # that count, of all time
    gross_minor: int  # this and the next in minor units of the site's currency
    net_minor: int  # what refunds left
    events: list[dict[str, Any]]


@get(
    "/api/v1/sites/{site_id:str}/people",
    sync_to_thread=True,
    tags=["people"],
    summary="Persons of a period",
    operation_class=Narrowing,
)
def api_people(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    q: Annotated[str, QueryParameter(description="a user, order or event id, or the value of a property")] = "",
    sort: Annotated[str | None, QueryParameter(description="-last_at first_at orders and others")] = None,
    period: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = 100,
) -> PeopleOut:
    view = asked(request, desk, site, ("sort",), narrows=EVERY_FIELD, but=("q", "limit"))
    if q:
        need_sight(request, site)
    order = sorted_by(view, sorts("people"))
    rows = rows_of(desk, "people", **params(view, site), **order, text=q, persons=[], limit=limit)
    hidden = {} if request.user.sees_ids(site.id) else {"user_id": ""}
    return PeopleOut([row | hidden for row in rows])


@get("/api/v1/sites/{site_id:str}/people/{person:int}", sync_to_thread=True, tags=["people"], summary="One person")
def api_person(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    person: FromPath[int],
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = 200,
) -> PersonOut:
    if not 0 < person < 1 << 64:
        raise NotFoundException
    known = desk.identity.person(site.id, person)
    shows_ids = request.user.sees_ids(site.id)
    if shows_ids:
        desk.users.note_once(request.user.name, site.id, "person_seen_with_ids", person_name(known.id))
    nodes = numbers_of(known, known.id)
    events = rows_of(desk, "person_events", site=site.id, person=str(known.id), nodes=nodes, limit=limit)
    if not events and not known.ties:
        raise NotFoundException("Nobody is known by this number here.")
    identifiers = [
        IdentifierOut(
            number=str(number),
            kind=node.kind,
            browser=str(node.owner or number) if node.kind is Kind.BROWSER else "",
            user_id=node.text if shows_ids and node.kind is Kind.USER else "",
        )
        for number, node in sorted(known.nodes.items())
    ]
    hidden = {} if shows_ids else {"user_id": ""}
    return PersonOut(
        person=str(known.id),
        name=person_name(known.id),
        identifiers=identifiers,
        ties=[_tie(tie) for tie in known.ties],
        **rows_of(desk, "person_worth", site=site.id, person=str(known.id), nodes=nodes, currency=site.currency)[0],
        events=[row | hidden for row in events],
    )


ROUTES = (api_people, api_person)


def _tie(tie: Tie) -> TieOut:
    return TieOut(
        left=str(tie.left),
        right=str(tie.right),
        left_kind=tie.left_kind,
        right_kind=tie.right_kind,
        relation=tie.relation,
        by=tie.by,
        first_at=utc(tie.first_ms),
        last_at=utc(tie.last_ms),
        event=f"{hit_uuid(tie.hit)}/{tie.n}" if tie.hit else "",
        refused=tie.refused,
        cut=tie.cut is not None,
    )
