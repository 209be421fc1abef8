"""Whether a conversion may leave for a destination now, and if not, why. Asked at the moment of sending."""

from __future__ import annotations

from enum import StrEnum

from onebyone.destinations.destination import Destination, knows_limited_use
from onebyone.event import LIMITED_USE, Actor, Conversion, Permission, allowed_by_both
from onebyone.state.destinations import Configured, Mode

_NEVER = frozenset({Actor.MACHINE_PREFETCH, Actor.MACHINE_SCANNER, Actor.MACHINE_DECLARED, Actor.INVALID})
_CONFIRM_MS = 86_400_000


class Withheld(StrEnum):
    """Why we do not send what the platform might take. Each has its words in `web/words.py`."""

    CANCELLED = "cancelled"
    JOINED = "joined"  # into another record, which is sent
    MACHINE = "machine"
    SUSPECT = "suspect"
    UNCONFIRMED = "unconfirmed"  # an order of which the shop's server, that tells every one, says nothing
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
    if not _allow(destination, effective(destination, configured, record, None)):
        return Withheld.CONSENT
    return None if _allow(destination, effective(destination, configured, record, allowed_now)) else Withheld.WITHDRAWN


def _allow(destination: Destination[object], permissions: int) -> bool:
    """Sharing for limited use stands in for sharing."""
    needed = sum(one.bit for one in destination.needs)
    if permissions & LIMITED_USE:
        permissions |= Permission.ADS_SHARE.bit
    return permissions & needed == needed


def confirmed_by(record: Conversion, every_order_since_ms: int) -> int | None:
    """Until when (unix ms) the site's server may take to confirm the order; it is unconfirmed from then on.

    None: it is confirmed, or needs not be (reports say the same in `store/parts/standing.sql`).
    """
    at_ms = round(record.event.at.timestamp() * 1000)
    needs = record.event.name == "purchase" and 0 < every_order_since_ms <= at_ms
    return at_ms + _CONFIRM_MS if needs and record.confirmed_at is None else None


def effective(
    destination: Destination[object], configured: Configured, record: Conversion, allowed_now: int | None
) -> int:
    """Allowed then and now: a later grant does not reach back. LIMITED_USE among it only where the site's owner says
    that this platform processes for the site alone, and the platform has a flag for it (specs/consent-and-privacy.md
    2.3)."""
    stored = record.event.permissions
    both = stored if allowed_now is None else allowed_by_both(stored, allowed_now)
    return both if configured.limited_use and knows_limited_use(destination) else both & ~LIMITED_USE


def _of_record(configured: Configured, record: Conversion) -> Withheld | None:
    if record.status == "cancelled":
        return Withheld.CANCELLED
    if record.status == "joined":
        return Withheld.JOINED
    if record.event.actor in _NEVER:
        return Withheld.MACHINE
    if record.event.actor == Actor.SUSPECT and not configured.send_suspect:
        return Withheld.SUSPECT
    return Withheld.BROWSER_ONLY if configured.mode == Mode.BROWSER else None
