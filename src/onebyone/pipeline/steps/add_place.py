from __future__ import annotations

from msgspec.structs import replace

from onebyone.event import Event
from onebyone.pipeline.step import Context, Step
from onebyone.places import Places


def add_place(places: Places) -> Step:
    """The country of the visitor's network."""

    def step(event: Event, context: Context) -> Event:
        country = places.country(context.address)
        return replace(event, country=country) if country else event

    return step
