from __future__ import annotations

from msgspec.structs import replace

from onebyone.event import Event
from onebyone.pipeline.step import Context, Step
from onebyone.places import Places


def add_place(places: Places) -> Step:
    """The visitor's country, as the edge found it; else that of the network."""

    def step(event: Event, context: Context) -> Event:
        country = context.region[:2] or places.country(context.address)
        return replace(event, country=country) if country else event

    return step
