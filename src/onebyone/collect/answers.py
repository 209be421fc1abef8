"""The bytes that go back."""

from __future__ import annotations

from typing import Any

import msgspec

Headers = list[tuple[str, str]]

# GIF89a, one transparent pixel, 43 bytes
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
IMAGE: Headers = [
    ("content-type", "image/gif"),
    ("cache-control", "no-cache, no-store, max-age=0, private"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "cross-origin"),
]
NOT_STORED = ("x-onebyone-stored", "no")
IMAGE_NOT_STORED: Headers = [*IMAGE, NOT_STORED]
_JSON: Headers = [("content-type", "application/json"), ("cache-control", "no-store")]
_PROBLEM: Headers = [("content-type", "application/problem+json"), ("cache-control", "no-store")]
SCRIPT: Headers = [
    ("content-type", "text/javascript; charset=utf-8"),
    ("cache-control", "max-age=300, stale-if-error=86400"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "cross-origin"),
]
TRAFFIC_ADVICE = b'[{"user_agent":"prefetch-proxy","disallow":true}]'
RETRY_AFTER_S = 2


def json(body: Any, extra: Headers) -> tuple[int, Headers, bytes]:
    return 200, _JSON + extra, msgspec.json.encode(body)


def problem(status: int, title: str, detail: str, extra: Headers) -> tuple[int, Headers, bytes]:
    """RFC 9457."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    headers = _PROBLEM + extra
    if status == 503:
        headers = [*headers, ("retry-after", str(RETRY_AFTER_S))]
    return status, headers, msgspec.json.encode(body)


def cors(origin: str) -> Headers:
    """For an origin that was found among the site's."""
    return [
        ("access-control-allow-origin", origin),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "retry-after"),
        ("vary", "Origin"),
    ]


PREFLIGHT: Headers = [
    ("access-control-allow-methods", "POST"),
    ("access-control-allow-headers", "content-type"),
    ("access-control-max-age", "86400"),
]
