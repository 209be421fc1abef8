"""Requests for a page that nobody looks at yet (specs/email-and-bots.md 3)."""

from __future__ import annotations

from collections.abc import Mapping

HEADERS = "Sec-Purpose"  # what an answer varies by


def speculation(headers: Mapping[str, str]) -> str:
    """The rule by which a browser says so; "" if it does not. Header names are in lower case."""
    if headers.get("sec-purpose", "").partition(";")[0].strip() == "prefetch":
        return "hdr.sec_purpose"
    if headers.get("purpose", "").strip().lower() == "prefetch":
        return "hdr.purpose"
    if headers.get("x-moz", "").strip().lower() == "prefetch":
        return "hdr.x_moz"
    return "hdr.x_purpose" if headers.get("x-purpose", "").strip().lower() == "preview" else ""
