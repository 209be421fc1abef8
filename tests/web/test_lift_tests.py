from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from app.test_cli_lift import csv_of
from onebyone.web.lift_tests import MOST
from web.fakes import Place
from web.month import NOW
from web.pages import form_secret

Client = TestClient[Litestar]
TEST: dict[str, Any] = {
    "name": "E-mail held out", "by": "channel", "label": "Email", "event": "purchase", "first_day": "2026-10-14",
    "last_day": "2026-11-12", "added": "120", "low": "-12.5", "high": "200",
}  # fmt: skip


def kept(place: Place, admin: Client, **changed: str) -> Any:
    form = {"_csrf": form_secret(admin)} | TEST | changed
    return admin.post(f"/s/{place.site.id}/lift-tests", data=form, follow_redirects=False)


def test_a_kept_test_is_listed_and_opens_beside_the_models_in_its_days(place: Place, admin: Client) -> None:
    to = kept(place, admin).headers["location"]
    assert to.endswith("?from=2026-10-14&to=2026-11-12&lifted=Email&added=120&low=-12.5&high=200#lift")
    assert "Email added 120 orders by the test, 95% interval −12 to 200" in admin.get(to).text
    page = admin.get(f"/s/{place.site.id}/attribution").text
    assert "E-mail held out</a>" in page and "120 orders" in page and "Email (channel)" in page
    assert place.users.trail(place.site.id)[0].what == "lift_test_kept"


def test_one_that_was_removed_can_be_put_back_for_an_hour(place: Place, admin: Client) -> None:
    kept(place, admin)
    (test,) = place.lift_tests.all(place.site.id)
    address, form = f"/s/{place.site.id}/lift-tests/{test.id}", {"_csrf": form_secret(admin)}
    admin.post(address, data=form | {"to": "removed"})
    assert ">Put back</button>" in admin.get(f"/s/{place.site.id}/attribution").text
    assert admin.get(f"/api/v1/sites/{place.site.id}/lift-tests").json() == []
    admin.post(address, data=form | {"to": "back"})
    assert ">Remove</button>" in admin.get(f"/s/{place.site.id}/attribution").text
    assert admin.post(address, data=form | {"to": "heaven"}).status_code == 404
    removed = place.lift_tests.find(place.site.id, test.id)
    assert removed is not None
    place.lift_tests.set_removed(removed, int((NOW - timedelta(hours=2)).timestamp() * 1000))
    assert "E-mail held out" not in admin.get(f"/s/{place.site.id}/attribution").text
    kept(place, admin, name="Another")
    assert [one.name for one in place.lift_tests.all(place.site.id)] == ["Another"]


@pytest.mark.parametrize(
    "changed",
    [
        {"name": " "}, {"name": "x" * 81}, {"by": "person"}, {"label": ""}, {"event": "page_view"},
        {"first_day": "soon"}, {"last_day": "2026-10-13"}, {"low": "121"}, {"high": "nan"}, {"added": "many"},
    ],
)  # fmt: skip
def test_what_is_no_test_is_not_kept(place: Place, admin: Client, changed: dict[str, str]) -> None:
    assert kept(place, admin, **changed).status_code == 400
    assert place.lift_tests.all(place.site.id) == []


def test_a_site_keeps_so_many(place: Place, admin: Client) -> None:
    kept(place, admin)
    (one,) = place.lift_tests.all(place.site.id)
    for _ in range(MOST - 1):
        place.lift_tests.add(place.site.id, one, by="admin", now_ms=1)
    assert f"{MOST} lift tests are the most" in kept(place, admin).text


def test_programs_keep_and_remove_them(place: Place, admin: Client) -> None:
    api = f"/api/v1/sites/{place.site.id}/lift-tests"
    token = {"Authorization": f"Bearer {place.users.add_token(place.users.first_admin().id, 'ci')}"}
    body = TEST | {"added": 120, "low": 40, "high": 200.5}
    assert admin.post(api, json=body).status_code == 403  # a form of another page could send this
    one = admin.post(api, json=body, headers=token)
    assert one.status_code == 201 and one.json()["high"] == 200.5
    assert admin.post(api, json=body | {"low": 121}, headers=token).status_code == 400
    assert [found["id"] for found in admin.get(api).json()] == [one.json()["id"]]
    gone = [admin.delete(f"{api}/{one.json()['id']}", headers=token).status_code for _ in range(2)]
    assert gone == [204, 404] and admin.get(api).json() == []


def test_who_only_reads_changes_none(place: Place, viewer: Client) -> None:
    assert kept(place, viewer).status_code == 403


FACTORS = {f"r{n:02}": 1 + n % 5 / 100 for n in range(20)} | {"north": 1.3}


def measured(place: Place, admin: Client, **fields: str) -> Any:
    asked = {"rows": csv_of(FACTORS), "test": "north", "start": "2026-W09", "spend": "", "event": "sign_up"}
    return admin.post(
        f"/s/{place.site.id}/experiments/regions/measure", data={"_csrf": form_secret(admin)} | asked | fields
    )


def test_regions_are_measured_from_pasted_rows_and_the_test_can_be_kept(place: Place, admin: Client) -> None:
    page = measured(place, admin, spend="1000").text
    assert "north: +27.5% while it ran" in page and "sign-ups added" in page and "€8.9" in page
    fields = dict(re.findall(r'name="(event|added|low|high)" value="([^"]*)"', page))
    assert fields["event"] == "sign_up" and 0 < float(fields["low"]) < float(fields["added"]) < float(fields["high"])
    assert kept(place, admin, **fields).headers["location"].count("event=sign_up") == 1


def test_a_file_and_rows_of_a_spreadsheet_do_as_well(place: Place, admin: Client) -> None:
    tabs = csv_of(FACTORS).replace(",", "\t").replace("region", "\ufeffRegion")
    address = f"/s/{place.site.id}/experiments/regions/measure"
    form = {"_csrf": form_secret(admin), "test": "north"}
    file = {"file": ("a.tsv", tabs.encode(), "text/plain")}
    sent = admin.post(address, data=form | {"start": "2026-W09", "event": "purchase"}, files=file)
    assert "north: +27.5% while it ran" in sent.text
    wrong = {"file": ("a.csv", b"\xff\xfe", "text/csv")}
    assert "no text in UTF-8" in admin.post(address, data=form, files=wrong).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rows": " "}, "Paste the rows"),
        ({"rows": "a,b\n1,2"}, "There is no column region, period, conversions."),
        ({"start": "2026-W99"}, "There is no period “2026-W99”. They go from 2026-W01 to 2026-W12."),
        ({"start": "2026-W03"}, "2 periods before the campaign: at least 8 are needed."),
        ({"test": "moon"}, "There must be regions with the campaign and regions without"),
        ({"spend": "much"}, "an amount of money"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_words(
    place: Place, admin: Client, fields: dict[str, str], said: str
) -> None:
    answer = measured(place, admin, **fields)
    assert answer.status_code == 400 and said in answer.text and "Nothing was measured" in answer.text


def test_with_few_regions_there_is_no_interval_and_nothing_to_keep(place: Place, admin: Client) -> None:
    page = measured(place, admin, rows=csv_of({"north": 1.2, "south": 1.0, "east": 1.1})).text
    assert "no interval" in page and "Keep this test" not in page and "name more regions" in page
