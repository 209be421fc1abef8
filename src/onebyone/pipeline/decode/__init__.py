"""Hit -> its sightings, each an event with its context, or a drop. One file per way in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from onebyone.event import Drop, Hit, Reason, Via
from onebyone.pipeline.decode.consent import decode_consent
from onebyone.pipeline.decode.image import decode_image
from onebyone.pipeline.decode.imported import decode_imported
from onebyone.pipeline.decode.mail import decode_mail
from onebyone.pipeline.decode.server import decode_server
from onebyone.pipeline.decode.sighting import Decoded, dropped
from onebyone.pipeline.decode.tag import decode_tag
from onebyone.state.sites import Site

__all__ = ["DECODERS", "Decoded", "decode"]

DECODERS: Mapping[str, Callable[[Hit, Site], list[Decoded]]] = {
    Via.IMAGE: decode_image,
    Via.TAG: decode_tag,
    Via.SERVER: decode_server,
    Via.CONSENT: decode_consent,
    Via.IMPORT: decode_imported,
    Via.OPEN: decode_mail,
    Via.LINK: decode_mail,
    Via.UNSUBSCRIBE: decode_mail,
}

_ERASED = Drop(Reason.ERASED)


def decode(hit: Hit, site: Site | None) -> list[Decoded]:
    """One answer for each of the hit's `count` sightings, in their order.

    `site` is the one the hit names, None if there is none. Raises ValueError for a refusal that is no Reason and
    KeyError for a way in that does not exist: the collector writes neither.
    """
    if hit.refused:
        return _fit([], hit, Drop(Reason(hit.refused)))
    if site is None:
        return _fit([], hit, Drop(Reason.UNKNOWN_SITE))
    found = _fit(DECODERS[hit.via](hit, site), hit, Drop(Reason.WRONG_SHAPE, detail="events: fewer than were counted"))
    return [dropped(row.n, _ERASED) if row.n in hit.erased else row for row in found] if hit.erased else found


def _fit(found: list[Decoded], hit: Hit, otherwise: Drop) -> list[Decoded]:
    """Exactly as many as the collector counted."""
    if len(found) == hit.count:
        return found
    return [*found[: hit.count], *(dropped(n, otherwise) for n in range(len(found), hit.count))]
