"""Imported claims replace what they overlap, and stay with their site."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from onebyone.state.platform_claims import Imported, PlatformClaims, Row

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
IMPORTED = Imported(platform="meta", file="a.csv", by="me", at_ms=1, rows=1, first=FIRST, last=LAST)
MONTH = Row("autumn", FIRST, LAST, b"month")


@pytest.fixture
def claims(engine: Engine) -> PlatformClaims:
    return PlatformClaims(engine)


def bodies(claims: PlatformClaims, site: str = "s1") -> list[bytes]:
    return [body for _, body in claims.rows(site)]


def test_the_same_file_again_adds_nothing(claims: PlatformClaims) -> None:
    assert claims.put("s1", [MONTH], IMPORTED).replaced == 0
    done = claims.put("s1", [MONTH], IMPORTED)
    assert (done.number, done.replaced, bodies(claims)) == (2, 1, [b"month"])


def test_an_overlapping_period_replaces_and_another_does_not(claims: PlatformClaims) -> None:
    claims.put("s1", [MONTH], IMPORTED)
    later = Row("autumn", date(2026, 12, 1), date(2026, 12, 31), b"later")
    assert claims.put("s1", [later, Row("winter", FIRST, LAST, b"winter")], IMPORTED).replaced == 0
    assert claims.put("s1", [Row("autumn", LAST, LAST, b"day")], IMPORTED).replaced == 1
    assert bodies(claims) == [b"later", b"winter", b"day"]


def test_another_platform_and_another_site_keep_theirs(claims: PlatformClaims) -> None:
    claims.put("s1", [MONTH], IMPORTED)
    claims.put("s2", [MONTH], IMPORTED)
    claims.put("s1", [MONTH], replace(IMPORTED, platform="tiktok"))
    assert (len(bodies(claims)), len(bodies(claims, "s2"))) == (2, 1)
    assert claims.rows("nobody") == [] and claims.imports("nobody") == []


def test_an_import_can_be_forgotten_once(claims: PlatformClaims) -> None:
    number = claims.put("s1", [MONTH], IMPORTED).number
    assert not claims.forget("s2", number)
    assert claims.forget("s1", number) and not claims.forget("s1", number)
    assert bodies(claims) == []


def test_mappings_and_matches_are_kept_for_each_site(claims: PlatformClaims) -> None:
    claims.remember("s1", "a\x1fb", {"platform": "x"})
    claims.remember("s1", "a\x1fb", {"platform": "y"})
    assert claims.mappings("s1") == {"a\x1fb": {"platform": "y"}} and claims.mappings("s2") == {}
    claims.say("s1", "meta", "Autumn", "autumn-26", now_ms=1)
    assert claims.said("s1") == {"meta": {"Autumn": "autumn-26"}} and claims.said("s2") == {}
    claims.say("s1", "meta", "Autumn", "", now_ms=2)
    assert claims.said("s1") == {}
