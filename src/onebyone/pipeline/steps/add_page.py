from __future__ import annotations

from msgspec.structs import replace

from onebyone.event import Event
from onebyone.pipeline.step import Context
from onebyone.pipeline.url import read_referrer, read_url


def add_page(event: Event, context: Context) -> Event:
    """Where it happened, and which page led there. What is no address of a page is left out and flagged."""
    url = read_url(context.url) if context.url else None
    referrer_host, referrer = read_referrer(context.referrer) if context.referrer else ("", "")
    if url is not None:
        return replace(
            event, host=url.host, path=url.path, query=url.query, referrer=referrer, referrer_host=referrer_host
        )
    flags = [*event.flags, "not_a_url"] if context.url else event.flags
    return replace(event, referrer=referrer, referrer_host=referrer_host, flags=flags)
