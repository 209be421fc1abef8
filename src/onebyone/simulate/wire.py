"""The collector's public HTTP surface, as a well-behaved sender uses it: what is not accepted is sent again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from http.cookies import SimpleCookie
from typing import Any

import httpx2
from msgspec import Struct

COOKIE = "ob_v"
NOT_STORED = "x-onebyone-stored"  # an image that was answered but not kept says "no" here
_RETRIED = frozenset({408, 425, 429})


class NotAccepted(Exception):
    """The collector refuses for good, or did not accept within the attempts."""


class Settings(Struct, frozen=True, kw_only=True):
    url: str
    site: str
    prefix: str
    key: str = ""  # for server events
    attempts: int = 12
    max_wait_s: float = 5.0


def open_client(transport: httpx2.AsyncBaseTransport | None = None, *, connections: int = 32) -> httpx2.AsyncClient:
    """A client without a cookie jar of its own: each simulated browser keeps its cookies itself."""
    return httpx2.AsyncClient(
        transport=transport,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
        timeout=30.0,
        trust_env=False,
    )


class Collector:
    """Each call returns once its events are accepted, and raises NotAccepted otherwise."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        settings: Settings,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._settings = settings
        self._pause = pause
        self.refused = 0  # answers that made a repetition necessary

    async def image(self, query: str, headers: dict[str, str]) -> str:
        """Fetch the pixel. Returns the visitor cookie that the answer sets, or ""."""
        site = self._settings.site
        answer = await self._accepted("GET", f"n/{site}.gif?{query}", headers, None)
        return _visitor_cookie(answer)

    async def batch(
        self,
        events: Sequence[dict[str, Any]],
        headers: dict[str, str],
        sent_at: Callable[[], int],
        consent: dict[str, str] | None = None,
    ) -> str:
        """Post a tag's batch. Returns the visitor cookie that the answer sets, or ""."""
        said = {"consent": consent} if consent else {}

        def body() -> dict[str, Any]:
            return {"site": self._settings.site, "sent_at": sent_at(), **said, "events": events}

        headers = {**headers, "content-type": "text/plain;charset=UTF-8"}
        answer = await self._accepted("POST", "e", headers, body)
        return _visitor_cookie(answer)

    async def report(self, events: Sequence[dict[str, Any]]) -> None:
        """Post server events with the site's key."""
        headers = {
            "authorization": f"Bearer {self._settings.key}",
            "content-type": "application/json",
            "user-agent": "nordlight-backend/1.0",
        }
        await self._accepted("POST", "events", headers, lambda: {"events": events})

    async def _accepted(
        self, method: str, path: str, headers: dict[str, str], body: Callable[[], dict[str, Any]] | None
    ) -> httpx2.Response:
        """The answer that accepted everything. `body` is made anew for each attempt: its time of sending changes."""
        url = f"{self._settings.url}/{self._settings.prefix}/v1/{path}"
        problem = ""
        for attempt in range(self._settings.attempts):
            if attempt:
                self.refused += 1
                await self._pause(min(self._settings.max_wait_s, 0.1 * 2**attempt))
            sent = body() if body is not None else None
            content = None if sent is None else json.dumps(sent, separators=(",", ":")).encode()
            try:
                answer = await self._client.request(method, url, headers=headers, content=content)
            except httpx2.TransportError as error:
                problem = f"no answer ({type(error).__name__})"
                continue
            problem, final = _problem(answer, sent)
            if not problem:
                return answer
            if final:
                break
        raise NotAccepted(f"{method} {url.split('?')[0]}: {problem}")


def _problem(answer: httpx2.Response, body: dict[str, Any] | None) -> tuple[str, bool]:
    """Why this answer accepted not everything ("" if it did), and whether another attempt is useless."""
    if answer.status_code != 200:
        useless = answer.status_code < 500 and answer.status_code not in _RETRIED
        return f"answered {answer.status_code} {answer.text[:200]}", useless
    if body is None:
        return "answered an image that it did not keep" if answer.headers.get(NOT_STORED) == "no" else "", False
    try:
        results = answer.json()["results"]
        stuck = [result for result in results if result["status"] != "ok"]
    except (ValueError, KeyError, TypeError):
        return f"answered no results: {answer.text[:200]}", True
    if len(results) != len(body["events"]):
        return f"answered {len(results)} results to {len(body['events'])} events", True
    return (f"answered {stuck[0]}", any(result["status"] != "retry" for result in stuck)) if stuck else ("", False)


def _visitor_cookie(answer: httpx2.Response) -> str:
    for header in answer.headers.get_list("set-cookie"):
        if morsel := SimpleCookie(header).get(COOKIE):
            return morsel.value
    return ""
