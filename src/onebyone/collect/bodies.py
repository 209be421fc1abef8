"""Reading a body of unknown size from a client of unknown speed."""

from __future__ import annotations

import asyncio
import zlib
from typing import Protocol


class Chunks(Protocol):
    def __aiter__(self) -> object: ...


class BodyTooLarge(Exception):
    """Carries what was read until then."""

    def __init__(self, start: bytes) -> None:
        self.start = start


class BodyTooSlow(Exception):
    """The client did not finish in time."""


class BodyUnreadable(Exception):
    """Said to be compressed, but it is not, or in a way we do not take."""

    def __init__(self, start: bytes) -> None:
        self.start = start


async def read_body(chunks: Chunks, *, encoding: str, max_bytes: int, timeout_s: float) -> bytes:
    """The body, decompressed. Never holds more than max_bytes and one chunk; nor does a decompression bomb.

    Raises BodyTooLarge, BodyTooSlow, BodyUnreadable.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in chunks:  # type: ignore[attr-defined]
                body += chunk
                if len(body) > max_bytes:
                    raise BodyTooLarge(bytes(body[:max_bytes]))
    except TimeoutError as error:
        raise BodyTooSlow from error
    if encoding in ("", "identity"):
        return bytes(body)
    if encoding not in ("gzip", "deflate"):
        raise BodyUnreadable(bytes(body))
    return _inflate(bytes(body), max_bytes)


def _inflate(body: bytes, max_bytes: int) -> bytes:
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or zlib, by its header
    try:
        plain = inflater.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise BodyUnreadable(body) from error
    if len(plain) > max_bytes:
        raise BodyTooLarge(plain[:max_bytes])
    if not inflater.eof:
        raise BodyUnreadable(body)
    return plain
