"""A token that is asked for before the first request, kept as long as it lasts, and renewed when it is refused; or a
signature for each request."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from onebyone.destinations.destination import Destination, Login, Rejected, Request, Response, Retry, Token
from onebyone.destinations.web_client import Client, Unreached

_EARLY_MS = 60_000  # a request with it may take as long


class SigningIn:
    def __init__(
        self,
        destination: Destination[Any],
        settings: Any,
        *,
        client: Client,
        now_ms: Callable[[], int],
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._login = destination.login
        self._by_request = destination.sign
        self._nonce = nonce
        self._settings = settings
        self._client = client
        self._now_ms = now_ms
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._until_ms = 0
        self._proved = False  # the platform took this token at least once

    async def sign(self, request: Request) -> Request | Retry | Rejected:
        """The same request where its settings hold all that it needs."""
        if self._by_request is not None:
            return self._by_request(request, self._settings, self._now_ms(), self._nonce())
        if self._login is None:
            return request
        async with self._lock:
            if self._token is None or self._now_ms() >= self._until_ms:
                failed = await self._ask(self._login)
                if failed is not None:
                    return failed
        if self._token is None:
            return request
        return replace(request, headers=request.headers | {"Authorization": self._token.secret.after("Bearer ")})

    def refused(self, answer: Response) -> bool:
        """Whether the platform does not take the token, and another may help. If it never took it, none will."""
        if self._login is None or not self._login.renews(answer):
            return False
        stale, self._token = self._token is not None and self._proved, None
        return stale

    def taken(self) -> None:
        self._proved = True

    async def _ask(self, login: Login[Any]) -> Retry | Rejected | None:
        asked = login.request(self._settings, self._now_ms())
        if asked is None or isinstance(asked, Rejected):
            return asked
        answer = await self._client.send(asked)
        if isinstance(answer, Unreached):
            return Rejected(answer.why, stop=True) if answer.why == "private_address" else Retry(answer.why)
        found = login.read(answer)
        if not isinstance(found, Token):
            return found
        self._token, self._proved = found, False
        self._until_ms = self._now_ms() + found.lasts_s * 1000 - _EARLY_MS
        return None
