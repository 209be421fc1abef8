"""Each platform's form of what customers say of themselves, row by row of the published vectors."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.destinations.user_data import (
    FIELDS,
    RULES,
    About,
    Platform,
    UserData,
    birthday,
    hashed,
    hashes,
    normalised,
    phone,
    sha256,
)

VECTORS = json.loads((Path(__file__).parents[1] / "golden/vectors/user_data.json").read_text())
EMPTY = hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: f"{row['platform']}-{row['field']}-{row['input'].strip()}")
def test_every_vector(row: dict[str, Any]) -> None:
    about = About(region=row.get("context", {}).get("default_region", ""))
    asked = (row["platform"], row["field"], row["input"], about)
    assert normalised(*asked) == row["normalised"]
    if row["sha256"] is not None:
        assert hashed(*asked) == row["sha256"]


@pytest.mark.parametrize(
    ("said", "region", "expected"),
    [
        ("٠٢٠ ٧٩٤٦ ٠٩٥٨", "GB", "+442079460958"),  # any script's digits
        ("020 7946 0958 ext. 9", "GB", "+442079460958"),
        ("011 44 20 7946 0958", "US", "+442079460958"),  # the region's own way to dial abroad
        ("16505551212", "", "+16505551212"),  # digits with the country's code
        ("1-650-555-1212#9", "", "+16505551212"),
        ("6505551212", "ZZ", "+6505551212"),  # a region that is none is no region
        ("000123", "", None),
        ("0000441234567", "", None),
        ("٠٠٤٤ ٢٠ ٧٩٤٦ ٠٩٥٨", "", "+442079460958"),
        ("+1", "", None),
        ("+1 2345", "", None),
        ("+999 123456789", "", None),
    ],
)
def test_phones(said: str, region: str, expected: str | None) -> None:
    assert phone(said, About(region=region)) == expected


@pytest.mark.parametrize(
    ("platform", "field", "said", "expected"),
    [
        ("pinterest", "zip", "K1A 0B1", "101"),
        ("pinterest", "state", "Bayern", None),
        ("pinterest", "gender", "non-binary", "n"),
        ("tiktok", "city", "St. Louis", "stlouis"),
        ("tiktok", "zip", "M1 1AE", "m11ae"),
        ("tiktok", "external_id", " User-1 ", "user-1"),
        ("meta", "state", "District of Columbia", "dc"),
        ("meta", "state", "Québec", "qc"),
        ("meta", "city", "1234", None),
        ("meta", "zip", "9-", None),
        ("meta", "country", "Côte d'Ivoire", "ci"),
        ("reddit", "email", "+tag@example.com", None),
        ("google", "email", "+tag@gmail.com", None),
        ("microsoft", "email", "nobody", None),
        ("reddit", "email", "nobody", None),
        ("linkedin", "phone", "+1 650 555 1212", None),  # no identifier there
        ("meta", "email", "a@b", None),
        ("meta", "email", "a@b@c.de", None),
        ("meta", "email", "a@b..de", None),
    ],
)
def test_rules_beside_the_vectors(platform: Platform, field: str, said: str, expected: str | None) -> None:
    assert normalised(platform, field, said) == expected


@pytest.mark.parametrize("said", ["1.2.3", "31.31.1997", "1899-01-01", "2027-01-01", "19970230", "1997", "40 1997 1"])
def test_days_that_nobody_was_born_on(said: str) -> None:
    assert birthday(said, About(year=2026)) is None


def test_a_us_zip_of_nine_digits_keeps_five() -> None:
    found = hashes("meta", UserData(zip="940351234", country="USA"), 2026)
    assert found["zip"] == sha256("94035")


def test_the_hash_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        sha256("")


def test_user_data_shows_no_values() -> None:
    assert repr(UserData(email="jane@example.com", zip="1")) == "UserData(email, zip)"


@given(st.sampled_from(sorted(RULES)), st.sampled_from(FIELDS), st.text(max_size=30))
def test_nothing_that_is_said_becomes_the_hash_of_nothing(platform: Platform, field: str, said: str) -> None:
    found = hashed(platform, field, said)
    assert found is None or (len(found) == 64 and found != EMPTY)
