"""What the platforms decide and we only know: addresses, versions, limits. One dated entry each.

Versions end on fixed days: look here first when a platform begins to refuse. Settings may override address and version.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct

DAY_S = 86_400


class Facts(Struct, frozen=True, kw_only=True):
    """One platform, as of `checked`."""

    checked: date
    endpoint: str
    version: str = ""
    max_batch: int  # events in a request
    max_age_s: int
    max_ahead_s: int = 600
    requests_per_minute: int = 0  # 0: no limit is published
    requests_per_day: int = 0
    events_per_minute: int = 0


_CHECKED = date(2026, 11, 24)

META = Facts(
    checked=_CHECKED, endpoint="https://graph.facebook.com", version="v26.0", max_batch=1000, max_age_s=7 * DAY_S
)
GOOGLE_DATA_MANAGER = Facts(
    checked=_CHECKED,
    endpoint="https://datamanager.googleapis.com",
    version="v1",
    max_batch=2000,
    max_age_s=90 * DAY_S,  # at most: the conversion action's own window may be shorter
    requests_per_minute=300,  # of a Google Cloud project
    requests_per_day=100_000,
)
GOOGLE_ADS = Facts(
    checked=_CHECKED, endpoint="https://googleads.googleapis.com", version="v26", max_batch=2000, max_age_s=90 * DAY_S
)
GA4 = Facts(
    checked=_CHECKED,
    endpoint="https://www.google-analytics.com",
    max_batch=1,  # it takes 25, of one client and with one consent: we send one
    max_age_s=3 * DAY_S,
)
LINKEDIN = Facts(
    checked=_CHECKED,
    endpoint="https://api.linkedin.com",
    version="202608",  # ends 2027-08-17
    max_batch=5000,
    max_age_s=90 * DAY_S,
    requests_per_minute=600,
    requests_per_day=300_000,  # or 500,000, by another source
)
TIKTOK = Facts(
    checked=_CHECKED,
    endpoint="https://business-api.tiktok.com",
    version="v1.3",
    max_batch=1000,
    max_age_s=7 * DAY_S,
    requests_per_minute=60_000,
)
PINTEREST = Facts(
    checked=_CHECKED,
    endpoint="https://api.pinterest.com",
    version="v5",
    max_batch=1000,
    max_age_s=7 * DAY_S,
    requests_per_minute=5000,
)
SNAPCHAT = Facts(
    checked=_CHECKED, endpoint="https://tr.snapchat.com", version="v3", max_batch=2000, max_age_s=37 * DAY_S
)
REDDIT = Facts(
    checked=_CHECKED,
    endpoint="https://ads-api.reddit.com",
    version="v3",
    max_batch=1000,
    max_age_s=7 * DAY_S,
    max_ahead_s=300,
    requests_per_minute=5000,
    events_per_minute=250_000,
)
X = Facts(
    checked=_CHECKED,
    endpoint="https://ads-api.x.com",
    version="12",
    max_batch=500,
    max_age_s=7 * DAY_S,
    requests_per_minute=6666,
)
MICROSOFT = Facts(
    checked=_CHECKED, endpoint="https://capi.uet.microsoft.com", version="v1", max_batch=1000, max_age_s=7 * DAY_S
)
WEBHOOK = Facts(checked=_CHECKED, endpoint="", max_batch=100, max_age_s=90 * DAY_S)
