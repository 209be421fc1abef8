"""The page of scheduled exports: set one, send it now, change it, remove it; who may."""

from __future__ import annotations

from html import unescape

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.state.alarms import Told, What
from onebyone.state.exports import Export
from web.boards import add_board
from web.fakes import Place
from web.pages import form_secret

Client = TestClient[Litestar]
GOOD = {
    "name": "Pages", "report": "pages", "period": "yesterday", "traffic": "people", "every": "week", "hour": "7",
    "to": "lea@nordlight.example",
}  # fmt: skip


def an_export(place: Place) -> Export:
    known = Export(site=place.site.id, id="", name="Pages", report="pages", period="7d", to_file=True)
    return place.exports.put(known)


def post(client: Client, place: Place, what: str, **form: str) -> tuple[int, str]:
    answer = client.post(f"/s/{place.site.id}/exports/{what}", data={"_csrf": form_secret(client)} | form)
    return answer.status_code, answer.text


def test_one_is_set_and_changed(place: Place, admin: Client) -> None:
    status, html = post(admin, place, "save", **GOOD, to_file="on")
    (export,) = place.exports.all(place.site.id)
    assert (status, export.report, export.every, export.to_file) == (200, "pages", "week", True)
    assert "every Monday at 07:00" in html
    post(admin, place, "save", **(GOOD | {"id": export.id, "hour": "8"}))
    assert [(one.hour, one.to_file) for one in place.exports.all(place.site.id)] == [(8, False)]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "Give it a name"), ({"report": "persons"}, "Choose one"), ({"period": "all"}, "Choose one"),
        ({"traffic": "'; --"}, "Choose one"), ({"every": "hour"}, "Choose one"), ({"hour": "24"}, "0 to 23"),
        ({"hour": "²"}, "0 to 23"), ({"to": ""}, "Name an e-mail address"), ({"to": "x"}, "addresses like"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_not_saved(place: Place, admin: Client, change: dict[str, str], says: str) -> None:
    status, html = post(admin, place, "save", **(GOOD | change))
    assert (status, place.exports.all(place.site.id)) == (400, []) and says in html


def test_one_is_narrowed_by_the_address_of_its_page_and_written_as_parquet(place: Place, admin: Client) -> None:
    at = f"https://console.example/s/{place.site.id}/pages?period=7d&traffic=all&compare=year&country=DE&page~=/shop"
    status, html = post(admin, place, "save", **(GOOD | {"query": at, "form": "parquet"}))
    (export,) = place.exports.all(place.site.id)
    assert (status, export.query, export.form) == (200, "country=DE&page~=/shop", "parquet")
    assert "country=DE" in html and "Parquet" in html
    post(admin, place, "save", **(GOOD | {"id": export.id, "query": "channel=Email"}))
    assert [(one.query, one.form) for one in place.exports.all(place.site.id)] == [("channel=Email", "csv")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"query": "chanel=Email"}, "`chanel` is no filter. Did you mean `channel`"),
        ({"query": "segment=gone"}, "`gone` is no segment of this site"),
        ({"query": "x=1;DROP TABLE events"}, "`x` is no filter"), ({"query": "country=\x00"}, "unprintable"),
        ({"report": "retention", "query": "unit=year"}, "`year` is no unit"), ({"form": "xlsx"}, "Choose one"),
        ({"report": "loss", "query": "channel=Email"}, "would be wrong"),
        ({"report": "people", "form": "parquet"}, "leaves as CSV alone"),
    ],
)  # fmt: skip
def test_an_address_that_would_give_other_rows_is_refused(
    place: Place, admin: Client, change: dict[str, str], says: str
) -> None:
    status, html = post(admin, place, "save", **(GOOD | change))
    assert (status, place.exports.all(place.site.id)) == (400, []) and says in unescape(html)


def test_one_is_sent_now_and_why_it_did_not_leave_is_said(place: Place, admin: Client) -> None:
    export = an_export(place)
    assert "left." in post(admin, place, f"{export.id}/send")[1]
    place.export_fails = "The mail server answered 554."
    status, html = post(admin, place, f"{export.id}/send")
    assert (status, place.exports_sent) == (502, [export, export]) and "The mail server answered 554." in html


def test_one_is_paused_and_removed_by_its_name(place: Place, admin: Client) -> None:
    export = an_export(place)
    post(admin, place, f"{export.id}/switch", to="off")
    assert not place.exports.all(place.site.id)[0].enabled
    assert post(admin, place, f"{export.id}/remove", confirm="no")[0] == 400
    post(admin, place, f"{export.id}/remove", confirm="Pages")
    assert place.exports.all(place.site.id) == []


def test_the_api_says_what_leaves_and_how_it_went_and_not_to_whom(place: Place, admin: Client, viewer: Client) -> None:
    post(admin, place, "save", **(GOOD | {"query": "country=DE", "form": "parquet"}))
    (export,) = place.exports.all(place.site.id)
    at = f"/api/v1/sites/{place.site.id}/exports"
    (said,) = admin.get(at).json()
    assert (said["query"], said["form"], said["addresses"], said["last"]) == ("country=DE", "parquet", 1, "")
    line = Told(
        site=place.site.id, about=export.id, name=export.name, at_ms=0, what=What.SENT, text="pages.parquet, 9 bytes"
    )
    place.alarms.note(line)
    answer = admin.get(at)
    assert (answer.json()[0]["last"], answer.json()[0]["says"]) == ("sent", "pages.parquet, 9 bytes")
    assert "lea@" not in answer.text and viewer.get(at).status_code == 403


def test_a_dashboard_is_sent_as_a_page_if_one_may_see_it(place: Place, admin: Client) -> None:
    add_board(place)
    add_board(place, by="somebody", shared=False)
    html = post(admin, place, "save", **(GOOD | {"report": "board:every-morning", "query": "country=DE"}))[1]
    (export,) = place.exports.all(place.site.id)
    assert (export.report, export.form, export.query) == ("board:every-morning", "html", "country=DE")
    assert "Dashboard: Every morning, yesterday, people, a page" in html and "every-morning-2" not in html
    for change, says in (
        ({"report": "board:every-morning-2"}, "Choose one"), ({"report": "board:gone"}, "Choose one"),
        ({"report": "board:every-morning", "query": "chanel=Email"}, "Did you mean"),
        ({"form": "html"}, "Choose one"),
    ):  # fmt: skip
        status, html = post(admin, place, "save", **(GOOD | change))
        assert status == 400 and says in html, change
    assert place.exports.all(place.site.id) == [export]


def test_the_api_makes_changes_and_takes_away(place: Place, admin: Client) -> None:
    at = f"/api/v1/sites/{place.site.id}/exports"
    headers = {"authorization": f"Bearer {place.users.add_token(place.users.first_admin().id, 'test')}"}
    body = {
        "name": "Pages",
        "report": "pages",
        "query": "/s/x/pages?period=7d&country=DE",
        "to": ["lea@nordlight.example"],
    }
    made = admin.post(at, json=body, headers=headers)
    assert (made.status_code, made.json()["query"], made.json()["addresses"]) == (201, "country=DE", 1)
    one = f"{at}/{made.json()['id']}"
    changed = admin.put(one, json=body | {"hour": 9, "every": "week", "enabled": False}, headers=headers).json()
    (kept,) = place.exports.all(place.site.id)
    assert (kept.hour, kept.every, kept.enabled, kept.to) == (9, "week", False, ("lea@nordlight.example",))
    assert changed == admin.get(at).json()[0]
    for change, says in (
        ({"report": "persons"}, "Choose one"), ({"hour": 24}, "0 to 23"), ({"to": []}, "Name an e-mail address"),
        ({"query": "chanel=Email"}, "Did you mean"), ({"form": "xlsx"}, "Choose one"), ({"color": "red"}, "color"),
        ({"to": ["x"]}, "addresses like"), ({"name": 7}, "name"),
    ):  # fmt: skip
        refused = admin.put(one, json=body | change, headers=headers)
        assert refused.status_code == 400 and says in refused.text, change
    assert place.exports.all(place.site.id) == [kept]
    assert admin.delete(one, headers=headers).status_code == 204
    assert (
        admin.delete(one, headers=headers).status_code == 404 == admin.put(one, json=body, headers=headers).status_code
    )
    did = [line.what for line in place.users.trail(place.site.id)]
    assert did[:4] == ["export_removed", "export_paused", "export_changed", "export_added"]


def test_the_api_lets_admins_alone_and_by_a_token(place: Place, admin: Client, viewer: Client) -> None:
    at, export = f"/api/v1/sites/{place.site.id}/exports", an_export(place)
    mira = next(one for one in place.users.all() if one.name == "mira")
    headers = {"authorization": f"Bearer {place.users.add_token(mira.id, 'test')}"}
    body = {"name": "Pages", "report": "pages", "to_file": True}
    for client, sent in ((viewer, headers), (admin, {})):
        assert client.post(at, json=body, headers=sent).status_code == 403
        assert client.put(f"{at}/{export.id}", json=body, headers=sent).status_code == 403
        assert client.delete(f"{at}/{export.id}", headers=sent).status_code == 403
    assert place.exports.all(place.site.id) == [export]


def test_only_an_admin_may_and_only_of_the_own_site(place: Place, admin: Client, viewer: Client) -> None:
    export = an_export(place)
    assert viewer.get(f"/s/{place.site.id}/settings/exports").status_code == 403
    assert post(viewer, place, f"{export.id}/send")[0] == 403
    other = place.sites.add("Other", ["https://other.example"])
    at = f"/s/{other.id}/exports/{export.id}/send"
    assert admin.post(at, data={"_csrf": form_secret(admin)}).status_code == 404
    assert place.exports_sent == []
