from __future__ import annotations

from msgspec.structs import replace

from onebyone.event import Event
from onebyone.pipeline.step import Context
from onebyone.pipeline.url import read_url


def add_campaign(event: Event, context: Context) -> Event:
    """What the page's address says of the campaign, and the ids that ad clicks gave it."""
    url = read_url(context.url) if context.url else None
    if url is None or not (url.utm or url.click_ids):
        return event
    said = url.utm.get
    return replace(
        event,
        source=said("source", "").lower(),
        medium=said("medium", "").lower(),
        campaign=said("campaign", said("id", "")).lower(),
        campaign_id=said("id", ""),
        term=said("term", ""),
        content=said("content", ""),
        click_ids=url.click_ids,
    )
