from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from consent.encoder import vectors
from consent.examples import a_core, a_tc
from onebyone.consent.ids import Ids
from onebyone.consent.tcf import Restriction, TcString, read_tcf
from onebyone.consent.tcf_vendors import Basis, Claim, Ground, may_process, may_process_special

VENDOR = Ids.of_ranges([(5, 5)])
CONSENT, LI = Basis.CONSENT, Basis.LI


@pytest.mark.parametrize("row", vectors("tcf.json")["vendor_permission"], ids=lambda row: row["name"])
def test_the_vectors_have_their_answers(row: dict[str, Any]) -> None:
    claim = Claim(row["vendor_id"], row["purpose_id"], Basis(row["declared_basis"]), row["flexible"])
    ground = may_process(read_tcf(row["tc_string"]), claim, strict=row["strict_2_3"])
    assert (ground.allows, ground.value) == (row["expect_allowed"], row["expect_reason"])


def restricted(*types: int, purpose: int = 7) -> TcString:
    restrictions = tuple(Restriction(purpose, type, VENDOR) for type in types)
    return replace(a_tc(), core=replace(a_core(), publisher_restrictions=restrictions))


@pytest.mark.parametrize(
    ("types", "basis", "flexible", "ground"),
    [
        ((0,), CONSENT, True, Ground.RESTRICTED),
        ((3,), LI, True, Ground.RESTRICTED),
        ((1,), CONSENT, False, Ground.CONSENT),
        ((1,), LI, True, Ground.CONSENT),
        ((1,), LI, False, Ground.RESTRICTED_TO_CONSENT),
        ((2,), LI, False, Ground.LI),
        ((2,), CONSENT, True, Ground.LI),
        ((2,), CONSENT, False, Ground.RESTRICTED_TO_LI),
        ((1, 1), LI, True, Ground.CONSENT),
        ((1, 2), LI, True, Ground.RESTRICTED),
        ((1, 0), CONSENT, True, Ground.RESTRICTED),
    ],
)
def test_a_restriction_changes_or_refuses_the_basis(
    types: tuple[int, ...], basis: Basis, flexible: bool, ground: Ground
) -> None:
    assert may_process(restricted(*types), Claim(5, 7, basis, flexible)) is ground


def test_a_restriction_of_another_purpose_or_vendor_is_nothing_to_this_one() -> None:
    assert may_process(restricted(0, purpose=8), Claim(5, 7, CONSENT)) is Ground.CONSENT
    assert may_process(restricted(0), Claim(6, 7, CONSENT)) is Ground.CONSENT


def test_a_change_to_legitimate_interest_does_not_help_where_only_consent_counts() -> None:
    assert may_process(restricted(2, purpose=3), Claim(5, 3, CONSENT, flexible=True)) is Ground.LI_NOT_AVAILABLE


@pytest.mark.parametrize(
    ("claim", "ground"),
    [
        (Claim(25, 7, CONSENT), Ground.VENDOR_CONSENT_MISSING),
        (Claim(5, 8, CONSENT), Ground.PURPOSE_CONSENT_MISSING),
        (Claim(5, 2, LI), Ground.PURPOSE_LI_MISSING),
        (Claim(6, 7, LI), Ground.VENDOR_LI_MISSING),
        (Claim(31, 7, CONSENT), Ground.VENDOR_NOT_DISCLOSED),
        (Claim(5, 99, CONSENT), Ground.PURPOSE_CONSENT_MISSING),
    ],
)
def test_the_purpose_and_the_vendor_must_both_be_allowed(claim: Claim, ground: Ground) -> None:
    assert may_process(a_tc(), claim) is ground


@pytest.mark.parametrize("purpose", range(1, 12))
def test_legitimate_interest_counts_only_where_it_can(purpose: int) -> None:
    everything = replace(a_core(), purposes_li=tuple(range(1, 12)))
    ground = may_process(replace(a_tc(), core=everything), Claim(5, purpose, LI))
    assert ground is (Ground.LI_NOT_AVAILABLE if purpose in (1, 3, 4, 5, 6) else Ground.LI)


def test_for_a_special_purpose_it_is_enough_that_the_vendor_was_shown() -> None:
    assert may_process_special(a_tc(), 25) is Ground.SPECIAL_PURPOSE
    assert Ground.SPECIAL_PURPOSE.allows
    assert may_process_special(a_tc(), 31) is Ground.VENDOR_NOT_DISCLOSED


def test_an_ended_policy_is_refused_by_the_strict_alone() -> None:
    old = replace(a_tc(), core=replace(a_core(), policy_version=3))
    assert may_process(old, Claim(5, 7, CONSENT)) is Ground.POLICY_VERSION_BELOW_4
    assert may_process_special(old, 5, strict=False) is Ground.SPECIAL_PURPOSE
