"""A request as the sources see it."""

from __future__ import annotations

from msgspec import Struct

# What the pipeline may need of a request. Everything else, cookies above all, never enters the log.
KEPT_HEADERS = frozenset(
    {
        "user-agent", "referer", "origin", "accept", "accept-language", "purpose", "sec-purpose", "x-moz", "x-purpose",
        "sec-gpc", "dnt", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-fetch-site", "sec-fetch-mode",
        "sec-fetch-dest", "sec-fetch-user", "x-forwarded-proto",
    }
)  # fmt: skip
# In which proxies and networks say where a visitor is.
REGION_HEADERS = frozenset(
    {
        "cf-ipcountry", "cf-region-code", "cloudfront-viewer-country", "cloudfront-viewer-country-region",
        "x-vercel-ip-country", "x-vercel-ip-country-region", "x-appengine-country", "x-appengine-region",
        "fastly-geo-country", "fastly-geo-region", "x-country-code", "x-region-code",
    }
)  # fmt: skip
# What the collector itself looks at, and forgets with the answer.
USED_HEADERS = frozenset(
    {
        "accept-encoding",
        "authorization",
        "content-encoding",
        "content-length",
        "cookie",
        "expect",
        "host",
        "x-forwarded-for",
    }
    | REGION_HEADERS
)
MAX_HEADER_BYTES = 2_048
MAX_COOKIE_BYTES = 16_384


class Request(Struct, gc=False):
    """Filled while it is read. Header names are in lower case; of a repeated header the last counts."""

    client: str  # the peer's address, without a port
    method: str = ""
    path: str = ""
    query: str = ""
    kept: dict[str, str] = {}
    used: dict[str, str] = {}
    body: bytes = b""
    too_large: bool = False  # the body was longer than is taken; `body` holds its start
    go_on: bool = False  # whether the connection may take another one behind it
