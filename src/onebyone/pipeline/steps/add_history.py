from __future__ import annotations

from collections.abc import Callable

from onebyone.event import Event
from onebyone.pipeline.seen import Seen, holder_of, person_key
from onebyone.pipeline.step import Context, Step

_PERSON_DAYS = 30


def add_history(seen: Seen, moves: Callable[[Event, Context], bool]) -> Step:
    """Remember, for a month, that somebody moved in this visitor's browser: add_verdict asks for it on later days.

    Behind the permissions: who may not be known again has no visitor any more, and is not remembered. `moves` is the
    judge's.
    """

    def step(event: Event, context: Context) -> Event:
        if event.visitor and moves(event, context) and not event.actor.startswith("machine"):
            seen.claim(person_key(event), holder_of(event), days=_PERSON_DAYS)
        return event

    return step
