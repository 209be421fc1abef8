"""Every destination, by its name."""

from __future__ import annotations

from typing import Any

from onebyone.destinations.destination import Destination
from onebyone.destinations.ga4 import GA4
from onebyone.destinations.google_ads import GOOGLE_ADS
from onebyone.destinations.google_data_manager import GOOGLE_DATA_MANAGER
from onebyone.destinations.linkedin import LINKEDIN
from onebyone.destinations.meta import META
from onebyone.destinations.microsoft import MICROSOFT
from onebyone.destinations.pinterest import PINTEREST
from onebyone.destinations.reddit import REDDIT
from onebyone.destinations.snapchat import SNAPCHAT
from onebyone.destinations.tiktok import TIKTOK
from onebyone.destinations.webhook import WEBHOOK
from onebyone.destinations.x import X

_KNOWN: tuple[Destination[Any], ...] = (
    META,
    GOOGLE_DATA_MANAGER,
    GOOGLE_ADS,
    GA4,
    LINKEDIN,
    TIKTOK,
    PINTEREST,
    SNAPCHAT,
    REDDIT,
    X,
    MICROSOFT,
    WEBHOOK,
)
ALL = {destination.name: destination for destination in _KNOWN}
