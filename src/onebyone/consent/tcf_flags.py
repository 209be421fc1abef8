"""What is wrong with a TC string that can be read."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from enum import StrEnum

from onebyone.consent.purposes import CONSENT_ONLY, PURPOSES, SPECIAL_FEATURES
from onebyone.consent.tcf import ALLOWED_VENDORS, TcString

LOWEST_POLICY = 4
_MONTHS_VALID = 13
_CLOCK_SKEW = timedelta(days=1)


class Flag(StrEnum):
    DEPRECATED_SEGMENT_TYPE_2 = "deprecated_segment_type_2"
    DISCLOSED_VENDORS_MISSING = "disclosed_vendors_missing"
    LI_BIT_ON_CONSENT_ONLY_PURPOSE = "li_bit_on_consent_only_purpose"
    NOT_SERVICE_SPECIFIC = "not_service_specific"
    POLICY_VERSION_BELOW_4 = "policy_version_below_4"
    STALE = "stale"
    UNKNOWN_PURPOSE_BIT = "unknown_purpose_bit"
    UNKNOWN_SEGMENT_TYPE = "unknown_segment_type"
    UNKNOWN_SPECIAL_FEATURE_BIT = "unknown_special_feature_bit"


MEANINGS = {
    Flag.DEPRECATED_SEGMENT_TYPE_2: "holds a list of allowed vendors, which the framework gave up; ignored",
    Flag.DISCLOSED_VENDORS_MISSING: "does not say which vendors were shown, as strings made since 1 March 2026 must",
    Flag.LI_BIT_ON_CONSENT_ONLY_PURPOSE: "claims legitimate interest where only consent counts; ignored",
    Flag.NOT_SERVICE_SPECIFIC: "not made for one service alone: the string is invalid and allows nothing",
    Flag.POLICY_VERSION_BELOW_4: "made under a policy that ended on 30 September 2023",
    Flag.STALE: "last updated over 13 months ago, or in the future: the visitor has to be asked again",
    Flag.UNKNOWN_PURPOSE_BIT: "names a purpose above 11, which does not exist",
    Flag.UNKNOWN_SEGMENT_TYPE: "holds a segment of a type that is not known; skipped",
    Flag.UNKNOWN_SPECIAL_FEATURE_BIT: "names a special feature above 2, which does not exist",
}


def flags_of(tc: TcString, *, now: datetime) -> tuple[Flag, ...]:
    """In alphabetical order. `now` decides about `stale` alone."""
    core = tc.core
    raised = {
        Flag.DEPRECATED_SEGMENT_TYPE_2: ALLOWED_VENDORS in tc.skipped,
        Flag.DISCLOSED_VENDORS_MISSING: tc.disclosed_vendors is None,
        Flag.LI_BIT_ON_CONSENT_ONLY_PURPOSE: not CONSENT_ONLY.isdisjoint(core.purposes_li),
        Flag.NOT_SERVICE_SPECIFIC: not core.is_service_specific,
        Flag.POLICY_VERSION_BELOW_4: core.policy_version < LOWEST_POLICY,
        Flag.STALE: is_stale(tc, now=now),
        Flag.UNKNOWN_PURPOSE_BIT: not PURPOSES.keys() >= {*core.purposes_consent, *core.purposes_li},
        Flag.UNKNOWN_SEGMENT_TYPE: any(type != ALLOWED_VENDORS for type in tc.skipped),
        Flag.UNKNOWN_SPECIAL_FEATURE_BIT: not SPECIAL_FEATURES.keys() >= set(core.special_feature_opt_ins),
    }
    return tuple(flag for flag, is_raised in raised.items() if is_raised)


def is_stale(tc: TcString, *, now: datetime) -> bool:
    updated = tc.core.last_updated
    return now > _months_later(updated, _MONTHS_VALID) or updated > now + _CLOCK_SKEW


def _months_later(moment: datetime, months: int) -> datetime:
    """The same day of a later month, or its last day where it is shorter."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
