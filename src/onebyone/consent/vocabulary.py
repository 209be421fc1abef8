"""The words of a decision: values, bases, sources, and sets of permissions that signals speak of."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from onebyone.event import Permission


class Value(StrEnum):
    GRANTED = "granted"
    DENIED = "denied"
    UNSET = "unset"  # counts as denied wherever something is asked


class Basis(StrEnum):
    """What a grant rests on."""

    CONSENT = "consent"
    OPT_OUT = "opt_out"  # allowed until refused
    EXEMPT = "exempt"
    LEGITIMATE_INTEREST = "legitimate_interest"
    NONE = "none"


class Mode(StrEnum):
    """What is still collected of an event whose person allows no statistics (specs/consent-and-privacy.md 1.4)."""

    FULL = ""  # nothing is withheld
    OWN = "own"  # the site's own server reported it: its own record, without identifiers
    PING = "ping"  # one event without any identifier
    COUNT = "count"  # a page view is counted, and nothing else is known of it
    DROP = "drop"


class Source:
    """Who said it. An open list: `cmp:<name>` is one of a consent platform."""

    USER = "user"
    TCF = "tcf"
    GPP = "gpp"
    USP = "usp"
    GPC = "gpc"
    DNT = "dnt"
    REGION = "region_default"
    SITE = "site_default"
    SUPPRESSED = "suppressed"


class Answer(Struct, frozen=True):
    """One permission's. `at_ms` is 0 where no time is known."""

    value: Value
    basis: Basis = Basis.NONE
    source: str = Source.REGION
    at_ms: int = 0
    record_id: str = ""

    @property
    def is_granted(self) -> bool:
        return self.value is Value.GRANTED


ALL = tuple(Permission)
ASKED = tuple(permission for permission in Permission if permission is not Permission.SECURITY)
OPTED_OUT = (Permission.SELL_SHARE, Permission.ADS_SHARE, Permission.ADS_PERSONALIZE)  # by a US opt-out, or by GPC
DEFAULTS = frozenset({Source.REGION, Source.SITE})  # where nobody said anything
OPT_OUT_SIGNALS = frozenset({Source.GPC, Source.GPP, Source.USP})  # set once for all sites, or for a whole law
UNTRACKED = (Permission.ANALYTICS, Permission.ADS_STORAGE, Permission.ADS_SHARE, Permission.ADS_PERSONALIZE)  # by DNT

GOOGLE = {  # Google's names for ours
    "security_storage": Permission.SECURITY,
    "functionality_storage": Permission.FUNCTIONAL,
    "personalization_storage": Permission.PERSONALIZE_SITE,
    "analytics_storage": Permission.ANALYTICS,
    "ad_storage": Permission.ADS_STORAGE,
    "ad_user_data": Permission.ADS_SHARE,
    "ad_personalization": Permission.ADS_PERSONALIZE,
}


def deny(permissions: tuple[Permission, ...], source: str, *, at_ms: int = 0) -> dict[Permission, Answer]:
    return dict.fromkeys(permissions, Answer(Value.DENIED, source=source, at_ms=at_ms))
