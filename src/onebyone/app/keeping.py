"""How long what is kept, told to the console."""

from __future__ import annotations

from msgspec.structs import asdict

from onebyone.app.settings import Settings
from onebyone.state.seals import KEPT_DAYS
from onebyone.state.sites import Keeping
from onebyone.web.keeping_form import Installed, Kind


def told_terms(settings: Settings) -> Installed:
    """Where no site says otherwise; and the kinds of data about which no site can."""
    return Installed(
        own=Keeping(**asdict(settings.terms)),
        others=(
            Kind("Requests as they came in", settings.keep_hits.keep_days, "[keep_hits] keep_days"),
            Kind("The log of events", settings.keep_events.keep_days, "[keep_events] keep_days"),
            Kind("Full addresses, sealed, where the law lets them wait", KEPT_DAYS["address"], ""),
            Kind("E-mail and phone, sealed for ad platforms", KEPT_DAYS["user_data"], ""),
            Kind(
                "Masked requests to ad platforms, and answers",
                settings.forward.keep_texts_days,
                "[forward] keep_texts_days",
            ),
            Kind("Deliveries that ended", settings.forward.keep_days, "[forward] keep_days"),
            Kind(
                "Consent records, after the choice is over",
                settings.keep_consent.keep_days,
                "[keep_consent] keep_days",
            ),
            Kind("Salts of visitors without a cookie", KEPT_DAYS["visitor"] + 1, ""),
        ),
    )
