"""What every source needs to take a request, in one place."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from msgspec import Struct

from onebyone.collect.addresses import Addresses
from onebyone.collect.mailing import Mailing
from onebyone.collect.registry import Registry, cookie_domain
from onebyone.collect.request import Request
from onebyone.collect.visitors import Visitors, clear_cookie, set_cookie
from onebyone.consent.decision import Decision, Policies
from onebyone.consent.regions import region_code
from onebyone.consent.said import Said
from onebyone.consent.vocabulary import Source
from onebyone.event import Hit, HitIds, Permission
from onebyone.places import Places
from onebyone.state.consent_records import ConsentRecords
from onebyone.state.receipts import Receipts
from onebyone.state.seals import Seals
from onebyone.state.sites import Site

MAX_PATH_CHARS = 512
_DAY_MS = 86_400_000
encode = msgspec.msgpack.Encoder().encode


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    tag_max_bytes: int = 64 * 1024
    server_max_bytes: int = 1024 * 1024
    query_max_chars: int = 8 * 1024
    refused_body_bytes: int = 4 * 1024  # kept of a body that was refused
    proxies: list[str] = []  # addresses or CIDR blocks whose X-Forwarded-For is believed
    country_header: str = ""  # in which such a proxy says where the visitor is, such as "cf-ipcountry"
    subdivision_header: str = ""  # and its state or province, such as "cf-region-code"


class Desk(Struct, frozen=True):
    settings: Settings
    registry: Registry
    visitors: Visitors
    addresses: Addresses
    ids: HitIds
    policies: Policies
    places: Places
    seals: Seals
    records: ConsentRecords
    receipts: Receipts
    now_ms: Callable[[], int]
    mailing: Mailing
    link_key: bytes  # of tokens between domains


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def make_hit(
    desk: Desk,
    request: Request,
    via: str,
    now_ms: int,
    *,
    site: str,
    visitor: str = "",
    body: bytes = b"",
    count: int = 1,
    refused: str = "",
    region: str = "",
    asking: str = "",
    sealed: dict[str, str] | None = None,
    query: str | None = None,
) -> Hit:
    return Hit(  # by position, in the order of its fields: twice as fast, and this is the hot path
        desk.ids.new(now_ms),
        now_ms,
        via,
        site,
        request.method,
        request.path[:MAX_PATH_CHARS],
        request.query[: desk.settings.query_max_chars] if query is None else query,
        request.kept,
        visitor,
        desk.addresses.network_of(request.client, request.used.get("x-forwarded-for", "")),
        cut_refused(body[: desk.settings.refused_body_bytes]) if refused else body,
        count,
        refused,
        region,
        asking,
        sealed or {},
    )


class Identity(Struct, frozen=True, gc=False):
    """Who a request comes from, as far as that may be known at the edge."""

    visitor: str = ""  # the first-party id, where statistics are allowed
    asking: str = ""  # the id that came along where they are not: only to know, and to remember, the choice by
    cookie: str = ""  # the Set-Cookie that goes with the answer
    region: str = ""
    decision: Decision | None = None  # by which all that was found


NOBODY = Identity()
_STATISTICS = Permission.ANALYTICS.bit  # looked up once, not by request


def identify(desk: Desk, request: Request, site: Site, said: Said, now_ms: int, *, may_make: bool = True) -> Identity:
    """By the decision of `consent/`: an id is made or used only where statistics are allowed, and withdrawn by the
    answer to an explicit refusal."""
    region = region_of(desk, request)
    decision = desk.policies.of(site.id, site.consent).decide(said, region, now_ms)
    allowed = decision.permissions & _STATISTICS
    if allowed and may_make and not site.visitor_cookie:
        return Identity(_daily_visitor(desk, request, site, now_ms), "", "", region, decision)
    sent = desk.visitors.find(request.used.get("cookie", ""))
    if allowed and (sent or not may_make):
        return Identity(sent, "", "", region, decision)
    if not allowed and (not sent or decision.source in SILENT):
        return Identity("", sent, "", region, decision)
    secure, domain = scope_of(request, site)
    if not allowed:
        return Identity("", sent, clear_cookie(secure=secure, domain=domain), region, decision)
    made = desk.visitors.new(now_ms)
    return Identity(made, "", set_cookie(made, secure=secure, domain=domain), region, decision)


def _daily_visitor(desk: Desk, request: Request, site: Site, now_ms: int) -> str:
    """Of a site without cookies: an id that holds for this day, and that nobody can make again after it."""
    address = full_address_of(desk, request)
    agent = request.kept.get("user-agent", "")
    return desk.seals.visitor(site.id, address, agent, day=now_ms // _DAY_MS) if address else ""


def full_address_of(desk: Desk, request: Request) -> str:
    return desk.addresses.full_address(request.client, request.used.get("x-forwarded-for", ""))


def cut_refused(body: bytes) -> bytes:
    """What is kept of a body that nobody will read again: nothing from its user data on."""
    at = body.find(b'user_data"')
    return body if at < 0 else body[:at]


SILENT = (Source.REGION, Source.SITE)  # nobody refused: a place's rule did


def region_of(desk: Desk, request: Request) -> str:
    """ISO code of where the visitor is: as a declared proxy says, else by the database; "" if nobody knows."""
    settings, used = desk.settings, request.used
    if settings.country_header and desk.addresses.is_proxy(request.client):
        code = region_code(used.get(settings.country_header, ""), used.get(settings.subdivision_header, ""))
        if code:
            return code
    return desk.places.find(desk.addresses.network_of(request.client, used.get("x-forwarded-for", "")))


def scope_of(request: Request, site: Site) -> tuple[bool, str]:
    secure = any(origin.startswith("https:") for origin in site.origins)
    return secure, cookie_domain(request.used.get("host", ""), site.origins)
