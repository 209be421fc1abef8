from __future__ import annotations

from msgspec.structs import replace

from onebyone.event import MAILS, Event, Via
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.seen import Seen, person_key
from onebyone.pipeline.step import Context, Step

_DAY_MS = 86_400_000


def add_verdict(judge: Judge, seen: Seen) -> Step:
    """Who sent it. What a server reports is judged by the user agent that it names, and its conversions not at all.

    These are the site's own record: a shop that forwards its own user agent loses no order.
    """

    def step(event: Event, context: Context) -> Event:
        if event.via in MAILS:  # drop_mail_copy judges these, by rules of their own
            return event
        if event.via == Via.SERVER and (not context.user_agent or event.name in context.site.conversions):
            return event
        verdict = judge.judge(event, context, lambda: _was_person(seen, event))
        return replace(
            event,
            actor=verdict.actor,
            agent=verdict.agent,
            confidence=verdict.confidence,
            reasons=list(verdict.reasons),
            ruleset=judge.ruleset,
            network=judge.networks.find(context.address).name if context.address else "",
        )

    return step


def _was_person(seen: Seen, event: Event) -> bool:
    """Whether somebody moved on this site at this visitor's browser, a day before this event or earlier."""
    if not event.visitor:
        return False
    holder = seen.find(person_key(event))
    return holder is not None and holder.at_ms <= event.at.timestamp() * 1000 - _DAY_MS
