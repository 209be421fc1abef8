"""What left of a browser's person before a choice could stop it."""

from __future__ import annotations

from onebyone.state.sites import Site
from onebyone.web.desk import Desk


def already_sent(desk: Desk, site: Site, consent_id: str) -> dict[str, int]:
    """Destinations with the conversions that each has accepted. None of an id that nobody has.

    Raises StoreUnavailable, QueryRefused or StateUnavailable.
    """
    try:
        return dict(desk.rights.held(site, desk.rights.find(site, "consent", consent_id)).told)
    except ValueError:
        return {}
