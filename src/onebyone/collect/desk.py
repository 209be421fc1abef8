"""What every source needs to take a request, in one place."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from onebyone.collect.addresses import Addresses
from onebyone.collect.commit import Committer
from onebyone.collect.registry import Registry, cookie_domain
from onebyone.collect.visitors import Visitors, find_cookie, set_cookie
from onebyone.event import Hit, HitIds
from onebyone.state.sites import Site
from onebyone.telemetry import Counters

# What the pipeline may need of a request. Everything else, cookies above all, never enters the log.
KEPT_HEADERS = frozenset(
    {
        "user-agent",
        "referer",
        "origin",
        "accept",
        "accept-language",
        "purpose",
        "sec-purpose",
        "x-moz",
        "x-purpose",
        "sec-gpc",
        "dnt",
        "sec-ch-ua",
        "sec-ch-ua-mobile",
        "sec-ch-ua-platform",
        "sec-fetch-site",
        "sec-fetch-mode",
        "sec-fetch-dest",
    }
)
MAX_HEADER_CHARS = 2_048
MAX_PATH_CHARS = 512
_encode = msgspec.msgpack.Encoder().encode


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    tag_max_bytes: int = 64 * 1024
    server_max_bytes: int = 1024 * 1024
    query_max_chars: int = 8 * 1024
    body_timeout_s: float = 10
    header_timeout_s: float = 10
    max_header_bytes: int = 64 * 1024
    refused_body_bytes: int = 4 * 1024  # kept of a body that was refused
    proxies: list[str] = []  # addresses or CIDR blocks whose X-Forwarded-For is believed


class Scope(Protocol):
    """What granian says of a request (RSGI)."""

    method: str
    path: str
    query_string: str
    client: str
    headers: Any


class Desk(Struct, frozen=True):
    settings: Settings
    registry: Registry
    committer: Committer
    visitors: Visitors
    addresses: Addresses
    counters: Counters
    ids: HitIds
    now_ms: Callable[[], int]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def kept_headers(headers: Any) -> dict[str, str]:
    return {
        name: value if len(value) <= MAX_HEADER_CHARS else value[:MAX_HEADER_CHARS]
        for name, value in headers.items()
        if name in KEPT_HEADERS
    }


def visitor_of(desk: Desk, headers: Any, site: Site, now_ms: int) -> tuple[str, list[tuple[str, str]]]:
    """The browser's first-party id, and the headers that store it where it is new."""
    sent = find_cookie(headers.get("cookie", ""))
    if sent and desk.visitors.is_ours(sent):
        return sent, []
    made = desk.visitors.new(now_ms)
    secure = any(origin.startswith("https:") for origin in site.origins)
    domain = cookie_domain(headers.get("host", ""), site.origins)
    return made, [("set-cookie", set_cookie(made, secure=secure, domain=domain))]


async def store(desk: Desk, hit: Hit) -> bool:
    """Put a hit into the log; True once it is on disk. False: not stored, and counted as that."""
    done = desk.committer.put(_encode(hit), hit.count)
    if done is not None and await done:
        desk.counters.add("onebyone_hits_stored_total", hit.via)
        return True
    desk.counters.add("onebyone_hits_refused_total", "busy" if done is None else "unwell")
    return False
