"""One connection: bytes in, requests to the application, answers out in their order.

The parser is httptools (llhttp); everything about sizes and times is here. docs/decisions/0002 says why the collector
speaks HTTP itself: a task per request cost as much as all the rest.
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from operator import setitem
from typing import Protocol, cast

import httptools
from msgspec import Struct

from onebyone.collect import answers
from onebyone.collect.answers import Answer, Reply
from onebyone.collect.request import KEPT_HEADERS, MAX_COOKIE_BYTES, MAX_HEADER_BYTES, USED_HEADERS, Request

_PIPELINED = 16  # requests of one connection that may wait for their turn
# Header names as senders write them -> ours ("": one that nobody needs), and whether it goes into the log.
_NAMES: dict[bytes, tuple[str, bool]] = {}
_MAX_NAMES = 2_000
_LINGER_S = 2.0


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    head_bytes: int = 64 * 1024  # address and headers of one request
    head_s: float = 10  # for them to arrive
    body_s: float = 10  # for the body to arrive
    idle_s: float = 75  # between two requests
    connections: int = 10_000


class Turn(Struct, frozen=True, gc=False):
    """What the answer needs to know of its request. The rest of that does not wait for the disk: the next one takes its
    memory, which is still in the processor's cache."""

    go_on: bool
    with_body: bool
    too_large: bool


class Application(Protocol):
    """What answers requests, and what all connections of a process share."""

    limits: Limits
    date: bytes  # the date header with the blank line behind it, renewed every second
    now: float  # seconds, monotonic, renewed every second

    def max_body(self, path: str) -> int: ...

    def take(self, request: Request, connection: Connection) -> Answer | None:
        """The answer, or None where the connection's `answer` will be called later."""

    def opened(self, connection: Connection) -> bool:
        """False if there are too many already."""

    def closed(self, connection: Connection) -> None: ...


class Connection(asyncio.Protocol):
    def __init__(self, application: Application) -> None:
        self._app = application
        self._limits = application.limits
        self._waiting: deque[Request] = deque()
        self._busy: Turn | None = None  # of the request whose answer is due
        self._closing = False
        self._draining = False  # what still comes belongs to a request that is answered
        self._peer = ""
        self._head_bytes = 0  # read since the last request was complete
        self._request: Request | None = None  # its head is complete, its body is not
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._body_limit = 0
        self.reading = False  # a request has begun and is not complete
        self.reply: Reply | None = None  # due once its record is on disk
        self.due = application.now + self._limits.head_s  # when the sweep ends it
        # The parser calls these directly, without a Python function in between: there are ten headers to a request.
        self._head: dict[bytes, bytes] = {}
        self._url: list[bytes] = []
        self.on_header = partial(setitem, self._head)  # which is called faster than its __setitem__
        self.on_url = self._url.append
        self._parser = httptools.HttpRequestParser(self)

    # what the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is no subclass of it
        peer = transport.get_extra_info("peername")
        self._peer = peer[0] if isinstance(peer, tuple) else ""
        if not self._app.opened(self):
            self._end(answers.BUSY)

    def connection_lost(self, error: Exception | None) -> None:
        self._closing = True
        self._waiting.clear()
        self._app.closed(self)

    def data_received(self, data: bytes) -> None:
        if self._closing or self._draining:
            return
        if not self.reading:
            self.reading = True
            self.due = self._app.now + self._limits.head_s
        self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.close()  # the request was complete and is answered; nothing behind it is HTTP
        except httptools.HttpParserError:
            self._end(answers.BAD_REQUEST)
            return
        if self.reading and self._request is None and self._head_bytes > self._limits.head_bytes:
            self._end(answers.HEAD_TOO_LARGE)

    def eof_received(self) -> bool:
        return False

    # what the parser calls

    def on_headers_complete(self) -> None:
        url = self._url[0] if len(self._url) == 1 else b"".join(self._url)
        if url.startswith(b"http"):  # the absolute form, as a proxy writes it
            url = b"/" + url.split(b"/", 3)[3] if url.count(b"/") > 2 else b"/"
        path, _, query = url.decode("utf-8", "replace").partition("?")
        kept: dict[str, str] = {}
        used: dict[str, str] = {}
        for written, value in self._head.items():
            name, is_kept = _NAMES.get(written) or _learn(written)
            if is_kept:
                kept[name] = value.decode("utf-8", "replace")
            elif name:
                used[name] = value.decode("latin-1")
        if self._head_bytes > MAX_HEADER_BYTES:  # else none of them can be too long
            kept = {name: text[:MAX_HEADER_BYTES] for name, text in kept.items()}
            used = {name: text[:MAX_COOKIE_BYTES] for name, text in used.items()}
        self._head.clear()
        self._url.clear()
        self._request = Request(self._peer, self._parser.get_method().decode(), path, query, kept, used)
        if "content-length" in used or "expect" in used:
            self._expect_body(self._request)

    def _expect_body(self, request: Request) -> None:
        self._body_limit = self._app.max_body(request.path)
        said = request.used.get("content-length", "")
        if said.isdigit() and int(said) > self._body_limit:
            request.too_large = True
        if request.used.get("expect", "").lower() == "100-continue" and not request.too_large:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.due = self._app.now + self._limits.body_s

    def on_body(self, data: bytes) -> None:
        request = self._request
        if request is None:  # it was too large: this chunk came with the one that showed it
            return
        if not self._body:
            self._body_limit = self._app.max_body(request.path)
        self._body.append(data)
        self._body_bytes += len(data)
        if request.too_large or self._body_bytes > self._body_limit:
            request.too_large = self._draining = True  # the rest is not worth looking at
            self._complete(request)

    def on_message_complete(self) -> None:
        request = self._request
        if request is not None:
            request.go_on = self._parser.should_keep_alive()
            self._complete(request)

    # requests in their order

    def _complete(self, request: Request) -> None:
        self._request = None
        self.reading = False
        self._head_bytes = 0
        if self._body:
            request.body = b"".join(self._body)[: self._body_limit]
            self._body, self._body_bytes = [], 0
        if self._busy is None:
            answer = self._take(request)
            if answer is not None:
                self.answer(answer)
            return
        self._waiting.append(request)
        if len(self._waiting) >= _PIPELINED:
            self._transport.pause_reading()

    def _take(self, request: Request) -> Answer | None:
        self._busy = Turn(request.go_on, request.method != "HEAD", request.too_large)
        return self._app.take(request, self)

    def settle(self, stored: bool) -> None:
        """The record of the request that was taken last is on disk, or cannot be."""
        reply = self.reply
        if reply is not None:
            self.reply = None
            self.answer(reply.stored if stored else reply.refused)

    def answer(self, answer: Answer | None) -> None:
        """The answer of the request that was taken last. The next ones are taken when this is written.

        In a loop: one write of a client may hold thousands of requests whose answers need no wait.
        """
        while answer is not None:
            turn, self._busy = self._busy, None
            if turn is None or self._transport.is_closing():
                return
            go_on = turn.go_on and not self._closing
            if go_on and turn.with_body:  # nearly always
                self._transport.write(answer.head + self._app.date + answer.body)
            else:
                self._write(answer, with_body=turn.with_body, go_on=go_on, linger=turn.too_large)
            if turn.too_large:
                self._linger()
                return
            self.due = self._app.now + self._limits.idle_s
            answer = None
            if self._waiting and go_on:
                if len(self._waiting) == _PIPELINED:
                    self._transport.resume_reading()
                answer = self._take(self._waiting.popleft())

    def end_if_due(self, now: float) -> None:
        """Called by the sweep: a request that does not arrive, or a connection that nobody uses."""
        if now < self.due or self._busy is not None:
            return
        if self.reading:
            self._end(answers.TOO_SLOW)
        else:
            self._transport.close()

    def close(self) -> None:
        """At the end of the process: at once if nothing is due, else after the answer."""
        self._closing = True
        if self._busy is None:
            self._transport.close()

    def _end(self, answer: Answer) -> None:
        """An answer to what is no request, and the end."""
        self._closing = True
        if self._busy is None:
            self._write(answer, with_body=True, go_on=False)
        else:
            self._transport.abort()

    def _write(self, answer: Answer, *, with_body: bool, go_on: bool, linger: bool = False) -> None:
        connection = b"" if go_on else b"connection: close\r\n"
        self._transport.write(answer.head + connection + self._app.date + (answer.body if with_body else b""))
        if not go_on:
            self._closing = True
            if not linger:
                self._transport.close()

    def _linger(self) -> None:
        """The client still sends a body that nobody reads: closing now would reset the connection under its answer."""
        self._transport.write_eof()
        self.due = self._app.now + _LINGER_S


def _learn(written: bytes) -> tuple[str, bool]:
    """Of a header in a spelling not seen before. A stranger's endless spellings are not remembered."""
    name = written.lower().decode("latin-1")
    known = (name if name in KEPT_HEADERS or name in USED_HEADERS else "", name in KEPT_HEADERS)
    if len(_NAMES) < _MAX_NAMES:
        _NAMES[written] = known
    return known
