from __future__ import annotations

from typing import Any

import pytest

from consent.encoder import gpp_header, vectors
from onebyone.consent.gpp import Section, read_gpp
from onebyone.consent.us_opt_out import in_force, opted_out, refuses_for_child, section_opts_out

USCA_OUT, USCA_IN = "BUUAAACA.QA", "BUoAAACA.QA"
USNAT_OUT, USNAT_IN = "CVQpAAAAAACA.QA", "CAAAGGGGGBhY.QA"


@pytest.mark.parametrize("row", vectors("gpp.json")["strings"], ids=lambda row: row["name"])
def test_the_vectors_have_their_answers(row: dict[str, Any]) -> None:
    assert opted_out(read_gpp(row["gpp"])) is row["expect_opt_out_of_sale_or_targeted_ads"]


@pytest.mark.parametrize(
    ("region", "names"),
    [
        (None, ["uspv1", "usnat", "usca"]),
        ("US", ["uspv1", "usnat", "usca"]),
        ("US-CA", ["usca"]),
        ("US-TX", ["usnat"]),
        ("ES-CA", ["usnat"]),
        ("DE", ["usnat"]),
    ],
)
def test_the_state_comes_before_the_nation(region: str | None, names: list[str]) -> None:
    read = read_gpp(f"{gpp_header([6, 7, 8])}~1YYN~{USNAT_IN}~{USCA_OUT}")
    assert [section.name for section in in_force(read, region=region)] == names


def test_the_old_text_counts_where_nothing_newer_does() -> None:
    read = read_gpp(f"{gpp_header([6, 8])}~1YYN~{USCA_IN}")
    assert opted_out(read, region="US-TX")
    assert not opted_out(read, region="US-CA")


def test_no_section_in_force_is_no_opt_out() -> None:
    read = read_gpp(f"{gpp_header([8])}~{USCA_OUT}")
    assert in_force(read, region="US-TX") == ()
    assert not opted_out(read, region="US-TX")


@pytest.mark.parametrize(
    ("fields", "out"),
    [
        ({"SaleOptOut": 1}, True),
        ({"SharingOptOut": 1}, True),
        ({"TargetedAdvertisingOptOut": 1}, True),
        ({"Gpc": True}, True),
        ({"OptOutSale": "Y"}, True),
        ({"OptOutSale": "-"}, False),
        ({"SaleOptOut": 0, "SharingOptOut": 2, "TargetedAdvertisingOptOut": 3, "Gpc": False}, False),
        ({"SaleOptOutNotice": 1, "MspaCoveredTransaction": 1}, False),
    ],
)
def test_any_one_opt_out_is_one(fields: dict[str, Any], out: bool) -> None:
    assert section_opts_out(Section("usca", fields)) is out


@pytest.mark.parametrize(("told", "refused"), [((0, 1), True), ((0, 2), False), (1, True), (2, False)])
def test_a_known_child_without_consent_is_refused(told: int | tuple[int, ...], refused: bool) -> None:
    assert refuses_for_child(Section("usca", {"KnownChildSensitiveDataConsents": told})) is refused
    assert not refuses_for_child(Section("usmd", {}))
