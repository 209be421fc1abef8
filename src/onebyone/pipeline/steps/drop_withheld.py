from __future__ import annotations

from onebyone.consent.vocabulary import Mode, Source
from onebyone.event import Drop, Event, Reason
from onebyone.pipeline.step import Context

_COUNTED = "page_view"


def drop_withheld(event: Event, context: Context) -> Event | Drop:
    """Where nothing is collected of who refuses, nothing is kept; where views are counted, nothing but views is."""
    if event.withheld == Mode.DROP:
        return Drop(Reason.SUPPRESSED if event.consent_source == Source.SUPPRESSED else Reason.CONSENT_WITHHELD)
    if event.withheld == Mode.COUNT and event.name != _COUNTED:
        return Drop(Reason.CONSENT_WITHHELD)
    return event
