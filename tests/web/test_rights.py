"""What a person may ask for, in the console and over the API: who may do it, and that nothing happens by accident."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from web.conftest import Client
from web.fakes import Place
from web.pages import form_secret


def post(client: Client, place: Place, what: str, **fields: str) -> tuple[int, str]:
    data = {"_csrf": form_secret(client), **fields}
    answer = client.post(f"/s/{place.site.id}/rights/{what}", data=data, follow_redirects=False)
    return answer.status_code, re.sub(r"\s+", " ", answer.text)


ANNA = {"by": "email", "text": "anna@shop.test"}


def test_nobody_has_asked_yet_and_the_page_says_what_can_be_done(place: Place, admin: Client) -> None:
    text = admin.get(f"/s/{place.site.id}/rights").text
    assert "Nobody has asked to be forgotten." in text and "Name somebody to see" in text


@pytest.mark.parametrize("what", ["find", "copy", "erase"])
def test_only_an_admin_may(place: Place, viewer: Client, what: str) -> None:
    assert viewer.get(f"/s/{place.site.id}/rights").status_code == 403
    assert post(viewer, place, what, **ANNA, word="erase")[0] == 403
    assert place.rights.erased == []


def test_what_is_kept_is_shown_before_anything_is_done(place: Place, admin: Client) -> None:
    status, text = post(admin, place, "find", **ANNA)
    assert status == 200 and "<dt>Events</dt><dd>412</dd>" in text and "Others signed in on 1 of their browsers" in text
    assert "meta (3 conversions)" in text
    status, text = post(admin, place, "find", by="email", text="stranger@shop.test")
    assert status == 200 and "Nothing is kept of this person." in text
    status, text = post(admin, place, "find", by="email", text="no address")
    assert status == 422 and "is no email that could name anybody." in text


def test_a_copy_is_a_file_for_each_table(place: Place, admin: Client) -> None:
    data = {"_csrf": form_secret(admin), **ANNA}
    answer = admin.post(f"/s/{place.site.id}/rights/copy", data=data)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as files:
        assert files.read("events.csv") == b'name,flags\r\npage_view,"[""a""]"\r\n'
        assert {"person.json", "messages.csv"} <= set(files.namelist())


def test_erasing_asks_for_the_word_and_shows_how_far_it_is(place: Place, admin: Client) -> None:
    status, text = post(admin, place, "erase", **ANNA)
    assert status == 422 and "Type the word erase to confirm." in text and place.rights.erased == []
    assert post(admin, place, "erase", **ANNA, word="Erase ")[0] == 303
    text = admin.get(f"/s/{place.site.id}/rights?asked=proof0").text
    assert "Waiting until all that had arrived is processed" in text and "proof0" in text
    (noted,) = [line for line in place.users.trail(place.site.id) if line.what == "person_erased"]
    assert noted.detail == "proof0"


def test_the_api_says_first_then_does(place: Place, admin: Client) -> None:
    base = f"/api/v1/sites/{place.site.id}/rights"
    assert admin.post(f"{base}/erase", json=ANNA).status_code == 403  # a session alone: any page could send that
    mine = {"authorization": f"Bearer {place.users.add_token(place.users.first_admin().id, 'test', sees=True)}"}
    dry = admin.post(f"{base}/erase", json=ANNA | {"dry_run": True}, headers=mine)
    assert (dry.status_code, dry.json()["erasure"], dry.json()["held"]["events"]) == (202, None, 412)
    done = admin.post(f"{base}/erase", json=ANNA, headers=mine)
    assert done.json()["erasure"]["stage"] == "waiting"
    assert [row["id"] for row in admin.get(f"{base}/erasures").json()] == ["proof0"]
    assert admin.post(f"{base}/export", json=ANNA, headers=mine).json()["events"][0]["name"] == "page_view"
    wrongs: list[object] = [{"by": "name", "text": "x"}, {"by": "email", "text": "x"}, {"by": "email"}, []]
    for wrong in wrongs:
        assert admin.post(f"{base}/erase", json=wrong, headers=mine).status_code == 400


def test_a_person_leads_there_without_an_id_in_the_address(place: Place, admin: Client, viewer: Client) -> None:
    text = admin.get(f"/s/{place.site.id}/consent").text
    assert f'href="/s/{place.site.id}/rights"' in text
    assert f'href="/s/{place.site.id}/rights"' not in viewer.get(f"/s/{place.site.id}/consent").text
