"""The JSON API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.reports.catalogue import COMMON, DIRECTORY, read_report
from onebyone.state.users import Role
from onebyone.web.api import ReportName
from onebyone.web.waiting import WaitingHit
from web.fakes import Place

Client = TestClient[Litestar]
PROBLEM = "application/problem+json"


@pytest.fixture
def reader(place: Place, visitor: Client) -> Iterator[Client]:
    """With a bearer token of somebody who may read the one site."""
    user = place.users.add("grafana", {place.site.id: Role.VIEWER})
    visitor.headers["authorization"] = f"Bearer {place.users.add_token(user.id, 'test')}"
    yield visitor


def test_sites_are_those_one_may_see(place: Place, reader: Client) -> None:
    place.sites.add("Other", ["https://other.example"])
    assert [site["name"] for site in reader.get("/api/v1/sites").json()] == ["Nordlight"]


def test_a_report_takes_the_keys_of_the_pages(place: Place, reader: Client) -> None:
    answer = reader.get(f"/api/v1/sites/{place.site.id}/overview", params={"from": "2026-11-01", "to": "2026-11-03"})
    body = answer.json()
    assert (body["first_day"], body["last_day"], body["currency"]) == ("2026-11-01", "2026-11-03", "EUR")
    assert [row["day"] for row in body["rows"]] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    name, params = place.reports.asked[-1]
    assert name == "overview" and params["site"] == place.site.id and params["limit"] == 1000


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("overview?chanel=x", 400, "Did you mean"),
        ("overview?period=fortnight", 400, "is no period"),
        ("overvieww", 400, "report: Invalid enum value"),
        ("overview?limit=0", 400, "limit: "),
        ("fate/NL-9", 404, "No record of NL-9"),
    ],
)
def test_what_cannot_be_answered_is_told_as_a_problem(
    place: Place, reader: Client, path: str, status: int, said: str
) -> None:
    answer = reader.get(f"/api/v1/sites/{place.site.id}/{path}")
    assert answer.status_code == status and answer.headers["content-type"] == PROBLEM
    assert said in answer.json()["detail"] and answer.json()["status"] == status


def test_without_a_token_it_is_told_how_to_sign_in(visitor: Client) -> None:
    answer = visitor.get("/api/v1/sites")
    assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
    assert visitor.get("/api/v1/sites", headers={"authorization": "Bearer nonsense"}).status_code == 401


def test_another_site_is_closed_and_an_unknown_one_is_not_there(place: Place, reader: Client) -> None:
    other = place.sites.add("Other", ["https://other.example"])
    assert reader.get(f"/api/v1/sites/{other.id}/overview").status_code == 403
    assert reader.get("/api/v1/sites/nothing/overview").status_code == 404


def test_a_silent_store_is_unavailable_not_empty(place: Place, reader: Client) -> None:
    place.reports.down.add("*")
    assert reader.get(f"/api/v1/sites/{place.site.id}/overview").status_code == 503
    assert reader.get(f"/api/v1/sites/{place.site.id}/fate/NL-48213").status_code == 503


def test_a_fate_has_every_sighting_and_its_visitor_as_text(place: Place, reader: Client) -> None:
    body = reader.get(f"/api/v1/sites/{place.site.id}/fate/NL-48213").json()
    assert body["state"] == "stored" and len(body["events"]) == 1 and len(body["drops"]) == 4
    assert body["events"][0]["visitor"] == "11234567890123456789"


def test_a_hit_that_waits_says_so(place: Place, reader: Client) -> None:
    place.waiting.hits["h1"] = WaitingHit("h1", place.site.id, 1_790_000_000_000, "tag", 2)
    assert reader.get(f"/api/v1/sites/{place.site.id}/fate/h1").json()["state"] == "waiting"


def test_live_answers_behind_a_cursor(place: Place, reader: Client) -> None:
    first = reader.get(f"/api/v1/sites/{place.site.id}/live").json()["rows"]
    assert first[0]["name"] == "page_view" and len(first) == 12
    after = {"after_at": first[0]["received_at"], "after_hit": first[0]["hit"], "after_n": first[0]["n"]}
    assert reader.get(f"/api/v1/sites/{place.site.id}/live", params=after).json()["rows"] == []


def test_a_bearer_token_opens_no_page(place: Place, reader: Client) -> None:
    assert reader.get("/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("report", ReportName.__args__)  # type: ignore[attr-defined]
def test_every_report_of_the_list_asks_for_nothing_more_than_an_address_says(report: str) -> None:
    assert set(read_report(DIRECTORY / f"{report}.sql").params) <= COMMON
