from __future__ import annotations

from datetime import date

import pytest

from consent.deciding import REGIONS, SHIPPED
from onebyone.consent.regions import BadRegions, read_regions, region_code

TODAY = date(2026, 11, 24)
A = """AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO AX GF GP MQ RE YT MF
    SJ GI GG JE IM AD MC SM VA FO GL CA-QC KR CN TR TH VN SA AE AR CL NG KE RS UA GE MD AL BA ME MK ZA IN"""
EXPECTED = {
    "A": A,
    "B": "GB CH BR",
    "C": "US-CA US-CO US-CT US-DE US-MD US-MN US-MT US-NE US-NH US-NJ US-OR US-TX",
    "D": "CA-ON US-VA US-UT US-IA US-TN US-IN US-KY US-RI US-FL US-OK US-LA US-AL US-VT US-NY US-WA",
    "N": "JP AU NZ SG MX IL UY PE EG",
}


@pytest.mark.parametrize(("name", "code"), [(name, code) for name, codes in EXPECTED.items() for code in codes.split()])
def test_a_region_has_the_profile_of_its_row(name: str, code: str) -> None:
    assert REGIONS.name_of(code, TODAY) == name


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("US-CO", date(2024, 6, 30), "D"), ("US-CO", date(2024, 7, 1), "C"), ("US-OR", date(2025, 12, 31), "D"),
        ("US-OR", date(2026, 1, 1), "C"), ("GB", date(2026, 2, 5), "B"), ("US", date(2020, 1, 1), "C"),
    ],
)  # fmt: skip
def test_a_row_holds_from_its_date(code: str, day: date, name: str) -> None:
    assert REGIONS.name_of(code, day) == name


def test_a_country_without_its_subdivision_has_the_strictest() -> None:
    assert (REGIONS.name_of("CA", TODAY), REGIONS.name_of("US", TODAY)) == ("A", "C")
    assert REGIONS.strictest == "A"


@pytest.mark.parametrize(
    ("country", "subdivision", "code"),
    [
        ("DE", "", "DE"), ("de", "", "DE"), ("US", "CA", "US-CA"), ("US", "US-CA", "US-CA"), ("us-ca", "", "US-CA"),
        ("XX", "", ""), ("T1", "", ""), ("", "", ""), ("Germany", "", ""), ("GB", "England", "GB"),
        ("CA", "qc", "CA-QC"),
    ],
)  # fmt: skip
def test_a_code_is_read_from_what_headers_say(country: str, subdivision: str, code: str) -> None:
    assert region_code(country, subdivision) == code


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b'"strictest_first": "ABCDN"', b'"strictest_first": "ABCD"', "each profile"),
        (b'"codes": "IS LI NO"', b'"codes": "Norway"', "no code"),
        (b'"profile": "N", "codes": "*"', b'"profile": "X", "codes": "*"', "no profile"),
        (b'"profile": "N", "codes": "*"', b'"profile": "N", "codes": "ZW"', "without a date"),
        (b"{", b"[", "Expected"),
    ],
)
def test_a_table_that_cannot_hold_is_refused_with_the_reason(old: bytes, new: bytes, says: str) -> None:
    with pytest.raises(BadRegions, match=says):
        read_regions(SHIPPED.read_bytes().replace(old, new, 1))
