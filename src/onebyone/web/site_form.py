"""The form of a site, for adding and for changing one: read, checked, its errors in words."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from litestar.datastructures import FormMultiDict
from msgspec import Struct, structs

from onebyone.state.sites import LossRules, Site

_CURRENCIES_TEXT = (
    "EUR USD GBP CHF SEK NOK DKK PLN CZK HUF RON BGN ISK TRY UAH CAD AUD NZD JPY CNY HKD SGD KRW INR IDR THB VND MYR "
    "PHP BRL MXN ARS CLP COP ZAR EGP NGN KES MAD AED SAR ILS"
)
CURRENCIES = tuple(_CURRENCIES_TEXT.split())
_CURRENCY_BY_ENDING = {
    "uk": "GBP", "ch": "CHF", "se": "SEK", "no": "NOK", "dk": "DKK", "pl": "PLN", "cz": "CZK", "hu": "HUF",
    "us": "USD", "ca": "CAD", "au": "AUD", "nz": "NZD", "jp": "JPY", "in": "INR", "br": "BRL", "mx": "MXN",
}  # fmt: skip
_ZONE_BY_ENDING = {
    "de": "Europe/Berlin", "at": "Europe/Vienna", "ch": "Europe/Zurich", "fr": "Europe/Paris", "nl": "Europe/Amsterdam",
    "be": "Europe/Brussels", "it": "Europe/Rome", "es": "Europe/Madrid", "uk": "Europe/London", "ie": "Europe/Dublin",
    "pl": "Europe/Warsaw", "se": "Europe/Stockholm", "no": "Europe/Oslo", "dk": "Europe/Copenhagen",
    "fi": "Europe/Helsinki", "cz": "Europe/Prague", "jp": "Asia/Tokyo", "in": "Asia/Kolkata",
}  # fmt: skip


class SiteForm(Struct, frozen=True, kw_only=True):
    """What stands in the fields, as typed."""

    name: str = ""
    origins: str = ""  # one a line
    zone: str = ""
    currency: str = ""
    conversions: str = ""
    excluded_referrers: str = ""
    server_mode: str = ""


def typed(form: FormMultiDict) -> SiteForm:
    return SiteForm(**{name: str(form.get(name, "")).strip()[:4000] for name in SiteForm.__struct_fields__})


def form_of(site: Site) -> SiteForm:
    return SiteForm(
        name=site.name,
        origins="\n".join(site.origins),
        zone=site.zone,
        currency=site.currency,
        conversions=" ".join(site.conversions),
        excluded_referrers="\n".join(site.excluded_referrers),
        server_mode="complete" if site.loss.every_order_since_ms else site.loss.server_mode,
    )


def guessed(form: SiteForm) -> SiteForm:
    """Zone and currency from the address's ending, where they were left empty."""
    ending = (_host(form.origins) or "").rpartition(".")[2]
    return structs.replace(
        form,
        zone=form.zone if form.zone not in ("", "UTC") else _ZONE_BY_ENDING.get(ending, form.zone or "UTC"),
        currency=form.currency or _CURRENCY_BY_ENDING.get(ending, "EUR"),
    )


def check(form: SiteForm) -> Mapping[str, str]:
    """The sentence for each field that is wrong; empty if all is well."""
    wrong = {}
    if not form.name:
        wrong["name"] = "Give the site a name, as you call it among yourselves."
    elif len(form.name) > 80:
        wrong["name"] = "Use 80 characters or fewer."
    addresses = form.origins.split()
    if not addresses:
        wrong["origins"] = "Enter the address people see in the browser, for example https://shop.example."
    for text in addresses:
        if origin(text) is None:
            wrong["origins"] = f"“{text}” is no address of a site. Write it like https://shop.example."
    if form.zone not in available_timezones():
        wrong["zone"] = f"“{form.zone}” is no time zone. Write it like Europe/Berlin."
    if form.currency not in CURRENCIES:
        wrong["currency"] = f"“{form.currency}” is no currency. Write three letters, like EUR."
    for name in form.conversions.split():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.:-]{0,63}", name):
            wrong["conversions"] = f"“{name}” is no event name. Use letters, digits and _, like purchase."
    for text in form.excluded_referrers.split():
        if _host(text) is None:
            wrong["excluded_referrers"] = f"“{text}” is no host. Write it like paypal.com."
    return wrong


def changed(site: Site, form: SiteForm, now_ms: int) -> Site:
    """The site with a checked form's values. That the server reports every order holds from `now_ms` on."""
    return structs.replace(
        site,
        name=form.name,
        origins=origins(form),
        zone=ZoneInfo(form.zone).key,
        currency=form.currency,
        conversions=tuple(dict.fromkeys(form.conversions.split())),
        excluded_referrers=tuple(dict.fromkeys(filter(None, map(_host, form.excluded_referrers.split())))),
        loss=_loss(site.loss, form.server_mode, now_ms),
    )


def _loss(before: LossRules, mode: str, now_ms: int) -> LossRules:
    match mode:
        case "complete":
            return LossRules(every_order_since_ms=before.every_order_since_ms or now_ms)
        case "always" | "fallback":
            return LossRules(server_mode=mode)
        case _:
            return before


def origins(form: SiteForm) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(origin, form.origins.split()))))


def origin(text: str) -> str | None:
    """scheme://host[:port] of an address as people type it; None if it is none."""
    text = text.strip().rstrip("/")
    if "://" not in text:
        text = f"{'http' if text.startswith(('localhost', '127.')) else 'https'}://{text}"
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or not _is_host(host) or parts.username is not None:
        return None
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"


def _host(text: str) -> str | None:
    found = origin(text.split()[0]) if text.strip() else None
    return urlsplit(found).hostname if found else None


def _is_host(host: str) -> bool:
    if host == "localhost" or re.fullmatch(
        r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", host
    ):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
