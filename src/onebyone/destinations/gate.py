"""Whether a conversion may leave for a destination now, and if not, why. Asked at the moment of sending."""

from __future__ import annotations

from enum import StrEnum

from onebyone.destinations.destination import Destination
from onebyone.event import Actor, Conversion
from onebyone.state.destinations import Configured, Mode

_NEVER = frozenset({Actor.MACHINE_PREFETCH, Actor.MACHINE_SCANNER, Actor.MACHINE_DECLARED, Actor.INVALID})


class Withheld(StrEnum):
    """Why we do not send what the platform might take. Each has its words in `web/words.py`."""

    CANCELLED = "cancelled"
    JOINED = "joined"  # into another record, which is sent
    MACHINE = "machine"
    SUSPECT = "suspect"
    UNCONFIRMED = "unconfirmed"  # an order that the shop's own server does not know
    CONSENT = "consent"  # never given for this purpose
    WITHDRAWN = "withdrawn"  # given when it happened, and no longer
    BROWSER_ONLY = "browser_only"  # the destination is told by its pixel alone


def withheld(
    destination: Destination[object], configured: Configured, record: Conversion, allowed_now: int | None
) -> Withheld | None:
    """`allowed_now` are the bits of the person's last word; None: nothing newer than the event is known."""
    wrong = _of_record(configured, record)
    if wrong is not None:
        return wrong
    stored, needed = record.event.permissions, sum(one.bit for one in destination.needs)
    if stored & needed != needed:
        return Withheld.CONSENT
    return None if effective(record, allowed_now) & needed == needed else Withheld.WITHDRAWN


def effective(record: Conversion, allowed_now: int | None) -> int:
    """Allowed then and now: a later grant does not reach back."""
    return record.event.permissions if allowed_now is None else record.event.permissions & allowed_now


def _of_record(configured: Configured, record: Conversion) -> Withheld | None:
    if record.status == "cancelled":
        return Withheld.CANCELLED
    if record.status == "joined":
        return Withheld.JOINED
    if record.event.actor in _NEVER:
        return Withheld.MACHINE
    if record.event.actor == Actor.SUSPECT and not configured.send_suspect:
        return Withheld.SUSPECT
    if "unconfirmed" in record.flags:
        return Withheld.UNCONFIRMED
    return Withheld.BROWSER_ONLY if configured.mode == Mode.BROWSER else None
