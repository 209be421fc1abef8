from __future__ import annotations

from msgspec.structs import replace

from onebyone.event import Event, Via
from onebyone.identity import links
from onebyone.identity.links import Refused, Target
from onebyone.pipeline.seen import EVENT_DAYS, Seen, holder_of, is_same, link_key
from onebyone.pipeline.step import Context, Step

_BROWSERS = (Via.TAG, Via.IMAGE)


def add_link(key: bytes, seen: Seen) -> Step:
    """The browser that followed a link here from another of the site's domains; why not, as a flag.

    A machine that looks a link up does not use its token up.
    """

    def step(event: Event, context: Context) -> Event:
        if event.via not in _BROWSERS or not context.site.linked:
            return event
        token = context.link or links.find(context.url)
        if not token or event.actor.startswith("machine"):
            return event
        target = Target(event.site, links.domain_of(event.host, context.site.linked), context.user_agent)
        found = links.read(key, token, target, now_ms=context.hit.received_ms)
        if isinstance(found, int):
            holder = holder_of(event)
            first = seen.claim(link_key(event.site, token), holder, days=EVENT_DAYS)
            if is_same(first, holder):
                return replace(event, linked=found)
            found = Refused.REUSED
        return replace(event, flags=[*event.flags, found.value])

    return step
