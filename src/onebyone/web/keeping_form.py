"""The form of how long a site's data is kept: read, checked, and what a shorter term would delete."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from litestar.datastructures import FormMultiDict
from msgspec.structs import asdict, replace

from onebyone.state.sites import Keeping, Site

LEAST, MOST = 7, 3_660

KINDS = {  # the field, its name, and what it says beside
    "events_days": ("Events, sessions, conversions and deliveries", "Reports reach back so far"),
    "drops_days": ("Hits that were dropped", "With their reasons, for the Ledger"),
}

Typed = dict[str, str]


def typed(form: FormMultiDict) -> Typed:
    return {name: str(form.get(name, "")).strip()[:10] for name in KINDS}


def form_of(site: Site) -> Typed:
    return {name: str(days or "") for name, days in asdict(site.keeping).items()}


def check(form: Typed) -> Mapping[str, str]:
    """The sentence for each field that is wrong; empty if all is well."""
    says = f"Write days, {LEAST} to {MOST:,}, or leave it empty."
    return {name: says for name, text in form.items() if text and not (text.isdecimal() and LEAST <= int(text) <= MOST)}


def changed(site: Site, form: Typed) -> Site:
    """The site with a checked form's values."""
    return replace(site, keeping=_read(form))


def in_force(own: Keeping, installed: Keeping) -> Keeping:
    return replace(installed, **{name: days for name, days in asdict(own).items() if days})


def asking(held: Keeping, now: datetime) -> dict[str, int | datetime]:
    """The parameters of the report `kept_rows`."""
    return {"to": now, **asdict(held)}


def is_shorter(fresh: Keeping, before: Keeping) -> bool:
    """Whether something would be deleted sooner than before."""
    return any(asdict(fresh)[name] < days for name, days in asdict(before).items())


def _read(form: Typed) -> Keeping:
    return Keeping(**{name: int(text) if text else 0 for name, text in form.items()})
