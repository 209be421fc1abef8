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


def test_the_page_shows_shares_and_a_persons_choices(place: Place, admin: TestClient[Litestar]) -> None:
    body = {"processing": {"purposes": [{"name": "analytics", "state": "given"}]}, "events": [{"state": "given"}]}
    place.records.note(
        Draft(
            site=place.site.id,
            id="r1",
            at_ms=1_794_470_000_000,
            body=body | {"region": "DE", "button": "save"},
            chosen={"analytics": True},
            known_by=(("consent", "p1"),),
        )
    )
    place.records.commit()
    page = admin.get(f"/s/{place.site.id}/consent").text
    assert "69" in page and "Germany" in page and "Klaro, as the person chose" in page and "r1" in page
    assert "r1" in admin.get(f"/s/{place.site.id}/consent?person=p1").text
    assert "No choice of that person" in admin.get(f"/s/{place.site.id}/consent?person=p2").text
    assert admin.get(f"/s/{place.site.id}/consent.csv").text.startswith("date,")
