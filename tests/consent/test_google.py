from __future__ import annotations

from itertools import product

import pytest

from onebyone.consent.bits import MAX_LENGTH
from onebyone.consent.google import Choice, Gcd, Gcs, read_gcd, read_gcs
from onebyone.consent.unreadable import Code, Unreadable

GRANTED, DENIED, UNSET = Choice.GRANTED, Choice.DENIED, Choice.UNSET
LETTERS = {  # default, update, effective
    "l": (UNSET, UNSET, UNSET),
    "p": (DENIED, UNSET, DENIED),
    "q": (DENIED, DENIED, DENIED),
    "r": (DENIED, GRANTED, GRANTED),
    "m": (UNSET, DENIED, DENIED),
    "n": (UNSET, GRANTED, GRANTED),
    "t": (GRANTED, UNSET, GRANTED),
    "u": (GRANTED, DENIED, DENIED),
    "v": (GRANTED, GRANTED, GRANTED),
}


def gcs_text(gcs: Gcs) -> str:
    marks = {GRANTED: "1", DENIED: "0", UNSET: "-"}
    return f"G1{marks[gcs.ad_storage]}{marks[gcs.analytics_storage]}"


def gcd_text(gcd: Gcd) -> str:
    told = (gcd.ad_storage, gcd.analytics_storage, gcd.ad_user_data, gcd.ad_personalization)
    pairs = (one.letter + digit for one, digit in zip(told, gcd.digits[1:], strict=True))
    return f"1{gcd.digits[0]}{''.join(pairs)}{gcd.tail}"


@pytest.mark.parametrize(("ads", "analytics"), [*product("10-", "10-")])
def test_gcs_round_trips(ads: str, analytics: str) -> None:
    assert gcs_text(read_gcs(f"G1{ads}{analytics}")) == f"G1{ads}{analytics}"


def test_gcs_names_ads_before_analytics() -> None:
    assert read_gcs("G110") == Gcs(ad_storage=GRANTED, analytics_storage=DENIED)


@pytest.mark.parametrize("letter", [*LETTERS, "a", "z"])
def test_a_letter_of_gcd_has_its_meaning_and_an_unknown_one_is_unset(letter: str) -> None:
    told = read_gcd(f"13l3l3{letter}3l1l1").ad_user_data
    assert (told.default, told.update, told.effective) == LETTERS.get(letter, (UNSET, UNSET, UNSET))


@pytest.mark.parametrize(
    "seen", ["11p1p1p1p5", "13l3l3l3l1", "13l3l3l3l1l1", "13t3t3t3t5l1", "13t3t3t2t5l1", "13q3r3u3n7a1b2"]
)
def test_gcd_keeps_all_it_does_not_understand(seen: str) -> None:
    assert gcd_text(read_gcd(seen)) == seen


def test_gcd_names_its_four_in_order() -> None:
    gcd = read_gcd("13p3t3q3v1")
    assert [one.effective for one in (gcd.ad_storage, gcd.analytics_storage, gcd.ad_user_data)] == [
        DENIED,
        GRANTED,
        DENIED,
    ]
    assert gcd.ad_personalization.effective is GRANTED


@pytest.mark.parametrize("text", ["G1", "G1111", "g100", "G12-", "G111\n"])
def test_what_is_no_gcs_is_refused(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_gcs(text)
    assert refused.value.code is Code.NOT_A_GCS_STRING


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", Code.EMPTY),
        ("1", Code.NOT_A_GCD_STRING),
        ("13l3l3l3l", Code.NOT_A_GCD_STRING),
        ("13L3l3l3l1", Code.NOT_A_GCD_STRING),
        ("13l3l3l3l1x", Code.NOT_A_GCD_STRING),
        ("13l3l3l3l1\n", Code.NOT_A_GCD_STRING),
        ("1٣l3l3l3l1", Code.NOT_A_GCD_STRING),
        ("13" + "l3" * MAX_LENGTH, Code.TOO_LONG),
    ],
)
def test_what_is_no_gcd_is_refused(text: str, code: Code) -> None:
    with pytest.raises(Unreadable) as refused:
        read_gcd(text)
    assert refused.value.code is code
