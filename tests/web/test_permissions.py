from __future__ import annotations

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.event import Permission
from onebyone.state.consent_records import Draft
from onebyone.web import permissions
from web.fakes import Place


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"permissions": 0}, ""),
        (
            {"permissions": 249, "consent_source": "user", "region": "DE", "withheld": ""},
            "Decided by the person, in Germany.",
        ),
        (
            {"permissions": 1, "consent_source": "cmp:klaro", "region": "US-CA", "withheld": "ping"},
            "Decided by Klaro, as the person chose, in United States (US-CA). "
            "Kept as one event without any identifier.",
        ),
        (
            {"permissions": 129, "consent_source": "region_default", "region": "", "withheld": "count"},
            "Decided by default of the place, in a place that nobody knows. "
            "Counted as a page view of a country, and no more is known of it.",
        ),
    ],
)
def test_a_decision_is_told_in_a_sentence(row: dict[str, object], says: str) -> None:
    assert permissions.note_of(row) == says


def test_security_is_no_choice_and_every_other_permission_has_a_name() -> None:
    assert set(permissions.NAMES) == set(Permission) - {Permission.SECURITY}
    granted = {
        one.name for one in permissions.of_bits(Permission.ANALYTICS.bit | Permission.SECURITY.bit) if one.granted
    }
    assert granted == {"Statistics"}


def choose(place: Place, id: str, *granted: Permission, person: str = "p1") -> None:
    body = {"processing": {"purposes": [{"name": "analytics", "state": "given"}]}, "events": [{"state": "given"}]}
    place.records.note(
        Draft(
            site=place.site.id,
            id=id,
            at_ms=1_794_470_000_000,
            body=body | {"region": "DE", "button": "save", "permissions_after": sum(one.bit for one in granted)},
            chosen={"granted": granted},
            known_by=(("consent", person),),
        )
    )
    place.records.commit()


def test_the_page_shows_shares_and_a_persons_choices(place: Place, admin: TestClient[Litestar]) -> None:
    choose(place, "r1", Permission.ANALYTICS)
    page = admin.get(f"/s/{place.site.id}/consent").text
    assert "69" in page and "Germany" in page and "Klaro, as the person chose" in page and "r1" in page
    one = admin.get(f"/s/{place.site.id}/consent?person=p1").text
    assert "r1" in one and "No ad platform has taken a conversion of this person." in one
    assert "No choice of that person" in admin.get(f"/s/{place.site.id}/consent?person=p2").text
    assert admin.get(f"/s/{place.site.id}/consent.csv").text.startswith("date,")


def test_the_choices_of_one_tell_what_had_been_sent_before(place: Place, admin: TestClient[Litestar]) -> None:
    choose(place, "r1", Permission.ADS_SHARE, person="anna")
    assert (
        "Already sent of this person: meta (3 conversions)."
        in admin.get(f"/s/{place.site.id}/consent?person=anna").text
    )
    told = admin.get(f"/api/v1/sites/{place.site.id}/consent-records?person=anna").json()
    assert told["already_sent"] == {"meta": 3}


def test_the_api_tells_the_choices_of_a_site_and_of_a_browser(place: Place, admin: TestClient[Litestar]) -> None:
    choose(place, "r1", Permission.ANALYTICS)
    choose(place, "r2", Permission.ANALYTICS, Permission.ADS_SHARE)
    choose(place, "r3", person="p2")
    address = f"/api/v1/sites/{place.site.id}/consent-records"
    first = admin.get(address, params={"limit": 2}).json()
    assert [row["record"] for row in first["rows"]] == ["r3", "r2"] and first["before"] == 2
    rest = admin.get(address, params={"limit": 2, "before": 2}).json()
    assert [row["record"] for row in rest["rows"]] == ["r1"] and rest["before"] is None
    assert [admin.get(address, params={"before": 2**63 - n}).status_code for n in (1, 0)] == [200, 400]
    (last, before) = admin.get(address, params={"person": "p1"}).json()["rows"]
    assert (before["permissions_before"], last["permissions_before"]) == (None, ["analytics"])
    assert set(last["permissions_after"]) == {"analytics", "ads_share"} and last["body"]["region"] == "DE"
    assert admin.get(address, params={"person": "p9"}).json()["rows"] == []


def test_a_viewer_sees_no_single_choice(place: Place, viewer: TestClient[Litestar]) -> None:
    assert viewer.get(f"/api/v1/sites/{place.site.id}/consent-records").status_code == 403
