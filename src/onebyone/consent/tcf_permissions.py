"""What a TC string allows a site on its own domain (specs/consent-and-privacy.md 1.1, 3.6)."""

from __future__ import annotations

from datetime import datetime

from onebyone.consent.purposes import CONSENT_ONLY
from onebyone.consent.tcf import Core, PublisherTc, TcString
from onebyone.consent.tcf_flags import LOWEST_POLICY, is_stale
from onebyone.consent.tcf_vendors import Basis as Grounds
from onebyone.consent.tcf_vendors import Claim, may_process
from onebyone.consent.vocabulary import Answer, Basis, Source, Value, deny
from onebyone.event import Permission

# Any one of these sets of purposes is enough.
PURPOSES: dict[Permission, tuple[frozenset[int], ...]] = {
    Permission.FUNCTIONAL: (frozenset({1}),),
    Permission.PERSONALIZE_SITE: (frozenset({1, 5, 6}), frozenset({1, 11})),
    Permission.ANALYTICS: (frozenset({1, 8, 9}),),
    Permission.ADS_STORAGE: (frozenset({1}),),
    Permission.ADS_SHARE: (frozenset({1, 7}),),
    Permission.ADS_PERSONALIZE: (frozenset({3, 4}),),
}
FEATURES = {Permission.PRECISE_GEO: 1, Permission.FINGERPRINT: 2}
GOVERNED = (*PURPOSES, *FEATURES)  # what a TC string decides about; of the rest it is silent


def worthless(tc: TcString, *, now: datetime) -> str:
    """Why a string that can be read allows nothing; "" if it does."""
    if not tc.core.is_service_specific:
        return "not_service_specific"
    if tc.core.policy_version < LOWEST_POLICY:
        return "policy_version_below_4"
    return "stale" if is_stale(tc, now=now) else ""


def by_tcf(tc: TcString, *, vendor: int = 0) -> dict[Permission, Answer]:
    """An answer for each governed permission of a string that is worth something. With a vendor id, the vendor must be
    allowed as well."""
    at_ms = round(tc.core.last_updated.timestamp() * 1000)
    answers = deny(GOVERNED, Source.TCF, at_ms=at_ms)
    by_consent, at_all = _allowed(tc, vendor)
    for permission, sets in PURPOSES.items():
        for purposes in sets:
            if purposes <= at_all:
                basis = Basis.CONSENT if purposes <= by_consent else Basis.LEGITIMATE_INTEREST
                answers[permission] = Answer(Value.GRANTED, basis, Source.TCF, at_ms)
    for permission, feature in FEATURES.items():
        if feature in tc.core.special_feature_opt_ins:
            answers[permission] = Answer(Value.GRANTED, Basis.CONSENT, Source.TCF, at_ms)
    return answers


def _allowed(tc: TcString, vendor: int) -> tuple[set[int], set[int]]:
    """Purposes that consent allows, and those that anything does: the vendor's if the owner is one; else of the
    publisher's own segment if there is one; else of the core."""
    own: PublisherTc | Core = tc.core if tc.publisher_tc is None or vendor else tc.publisher_tc
    consents, li = set(own.purposes_consent), set(own.purposes_li) - CONSENT_ONLY
    if vendor:
        consents = {
            one for one in consents if may_process(tc, Claim(vendor, one, Grounds.CONSENT), strict=False).allows
        }
        li = {one for one in li if may_process(tc, Claim(vendor, one, Grounds.LI), strict=False).allows}
    return consents, consents | li
