"""What is kept how long, and what made it go: one list for the console and the doctor."""

from __future__ import annotations

from msgspec.structs import replace

from onebyone.app.settings import Settings
from onebyone.state.conversions import KEEP_DAYS
from onebyone.state.erasures import KEPT_MS
from onebyone.state.mail import KEPT_DAYS as MAIL_DAYS
from onebyone.state.seals import KEPT_DAYS as SEALED_DAYS
from onebyone.state.sites import Keeping
from onebyone.store.retention import Terms

Line = tuple[str, str, str]  # what, how long, the setting that says so or ""


def kept(settings: Settings) -> list[Line]:
    terms, forward = settings.terms, settings.forward
    return [
        ("Requests as they arrived", _days(settings.keep_hits.keep_days), "[keep_hits] keep_days"),
        ("Full addresses, sealed, where the law lets them wait", _days(SEALED_DAYS["address"]), ""),
        ("E-mail addresses and phones that were sent, sealed", _days(SEALED_DAYS["user_data"]), ""),
        (
            "Processed events, until the store has them",
            _days(settings.keep_events.keep_days),
            "[keep_events] keep_days",
        ),
        ("Ids of ad clicks, raw user agents", _days(terms.click_ids_days), "[terms] click_ids_days"),
        ("Sightings that were not counted", _days(terms.drops_days), "[terms] drops_days"),
        ("Events, conversions, e-mail opens and clicks", _days(terms.events_days), "[terms] events_days"),
        ("Records of conversions and their keys", _days(KEEP_DAYS), ""),
        ("Deliveries to ad platforms", _days(forward.keep_days), "[forward] keep_days"),
        ("Their requests and answers, masked", _days(forward.keep_texts_days), "[forward] keep_texts_days"),
        ("Recipients of e-mails", _days(MAIL_DAYS), ""),
        ("Recorded choices", "for good, or until their person is erased", ""),
        ("Proofs of erasure", _days(KEPT_MS // 86_400_000), ""),
    ]


def terms_of(own: Keeping, default: Terms) -> Terms:
    """What holds for a site."""
    events, drops = own.events_days or default.events_days, own.drops_days or default.drops_days
    return replace(default, events_days=events, drops_days=drops)


def _days(days: int) -> str:
    return f"{days:,} days"
