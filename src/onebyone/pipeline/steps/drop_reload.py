from __future__ import annotations

from onebyone.event import Drop, Event, Reason, Via
from onebyone.pipeline.seen import GUARD_MS, Seen, again_key, holder_of, is_same, page_key, sighting_of
from onebyone.pipeline.step import Context, Step
from onebyone.state.claims import Holder

_AGAIN = frozenset({"reload", "back_forward", "bfcache"})
_GUARD_DAYS = 8  # a queued copy may arrive this late


def drop_reload(seen: Seen) -> Step:
    """The reload guard (specs/measurement.md 1.2, rule 4), for conversions that nobody gave an id.

    A key per half hour, whose holder never changes; a copy looks at its own half hour and the one before. What it
    found is claimed too: a replay answers as the first run did, also where the original came after its copy.
    """

    def step(event: Event, context: Context) -> Event | Drop:
        if not _is_guarded(event, context):
            return event
        me = holder_of(event)
        if event.nav in _AGAIN:
            first = seen.claim(again_key(event), _first(seen, event, me) or me, days=_GUARD_DAYS)
            if not is_same(first, me):
                return Drop(Reason.PAGE_RELOADED, of=sighting_of(first))
        seen.claim(page_key(event, me.at_ms // GUARD_MS), me, days=_GUARD_DAYS)
        return event

    return step


def _first(seen: Seen, event: Event, me: Holder) -> Holder | None:
    bucket = me.at_ms // GUARD_MS
    for key in (page_key(event, bucket - 1), page_key(event, bucket)):
        first = seen.find(key)
        if first is not None and not is_same(first, me) and 0 <= me.at_ms - first.at_ms <= GUARD_MS:
            return first
    return None


def _is_guarded(event: Event, context: Context) -> bool:
    named = event.order_id or event.event_id_given
    return (
        not named
        and event.visitor != 0
        and event.via in (Via.TAG, Via.IMAGE)
        and event.name in context.site.conversions
        and not event.actor.startswith("machine")
    )
