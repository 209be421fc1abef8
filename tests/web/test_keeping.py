"""How long what is kept, in the console: told, changed, and never shortened by accident."""

from __future__ import annotations

import re

import pytest

from onebyone.state.sites import Keeping
from web.conftest import Client
from web.fakes import Place
from web.pages import form_secret

EMPTY = {"events_days": "", "drops_days": ""}


def post(client: Client, place: Place, **fields: str) -> tuple[int, str]:
    answer = client.post(f"/s/{place.site.id}/keeping", data={"_csrf": form_secret(client), **EMPTY, **fields})
    return answer.status_code, re.sub(r"\s+", " ", answer.text)


def kept(place: Place) -> Keeping:
    site = place.sites.find(place.site.id)
    assert site is not None
    return site.keeping


def test_each_kind_says_its_term_how_much_there_is_and_since_when(place: Place, admin: Client) -> None:
    text = admin.get(f"/s/{place.site.id}/settings/keeping").text
    assert "84,212" in text and "425" in text


def test_a_shorter_term_first_says_what_it_would_delete(place: Place, admin: Client) -> None:
    status, text = post(admin, place, drops_days="20")
    assert status == 200 and "What these terms would delete" in text and ">310<" in text
    assert kept(place) == Keeping()
    assert post(admin, place, drops_days="20", sure="1")[0] == 200
    assert kept(place) == Keeping(drops_days=20)
    assert place.users.trail(place.site.id)[0].what == "keeping_changed"


def test_a_longer_term_is_saved_at_once_and_an_empty_one_follows_the_installation(place: Place, admin: Client) -> None:
    assert "Saved." in post(admin, place, events_days="500")[1] and kept(place) == Keeping(events_days=500)
    assert "would delete" in post(admin, place)[1]
    assert "Saved." in post(admin, place, sure="1")[1] and kept(place) == Keeping()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("events_days", "6", "Write days, 7 to 3,660"),
        ("drops_days", "4000", "Write days, 7 to 3,660"),
        ("drops_days", "²", "Write days, 7 to 3,660"),
        ("drops_days", "-9", "Write days, 7 to 3,660"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    place: Place, admin: Client, field: str, value: str, says: str
) -> None:
    status, text = post(admin, place, **{field: value, "sure": "1"})
    assert status == 400 and says in text and kept(place) == Keeping()


def test_only_an_admin_sees_and_changes_them(place: Place, viewer: Client) -> None:
    assert viewer.get(f"/s/{place.site.id}/settings/keeping").status_code == 403
    assert post(viewer, place, events_days="500")[0] == 403
