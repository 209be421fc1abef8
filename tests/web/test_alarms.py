"""The page of alarms: set one, try it, change it, remove it; who may, and what is said of each."""

from __future__ import annotations

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.state.alarms import Alarm, Kind, Standing, Told, What
from onebyone.state.destinations import Configured
from onebyone.web.alarm_form import KINDS
from onebyone.web.alarm_words import NOTICES
from web.fakes import Place
from web.month import NOW
from web.pages import form_secret

Client = TestClient[Litestar]
NOW_MS = int(NOW.timestamp() * 1000)
GOOD = {"kind": "block_rate", "name": "Too much missed", "event": "purchase", "limit": "35", "hours": "168"}


def an_alarm(place: Place, **given: str) -> Alarm:
    found = Alarm(
        site=place.site.id, id="", name=given.get("name", "Too much missed"), kind=Kind.BLOCK_RATE, limit=35.0,
        to=("ops@nordlight.example",), created_ms=1,
    )  # fmt: skip
    return place.alarms.put(found)


def post(client: Client, place: Place, what: str, **form: str) -> tuple[int, str]:
    at = f"/s/{place.site.id}/alarms/{what}"
    answer = client.post(at, data={"_csrf": form_secret(client)} | form, follow_redirects=True)
    return answer.status_code, answer.text


def test_every_kind_and_every_line_of_the_history_has_its_words() -> None:
    assert set(KINDS) == set(Kind) and set(NOTICES) == set(What)


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_has_a_form(place: Place, admin: Client, kind: Kind) -> None:
    html = admin.get(f"/s/{place.site.id}/settings/alarms?kind={kind}").text
    assert KINDS[kind].about in html and ('name="event"' in html) == (KINDS[kind].of == "event")


def test_an_empty_page_says_what_an_alarm_is_for(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/settings/alarms?kind=nonsense&alarm=none").text
    assert "An alarm looks by itself" in html and "Nothing was raised yet" in html


def test_an_alarm_is_set_and_its_webhook_s_secret_shown_once(place: Place, admin: Client) -> None:
    status, html = post(admin, place, "save", **GOOD, to="ops@a.example, lea@a.example", url="https://hooks.example/x")
    (alarm,) = place.alarms.all(place.site.id)
    assert (status, alarm.to, alarm.limit) == (200, ("ops@a.example", "lea@a.example"), 35.0)
    assert place.alarms.secret(alarm) in html
    assert place.alarms.secret(alarm) not in admin.get(f"/s/{place.site.id}/settings/alarms?alarm={alarm.id}").text
    changed = GOOD | {"id": alarm.id, "limit": "40,5", "to": "ops@a.example", "url": alarm.url}
    assert place.alarms.secret(alarm) not in post(admin, place, "save", **changed)[1]
    assert [one.limit for one in place.alarms.all(place.site.id)] == [40.5]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "Give it a name"), ({"limit": "much"}, "0 to 100"), ({"limit": "nan"}, "0 to 100"),
        ({"hours": "0"}, "Write hours"), ({"hours": "1e2"}, "Write hours"), ({"hours": "²"}, "Write hours"),
        ({"event": "a b"}, "name of an event"), ({"to": "nobody"}, "addresses like"), ({"to": ""}, "nobody hears"),
        ({"to": "a@b.example\r\nBcc: c@d.example"}, "addresses like"),
        ({"url": "ftp://x.example"}, "begins with https"), ({"url": "https://[x"}, "begins with https"),
        ({"kind": "destination_fails", "destination": "meta"}, "Choose a destination"),
        ({"to": ",".join(f"a{n}@b.example" for n in range(11))}, "10 addresses"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_not_saved(place: Place, admin: Client, change: dict[str, str], says: str) -> None:
    status, html = post(admin, place, "save", **(GOOD | {"to": "ops@a.example"} | change))
    assert (status, place.alarms.all(place.site.id)) == (400, [])
    assert says in html


def test_an_alarm_of_a_destination_names_one_that_is_there(place: Place, admin: Client) -> None:
    place.destinations.put(Configured(site=place.site.id, name="meta"), {})
    form = GOOD | {"kind": "match_rate", "destination": "meta", "to": "ops@a.example"}
    assert post(admin, place, "save", **form)[0] == 200
    assert place.alarms.all(place.site.id)[0].destination == "meta"


def test_a_test_says_by_which_way_it_left_or_why_not(place: Place, admin: Client) -> None:
    alarm = an_alarm(place)
    status, html = post(admin, place, f"{alarm.id}/test")
    assert (status, place.alarms_tried) == (200, [alarm]) and "A test left by e-mail" in html
    place.ways = [("webhook", "It answered 500.")]
    status, html = post(admin, place, f"{alarm.id}/test")
    assert status == 502 and "The test did not arrive." in html and "It answered 500." in html


def test_one_is_paused_and_resumed_and_removed_by_its_name(place: Place, admin: Client) -> None:
    alarm = an_alarm(place)
    post(admin, place, f"{alarm.id}/switch", to="off")
    assert "paused" in admin.get(f"/s/{place.site.id}/settings/alarms").text
    post(admin, place, f"{alarm.id}/switch", to="on")
    assert place.alarms.all(place.site.id)[0].enabled
    assert post(admin, place, f"{alarm.id}/remove", confirm="something")[0] == 400
    post(admin, place, f"{alarm.id}/remove", confirm=alarm.name)
    assert place.alarms.all(place.site.id) == []
    assert post(admin, place, f"{alarm.id}/remove", confirm=alarm.name)[0] == 404


def test_what_was_raised_stands_on_the_page_the_overview_and_in_the_api(place: Place, admin: Client) -> None:
    alarm = an_alarm(place)
    says = "Browsers missed 50.0% of 1,000 purchase events."
    line = Told(site=place.site.id, about=alarm.id, name=alarm.name, at_ms=NOW_MS, what=What.RAISED, text=says)
    place.alarms.stand(alarm, Standing(raised=True, since_ms=NOW_MS, checked_ms=NOW_MS, quiet=False, says=says), line)
    told = Told(
        site=place.site.id, about=alarm.id, name=alarm.name, at_ms=NOW_MS, what=What.TOLD,
        text="e-mail to ops@nordlight.example",
    )  # fmt: skip
    place.alarms.note(told)
    html = admin.get(f"/s/{place.site.id}/settings/alarms").text
    assert "One alarm is set; 1 is raised." in html and html.count(says) == 2
    assert says in admin.get(f"/s/{place.site.id}/overview").text
    answer = admin.get(f"/api/v1/sites/{place.site.id}/alarms")
    assert "ops@nordlight" not in answer.text
    said = answer.json()
    assert (said["alarms"][0]["state"], said["alarms"][0]["since"]) == ("raised", "2026-11-12T13:32:06Z")
    assert [(one["what"], one["text"]) for one in said["history"]] == [("told", "e-mail"), ("raised", says)]


def test_who_may_only_read_sees_them_and_changes_none(place: Place, viewer: Client) -> None:
    alarm = an_alarm(place)
    html = viewer.get(f"/s/{place.site.id}/settings/alarms").text
    assert alarm.name in html and "Send a test" not in html and "New alarm" not in html
    secret = form_secret(viewer)
    for what in ("save", f"{alarm.id}/test", f"{alarm.id}/switch", f"{alarm.id}/remove"):
        answer = viewer.post(f"/s/{place.site.id}/alarms/{what}", data={"_csrf": secret, **GOOD})
        assert answer.status_code == 403
    assert place.alarms.all(place.site.id) == [alarm]


def test_an_alarm_of_another_site_is_not_found(place: Place, admin: Client) -> None:
    other = place.sites.add("Other", ["https://other.example"])
    alarm = an_alarm(place)
    at = f"/s/{other.id}/alarms/{alarm.id}"
    for what in ("test", "switch", "remove"):
        assert admin.post(f"{at}/{what}", data={"_csrf": form_secret(admin)}).status_code == 404
    assert place.alarms_tried == []
