"""Moments as platforms write them, from unix milliseconds."""

from __future__ import annotations

from onebyone.event import utc


def rfc_3339(ms: int) -> str:
    """2026-11-24T10:00:00Z, with milliseconds where there are any."""
    exact = "milliseconds" if ms % 1000 else "seconds"
    return utc(ms).isoformat(timespec=exact).replace("+00:00", "Z")


def with_offset(ms: int) -> str:
    """2026-11-24 10:00:00+00:00"""
    return utc(ms).isoformat(sep=" ", timespec="seconds")
