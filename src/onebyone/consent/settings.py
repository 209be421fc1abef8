"""What a site's owner decides about consent."""

from __future__ import annotations

from msgspec import Struct

from onebyone.consent.vocabulary import Mode

MAX_QUERY_NAMES = 50


class Settings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The defaults are the careful ones. Codes are those of the table of regions, profiles are its letters."""

    unknown_region: str = ""  # profile of people of whom nobody knows where they are; "": the strictest
    denied_mode: dict[str, Mode] = {}  # by region code or profile, most specific first
    sensitive: bool = False  # the site is about health or the like: opt-out profiles become opt-in
    gpc: bool = True  # Global Privacy Control is honoured
    gpc_scope: str = "worldwide"  # or "listed_regions": only where the profile names the signal
    gpc_override: str = "never"  # or "explicit": a recorded choice made while the page said that it overrides
    honor_dnt: bool = True
    analytics_exempt: tuple[str, ...] = ()  # countries whose regulator exempts a site's own audience measurement
    query_kept: tuple[str, ...] = ()  # names of parameters of addresses, in lower case; all others are cut off
    tcf_vendor: int = 0  # of the IAB vendor list, if the site's owner is one
