"""From a visit's address and referrer to its source, medium, campaign and channel (specs/measurement.md 4.2, 4.3)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from onebyone.pipeline.referrers import Referrers

NOT_SET = "(not set)"
_CLICKS = {  # source, medium; the first that is there decides
    "gclid": ("google", "cpc"),
    "gbraid": ("google", "cpc"),
    "wbraid": ("google", "cpc"),
    "msclkid": ("bing", "cpc"),
    "dclid": ("google", "display"),
    "ttclid": ("tiktok", "cpc"),
    "li_fat_id": ("linkedin", "cpc"),
    "twclid": ("twitter", "cpc"),
    "rdt_cid": ("reddit", "cpc"),
    "sccid": ("snapchat", "cpc"),
    "srsltid": ("google shopping", "organic"),
    "fbclid": ("facebook", "social"),  # on organic links too
}
_REFERRED = {"search": "organic", "mail": "email", "ai": "ai-assistant"}
_AI_CAMPAIGN = "(ai-assistant)"
_PAID = re.compile(r".*cp.*|ppc|retargeting|paid.*", re.DOTALL)
_SHOP = re.compile(r".*(([^a-df-z]|^)shop|shopping).*", re.DOTALL)
_DISPLAY = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
_SOCIAL = frozenset({"social", "social-network", "social-media", "sm", "social network", "social media"})
_REFERRAL = frozenset({"referral", "app", "link"})
_EMAIL = frozenset({"email", "e-mail", "e_mail", "e mail"})


class Origin(Struct, frozen=True):
    """Where a visit came from."""

    source: str
    medium: str
    campaign: str
    channel: str


def origin_of(
    source: str, medium: str, campaign: str, clicks: Sequence[str], referrer_host: str, referrers: Referrers
) -> Origin:
    """The first of campaign parameters, click ids and referrer that says something.

    All in lower case, "" where nothing was said; no referrer of the site's own or of an excluded domain.
    """
    found = _said(source, medium, campaign, clicks, referrer_host, referrers)
    return Origin(*found, _channel(*found, referrers))


def _said(
    source: str, medium: str, campaign: str, clicks: Sequence[str], referrer_host: str, referrers: Referrers
) -> tuple[str, str, str]:
    if source or medium or campaign:
        named = referrers.find_host(source) if "." in source else None
        if named is not None and named.kind == "ai" and medium in ("", NOT_SET, "referral"):
            return named.source, "ai-assistant", campaign or _AI_CAMPAIGN
        return source or NOT_SET, medium or NOT_SET, campaign or NOT_SET
    for click in _CLICKS:
        if click in clicks:
            return *_CLICKS[click], NOT_SET
    if referrer_host:
        referrer = referrers.find_host(referrer_host)
        if referrer is None:
            return referrer_host.removeprefix("www."), "referral", NOT_SET
        return (
            referrer.source,
            _REFERRED.get(referrer.kind, "referral"),
            _AI_CAMPAIGN if referrer.kind == "ai" else NOT_SET,
        )
    return "(direct)", "(none)", NOT_SET


def _channel(source: str, medium: str, campaign: str, referrers: Referrers) -> str:
    """Google Analytics 4's default group; the first rule that fits."""
    if source == "(direct)" and medium in ("(none)", NOT_SET):
        return "Direct"
    if "cross-network" in campaign:
        return "Cross-network"
    site = referrers.find_name(source)
    kind = site.kind if site is not None else ""
    shops = kind == "shopping" or _SHOP.fullmatch(campaign) is not None
    paid = _paid_channel(medium, kind, shops)
    return paid or _organic_channel(source, medium, kind, shops)


def _paid_channel(medium: str, kind: str, shops: bool) -> str:
    if _PAID.fullmatch(medium) is None:
        return "Display" if medium in _DISPLAY else ""
    if shops:
        return "Paid Shopping"
    if kind in ("search", "social", "video"):
        return f"Paid {kind.capitalize()}"
    return "Display" if medium in _DISPLAY else "Paid Other"


def _organic_channel(source: str, medium: str, kind: str, shops: bool) -> str:
    rules = (
        ("AI Assistant", medium == "ai-assistant"),
        ("Organic Shopping", shops),
        ("Organic Social", kind == "social" or medium in _SOCIAL),
        ("Organic Video", kind == "video" or "video" in medium),
        ("Organic Search", kind == "search" or medium == "organic"),
        ("Referral", medium in _REFERRAL),
        ("Email", medium in _EMAIL or source in _EMAIL),
        ("Affiliates", medium == "affiliate"),
        ("Audio", medium == "audio"),
        ("SMS", "sms" in (source, medium)),
        ("Mobile Push Notifications", _is_push(source, medium)),
    )
    return next((channel for channel, fits in rules if fits), "Unassigned")


def _is_push(source: str, medium: str) -> bool:
    return medium.endswith("push") or "mobile" in medium or "notification" in medium or source == "firebase"
