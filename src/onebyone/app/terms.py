"""How long the store keeps what: a site's own terms over those of the installation."""

from __future__ import annotations

from msgspec.structs import asdict, replace

from onebyone.state.sites import Keeping
from onebyone.store.retention import Terms


def terms_of(own: Keeping, default: Terms) -> Terms:
    """What holds for a site."""
    return replace(default, **{name: days for name, days in asdict(own).items() if days})
