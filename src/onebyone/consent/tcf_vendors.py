"""May a vendor process for a purpose? A TC string's answer, with its reason."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from onebyone.consent.purposes import CONSENT_ONLY
from onebyone.consent.tcf import Core, TcString
from onebyone.consent.tcf_flags import LOWEST_POLICY


class Basis(StrEnum):
    CONSENT = "consent"
    LI = "li"  # legitimate interest


class Ground(StrEnum):
    """Why: the first three allow, the others refuse."""

    CONSENT = "consent"
    LI = "li"
    SPECIAL_PURPOSE = "special_purpose"
    NOT_SERVICE_SPECIFIC = "not_service_specific"
    POLICY_VERSION_BELOW_4 = "policy_version_below_4"
    DISCLOSED_VENDORS_MISSING = "disclosed_vendors_missing"
    VENDOR_NOT_DISCLOSED = "vendor_not_disclosed"
    RESTRICTED = "publisher_restriction_not_allowed"
    RESTRICTED_TO_CONSENT = "publisher_restriction_requires_consent"
    RESTRICTED_TO_LI = "publisher_restriction_requires_li"
    LI_NOT_AVAILABLE = "li_not_available_for_purpose"
    PURPOSE_CONSENT_MISSING = "purpose_consent_missing"
    VENDOR_CONSENT_MISSING = "vendor_consent_missing"
    PURPOSE_LI_MISSING = "purpose_li_missing"
    VENDOR_LI_MISSING = "vendor_li_missing"

    @property
    def allows(self) -> bool:
        return self in (Ground.CONSENT, Ground.LI, Ground.SPECIAL_PURPOSE)


class Claim(Struct, frozen=True):
    """What the vendor list says of a vendor and a purpose. A flexible basis may be changed by the publisher."""

    vendor: int
    purpose: int
    basis: Basis
    flexible: bool = False


_REQUIRES = {1: Basis.CONSENT, 2: Basis.LI}  # types of restrictions; 0 forbids, 3 is undefined and forbids too


def may_process(tc: TcString, claim: Claim, *, strict: bool = True) -> Ground:
    """`strict` also refuses strings without disclosed vendors and those of a policy that has ended."""
    refused = _refuse_string(tc, claim.vendor, strict=strict)
    if refused is not None:
        return refused
    basis = _restricted_basis(tc.core, claim)
    match basis:
        case Basis.CONSENT:
            return _by_consent(tc.core, claim)
        case Basis.LI:
            return _by_li(tc.core, claim)
        case refusal:
            return refusal


def may_process_special(tc: TcString, vendor: int, *, strict: bool = True) -> Ground:
    """For a special purpose, such as security: that the vendor was disclosed is enough."""
    return _refuse_string(tc, vendor, strict=strict) or Ground.SPECIAL_PURPOSE


def _refuse_string(tc: TcString, vendor: int, *, strict: bool) -> Ground | None:
    if not tc.core.is_service_specific:
        return Ground.NOT_SERVICE_SPECIFIC
    if strict and tc.core.policy_version < LOWEST_POLICY:
        return Ground.POLICY_VERSION_BELOW_4
    if tc.disclosed_vendors is None:
        return Ground.DISCLOSED_VENDORS_MISSING if strict else None
    return None if vendor in tc.disclosed_vendors else Ground.VENDOR_NOT_DISCLOSED


def _restricted_basis(core: Core, claim: Claim) -> Basis | Ground:
    """The basis that counts after the publisher's restrictions. Two that contradict each other forbid."""
    types = {
        one.restriction_type
        for one in core.publisher_restrictions
        if one.purpose == claim.purpose and claim.vendor in one.vendors
    }
    if not types:
        return claim.basis
    if len(types) > 1 or not types <= _REQUIRES.keys():
        return Ground.RESTRICTED
    required = _REQUIRES[types.pop()]
    if required is claim.basis or claim.flexible:
        return required
    return Ground.RESTRICTED_TO_CONSENT if required is Basis.CONSENT else Ground.RESTRICTED_TO_LI


def _by_consent(core: Core, claim: Claim) -> Ground:
    if claim.purpose not in core.purposes_consent:
        return Ground.PURPOSE_CONSENT_MISSING
    return Ground.CONSENT if claim.vendor in core.vendor_consents else Ground.VENDOR_CONSENT_MISSING


def _by_li(core: Core, claim: Claim) -> Ground:
    if claim.purpose in CONSENT_ONLY:
        return Ground.LI_NOT_AVAILABLE
    if claim.purpose not in core.purposes_li:
        return Ground.PURPOSE_LI_MISSING
    return Ground.LI if claim.vendor in core.vendor_li else Ground.VENDOR_LI_MISSING
