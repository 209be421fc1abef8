"""May we?

Owns:  the decision: what of an event, a cookie, an address may be kept; the readers of consent signals (TCF, GPP,
       us_privacy, Google); the rules of regions as data.
Takes: what the page, the browser and the sender said, what is known of the person, where they are, what a site decided.
Gives: the permissions in force with their sources; what a signal says, or `Unreadable` with its code.
Never: I/O; a clock; a guess in favour of yes where somebody said no.
"""

from __future__ import annotations

from collections.abc import Mapping

_REFUSED = frozenset({"denied", "false", "0"})


def may_identify(said: Mapping[str, object]) -> bool:
    """Whether a visitor id may be set, read and stored.

    `said` is the consent block of a tag or a server, or the consent parameters of an image. An explicit refusal of
    `analytics` decides, and so does `gdpr=1`, which names a law that wants a choice first. Silence is not refusal
    (design.md 11). Regions, TCF, GPP and records are not decided here yet.
    """
    if str(said.get("analytics", "")).lower() in _REFUSED:
        return False
    return str(said.get("gdpr", "")) != "1"
