"""The table of regions and the database of places, read where they lie."""

from __future__ import annotations

from pathlib import Path

import maxminddb

from onebyone import consent
from onebyone.app.settings import ConfigError, Place, Settings
from onebyone.consent.decision import Policies
from onebyone.consent.regions import BadRegions, Regions, read_regions
from onebyone.places import SHIPPED, Places

SHIPPED_REGIONS = Path(consent.__file__).parent / "regions.json"


def open_policies(place: Place) -> Policies:
    """By the operator's own table if there is one, else the shipped one. Raises ConfigError."""
    return Policies(open_regions(place))


def open_regions(place: Place) -> Regions:
    path = place.regions if place.regions.exists() else SHIPPED_REGIONS
    try:
        return read_regions(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}.") from error
    except BadRegions as error:
        raise ConfigError(f"{path}: {error}. Correct it, or remove the file to use the shipped one.") from error


def open_places(settings: Settings) -> Places:
    """The operator's own database if there is one, else the shipped one. Raises ConfigError."""
    path = Path(settings.places.database) if settings.places.database else SHIPPED
    try:
        return Places(path)
    except (OSError, maxminddb.InvalidDatabaseError) as error:
        raise ConfigError(f"[places] database: cannot read {path}: {error}. Correct the path, or remove it.") from error
