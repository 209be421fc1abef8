"""The one place where a conversion meets a socket."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Protocol
from urllib.parse import urlsplit

import httpx2
from msgspec import Struct

from onebyone.destinations.destination import Request, Response

MAX_ANSWER = 1 << 20


class Unreached(Struct, frozen=True):
    """No answer. `sent` tells whether the platform may have got the request all the same."""

    why: str
    sent: bool


class Client(Protocol):
    async def send(self, request: Request) -> Response | Unreached: ...


class WebClient:
    """Over HTTP. Follows no redirects; refuses addresses of this machine and its network unless told otherwise."""

    def __init__(self, *, timeout_s: float = 30.0, allow_private: bool = False) -> None:
        limits = httpx2.Limits(max_connections=64, max_keepalive_connections=32)
        timeout = httpx2.Timeout(timeout_s, connect=10.0)
        self._client = httpx2.AsyncClient(timeout=timeout, limits=limits, follow_redirects=False)
        self._allow_private = allow_private

    async def send(self, request: Request) -> Response | Unreached:
        url, headers = request.plain()
        if not self._allow_private and not await _is_public(url):
            return Unreached("private_address", sent=False)
        try:
            found = await self._client.request(request.method, url, headers=headers, content=request.body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol) as error:
            return Unreached(type(error).__name__, sent=False)
        except httpx2.HTTPError as error:
            return Unreached(type(error).__name__, sent=True)
        except (httpx2.InvalidURL, UnicodeError):
            return Unreached("invalid_url", sent=False)
        names = {name.lower(): value for name, value in found.headers.items()}
        return Response(found.status_code, found.content[:MAX_ANSWER], names)

    async def close(self) -> None:
        await self._client.aclose()


async def _is_public(url: str) -> bool:
    """Whether every address that the host has is one of the open internet. False too if it has none."""
    try:
        host, port = urlsplit(url).hostname or "", urlsplit(url).port or 443
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, UnicodeError):
        return False
    return bool(found) and all(ipaddress.ip_address(str(one[4][0]).partition("%")[0]).is_global for one in found)
