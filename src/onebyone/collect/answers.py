"""The bytes that go back: whole heads, built once where they never change."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import Struct

Headers = Sequence[tuple[str, str]]

# GIF89a, one transparent pixel, 43 bytes
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
RETRY_AFTER_S = 2
TRAFFIC_ADVICE = b'[{"user_agent":"prefetch-proxy","disallow":true}]'
_NO_STORE = ("cache-control", "no-store")


class Answer(Struct, frozen=True, gc=False):
    """`head` is the status line and the headers; date, connection and the blank line are added on the way out."""

    head: bytes
    body: bytes = b""

    def plus(self, name: str, value: str) -> Answer:
        """With one header more. The value must not come from the request."""
        return Answer(self.head + f"{name}: {value}\r\n".encode("latin-1"), self.body)


class Reply(Struct, frozen=True, gc=False):
    """What a source makes of a request: a record for the log, and the answer in either case."""

    record: bytes
    count: int  # sightings in it
    via: str
    stored: Answer
    refused: Answer  # busy, or the log cannot be written


class Later(Struct, frozen=True, gc=False):
    """What a source answers that must first wait: `work` blocks, and then the request is taken once more."""

    work: Callable[[], None]


def answer(status: int, body: bytes = b"", headers: Headers = ()) -> Answer:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers)]
    lines.append(f"content-length: {len(body)}")
    return Answer("\r\n".join([*lines, ""]).encode("latin-1"), body)


def text(status: int, line: str) -> Answer:
    return answer(status, f"{line}\n".encode(), [("content-type", "text/plain"), _NO_STORE])


def json(body: Any, extra: Headers = ()) -> Answer:
    return answer(200, msgspec.json.encode(body), [("content-type", "application/json"), _NO_STORE, *extra])


def problem(status: int, title: str, detail: str, extra: Headers = ()) -> Answer:
    """RFC 9457."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    headers = [("content-type", "application/problem+json"), _NO_STORE, *extra]
    if status == 503:
        headers.append(("retry-after", str(RETRY_AFTER_S)))
    return answer(status, msgspec.json.encode(body), headers)


def not_stored(extra: Headers = ()) -> Answer:
    detail = "The log cannot be written right now. Nothing of this request was kept; send it again."
    return problem(503, "Not stored", detail, extra)


@lru_cache(maxsize=1_024)
def script(body: bytes, *, immutable: bool = False, packed: bool = False) -> Answer:
    """Immutable is what is named after its content, which pages may pin; packed goes to who takes gzip."""
    keep = "public, max-age=31536000, immutable" if immutable else "max-age=300, stale-if-error=86400"
    headers = [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", keep),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("vary", "Accept-Encoding"),
    ]
    if immutable:
        headers.append(("access-control-allow-origin", "*"))
    if packed:
        return answer(200, gzip.compress(body, 9, mtime=0), [*headers, ("content-encoding", "gzip")])
    return answer(200, body, headers)


def cors(origin: str) -> list[tuple[str, str]]:
    """For an origin that was found among the site's."""
    return [
        ("access-control-allow-origin", origin),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "retry-after"),
        ("vary", "Origin"),
    ]


def preflight(origin: str) -> Answer:
    """Allowed, or for "" not: then the browser reads nothing that would allow it."""
    if not origin:
        return answer(204)
    allowed = [
        ("access-control-allow-methods", "POST"),
        ("access-control-allow-headers", "content-type"),
        ("access-control-max-age", "86400"),
    ]
    return answer(204, headers=cors(origin) + allowed)


IMAGE = answer(
    200,
    GIF,
    [
        ("content-type", "image/gif"),
        ("cache-control", "no-cache, no-store, max-age=0, private"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "cross-origin"),
    ],
)
# Proxies keep an answer, errors too; so there is one answer (specs/email-and-bots.md 7.1).
MAIL_IMAGE = answer(
    200,
    GIF,
    [
        ("content-type", "image/gif"),
        ("cache-control", "no-store, no-cache, must-revalidate, max-age=0, private"),
        ("pragma", "no-cache"),
        ("expires", "0"),
        ("x-robots-tag", "noindex, nofollow"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("referrer-policy", "no-referrer"),
    ],
)
MAIL_IMAGE_NOT_STORED = MAIL_IMAGE.plus("x-onebyone-stored", "no")
IMAGE_NOT_STORED = IMAGE.plus("x-onebyone-stored", "no")
NOT_FOUND = problem(404, "Not found", "No such address here.")
BUG = problem(500, "Failed", "A defect of ours; it was logged.")
BAD_REQUEST = problem(400, "Bad request", "This is not HTTP/1.1 as we understand it.")
HEAD_TOO_LARGE = problem(431, "Head too large", "Address and headers are longer than is read.")
TOO_SLOW = problem(408, "Too slow", "The request did not arrive in time.")
BUSY = problem(503, "Busy", "Too many connections.")
