"""`onebyone consent decode`: for a program exactly the vectors' shapes, for a person words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from consent import encoder
from consent.encoder import gpp_header, number, text, vectors
from consent.examples import a_core, a_tc
from onebyone.app.cli_consent import consent
from onebyone.consent.ids import Ids
from onebyone.consent.tcf import PublisherTc, Restriction

TCF, GPP = vectors("tcf.json"), vectors("gpp.json")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(consent, ["decode", *arguments], catch_exceptions=False)


def as_json(text: str, code: int = 0) -> dict[str, Any]:
    done = run(text, "--json")
    assert done.exit_code == code
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("row", TCF["valid"], ids=lambda row: row["name"])
def test_a_tc_string_is_told_exactly_as_the_vectors_tell_it(row: dict[str, Any]) -> None:
    told = as_json(row["tc_string"])
    flags = told.pop("flags")
    assert told == row["expect"]
    assert [flag for flag in flags if flag != "stale"] == row["compliance_flags"]


def test_a_string_of_2023_is_stale() -> None:
    row = next(row for row in TCF["valid"] if row["name"] == "stale_string_2023")
    assert "stale" in as_json(row["tc_string"])["flags"]


@pytest.mark.parametrize("row", TCF["lenient"], ids=lambda row: row["name"])
def test_a_warning_is_told_among_the_flags(row: dict[str, Any]) -> None:
    assert row["warning"] in as_json(row["tc_string"])["flags"]


@pytest.mark.parametrize("row", TCF["invalid"], ids=lambda row: row["name"])
def test_what_cannot_be_read_is_told_by_its_code(row: dict[str, Any]) -> None:
    if row["name"] == "gpp_string_given_as_tc":  # what is no TC string may be something else
        assert as_json(row["tc_string"])["section_ids"] == [2]
    else:
        assert as_json(row["tc_string"], code=1) == {"error": row["expect_error"]}


@pytest.mark.parametrize("row", GPP["strings"], ids=lambda row: row["name"])
def test_a_gpp_string_is_told_exactly_as_the_vectors_tell_it(row: dict[str, Any]) -> None:
    assert as_json(row["gpp"]) == {
        "section_ids": row["section_ids"],
        "sections": row["sections"],
        "opted_out": row["expect_opt_out_of_sale_or_targeted_ads"],
    }


def test_a_section_that_cannot_be_read_is_told_beside_the_others() -> None:
    told = as_json(f"{gpp_header([6, 8])}~1YYN~BUU")
    assert told["errors"] == {"usca": "truncated"}
    assert told["opted_out"] is True


def test_the_short_signals_are_told_as_objects() -> None:
    assert as_json("G10-") == {"kind": "gcs", "ad_storage": "denied", "analytics_storage": "unset"}
    assert as_json("1YYN") == {
        "kind": "us_privacy",
        "version": 1,
        "notice": "Y",
        "opt_out_sale": "Y",
        "lspa_covered": "N",
        "opted_out": True,
    }
    gcd = as_json("13r3t3l3u5l1")
    assert gcd["ad_storage"] == {"letter": "r", "default": "denied", "update": "granted", "effective": "granted"}
    assert (gcd["kind"], gcd["digits"], gcd["tail"]) == ("gcd", "33335", "l1")


def test_a_text_that_begins_with_a_dash_is_a_text() -> None:
    assert as_json("-abc", code=1) == {"error": "unsupported_version"}


def test_a_person_is_told_why_it_cannot_be_read() -> None:
    done = run("hello")
    assert (done.exit_code, done.stdout) == (1, "Not readable: unsupported_version.\n")


def words(text: str) -> str:
    done = run(text)
    assert done.exit_code == 0
    return " ".join(done.stdout.split())


def test_a_person_is_told_purposes_vendors_and_flags_by_name() -> None:
    core = replace(
        a_core(),
        special_feature_opt_ins=(1, 5),
        purpose_one_treatment=True,
        vendor_consents=Ids.of_ranges((id, id) for id in range(1, 40, 2)),
        publisher_restrictions=(
            Restriction(7, 0, Ids.of_ranges([(8, 10)])),
            Restriction(2, 3, Ids()),
        ),
    )
    publisher = PublisherTc((1, 8), (9,), 4, (1, 3), ())
    told = words(encoder.tcf(replace(a_tc(), core=core, publisher_tc=publisher, disclosed_vendors=None)))
    for part in (
        "7 measure advertising performance yes yes",
        "3 create profiles for personalised advertising yes not possible",
        "Purpose 1 was not shown",
        "1 precise geolocation, 5 unknown.",
        "Vendors with consent: 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and 8 more ranges (20 in all).",
        "restricts purpose 7: not allowed, for vendors 8–10 (3 in all).",
        "restricts purpose 2: undefined, so not allowed, for vendors none.",
        "Of 4 custom purposes: consent 1, 3 (2 in all), legitimate interest none.",
        "Flag disclosed_vendors_missing: does not say which vendors were shown",
    ):
        assert part in told


def test_a_person_is_told_that_an_invalid_string_allows_nothing() -> None:
    core = replace(a_core(), is_service_specific=False)
    assert "It allows nothing" in words(encoder.tcf(replace(a_tc(), core=core)))


def test_a_person_is_told_each_section_of_a_gpp_string() -> None:
    tcf = "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"
    usca = text(number(1, 6) + "0101000110" + "000100000000001100" + "0000" + "00" + "100000") + ".YA"
    told = words(f"{gpp_header([2, 5, 6, 8, 9])}~{tcf}~x~1Y-N~{usca}~A")
    for part in (
        "GPP string. Sections: tcfeuv2, tcfcav1, uspv1, usca, usva. The visitor opted out of sale",
        "SaleOptOut opted out",
        "SharingOptOut did not opt out",
        "SaleOptOutNotice given",
        "SensitiveDataProcessing refused (2), undefined (8)",
        "MspaCoveredTransaction no",
        "Gpc yes",
        "OptOutSale does not apply",
        "Section 5 is of a kind that is not read here.",
        "Section usva is not readable: unsupported_version.",
        "Section tcfeuv2 TC string of the IAB framework",
    ):
        assert part in told
    assert "SensitiveDataLimitUseNotice" not in told  # it does not apply


def test_a_person_is_told_the_short_signals_in_words() -> None:
    assert "analytics_storage denied" in words("G110")
    assert "The visitor opted out" in words("1YYN")
    assert "ad_user_data t granted unset granted" in words("13t3t3t3t5l1")
    assert "Unset counts as denied" in words("13l3l3l3l1")
