"""What the three ways in from an e-mail share."""

from __future__ import annotations

from msgspec.structs import replace

from onebyone.collect.desk import Desk
from onebyone.collect.request import Request

_AROUND = ">)]}.,;:!'\"*="  # behind an address in a text; no token ends with one


def hit_request(request: Request, place: str) -> Request:
    """The request as it may lie in the log: without its token, and without a query, which may hold anything."""
    return replace(request, path=place, query="")


def token_text(request: Request) -> str:
    """What stands where a token belongs, without what a mail program took for a part of the address."""
    return request.path.rpartition("/")[2].rstrip(_AROUND)


def path_site(request: Request, desk: Desk) -> str:
    """The site that the address names; "" if it names none."""
    site = desk.registry.known.by_prefix.get(request.path.lstrip("/").partition("/")[0])
    return site.id if site is not None else ""
