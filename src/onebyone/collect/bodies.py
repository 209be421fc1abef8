"""Bodies that came packed."""

from __future__ import annotations

import zlib


class BodyTooLarge(Exception):
    """Carries what was read until then."""

    def __init__(self, start: bytes) -> None:
        self.start = start


class BodyUnreadable(Exception):
    """Said to be compressed, but it is not, or in a way we do not take."""


def unpack(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """The plain body; a decompression bomb stops at the limit. Raises BodyTooLarge, BodyUnreadable."""
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "deflate"):
        raise BodyUnreadable
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or zlib, by its header
    try:
        plain = inflater.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise BodyUnreadable from error
    if len(plain) > max_bytes:
        raise BodyTooLarge(plain[:max_bytes])
    if not inflater.eof:
        raise BodyUnreadable
    return plain
