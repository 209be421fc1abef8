from __future__ import annotations

from functools import lru_cache

from msgspec.structs import replace

from onebyone.event import Event, Via
from onebyone.pipeline.channels import Origin, origin_of
from onebyone.pipeline.referrers import Referrers
from onebyone.pipeline.step import Context, Step
from onebyone.pipeline.url import read_url
from onebyone.state.sites import Site


def add_channel(referrers: Referrers) -> Step:
    """Source, medium, campaign and channel. A server's event that names no page has none."""

    @lru_cache(maxsize=16_384)
    def origin(source: str, medium: str, campaign: str, clicks: tuple[str, ...], referrer_host: str) -> Origin:
        return origin_of(source, medium, campaign, clicks, referrer_host, referrers)

    @lru_cache(maxsize=16_384)
    def foreign(referrer_host: str, page_host: str, origins: tuple[str, ...], excluded: tuple[str, ...]) -> str:
        own = {page_host, *(url.host for url in map(read_url, origins) if url is not None)}
        if referrers.registrable(referrer_host) in map(referrers.registrable, own):
            return ""
        if any(referrer_host == host or referrer_host.endswith(f".{host}") for host in excluded):
            return ""
        return referrer_host

    def step(event: Event, context: Context) -> Event:
        if event.via == Via.SERVER and not (event.host or event.referrer_host):
            return event
        site: Site = context.site
        host = event.referrer_host and foreign(event.referrer_host, event.host, site.origins, site.excluded_referrers)
        found = origin(event.source, event.medium, event.campaign, tuple(event.click_ids), host)
        return replace(event, source=found.source, medium=found.medium, campaign=found.campaign, channel=found.channel)

    return step
