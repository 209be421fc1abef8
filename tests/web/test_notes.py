"""Notes on days: written by editors, shown on the chart, removed and put back."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.state.annotations import Annotation
from onebyone.web.notes import LONGEST, UNDO_MS, Wrong, lines, on_days, read
from onebyone.web.period import between
from web.fakes import Place
from web.pages import form_secret

Client = TestClient[Litestar]
TODAY = date(2026, 11, 12)


def send(place: Place, client: Client, at: str = "", **fields: str) -> int:
    """The status of a form of the Overview."""
    form = {"_csrf": form_secret(client), "next": f"/s/{place.site.id}/overview?period=7d", **fields}
    return client.post(f"/s/{place.site.id}/notes{at}", data=form, follow_redirects=False).status_code


def overview(place: Place, client: Client, query: str = "") -> str:
    return client.get(f"/s/{place.site.id}/overview{query}").text


def test_a_note_is_a_square_on_its_day_and_a_line_below_the_chart(place: Place, admin: Client) -> None:
    assert 'class="mark"' not in overview(place, admin)
    assert send(place, admin, day="2026-11-03", text=" Mailing <b>sent  ") == 303
    text = overview(place, admin)
    assert text.count('class="mark"') == 1
    assert re.search(r'aria-label="Tue 3 Nov: €[\d,.]+; Mailing &lt;b&gt;sent"', text)
    assert '<b class="n">Tue 3 Nov</b><span>Mailing &lt;b&gt;sent <span class="mut">admin</span>' in text
    week = overview(place, admin, "?period=7d")
    assert 'class="mark"' not in week and "Mailing &lt;" not in week
    assert 'class="mark"' in overview(place, admin, "?step=week")


def test_one_that_was_removed_leaves_the_chart_and_can_be_put_back(place: Place, admin: Client) -> None:
    send(place, admin, day="2026-11-03", text="Mailing sent")
    (note,) = place.annotations.all(place.site.id)
    assert send(place, admin, f"/{note.id}", to="removed") == 303
    text = overview(place, admin)
    assert 'class="mark"' not in text and "Removed: “Mailing sent”" in text and "Put back" in text
    assert send(place, admin, f"/{note.id}", to="back") == 303
    assert 'class="mark"' in overview(place, admin)
    did = [line.what for line in place.users.trail(place.site.id)]
    assert did[:3] == ["note_put_back", "note_removed", "note_added"]


def test_a_note_is_written_anew_and_stays_where_it_was_first_made(place: Place, admin: Client, viewer: Client) -> None:
    send(place, admin, day="2026-11-03", text="Mailing sent")
    (note,) = place.annotations.all(place.site.id)
    new = {"to": "changed", "day": "2026-11-04", "text": "Second mailing"}
    assert send(place, viewer, f"/{note.id}", **new) == 403
    assert send(place, admin, f"/{note.id}", **new | {"day": "soon"}) == 400
    assert send(place, admin, f"/{note.id}", **new) == 303
    (now,) = place.annotations.all(place.site.id)
    assert (now.day, now.text, now.made_ms) == (date(2026, 11, 4), "Second mailing", note.made_ms)
    assert place.users.trail(place.site.id)[0].what == "note_changed"


def test_notes_stand_on_the_chart_of_losses_and_in_the_tables_of_both(place: Place, admin: Client) -> None:
    send(place, admin, day="2026-11-03", text="Mailing sent")
    for page in ("loss", "overview"):
        html = admin.get(f"/s/{place.site.id}/{page}").text
        assert html.count('class="mark"') == 1, page
        assert re.search(r'aria-label="Tue 3 Nov: [^"]*; Mailing sent"', html), page
        assert '<br><span class="small mut">Mailing sent</span>' in html, page
        assert 'id="notes"' in html and "Add a note to a day" in html
    assert admin.get(f"/s/{place.site.id}/loss?step=week").text.count('class="mark"') == 1


def test_what_was_changed_here_stands_among_them_and_is_nobodys_to_remove(place: Place, admin: Client) -> None:
    place.users.note("lea", place.site.id, "container_published", "version 3")
    place.users.note("lea", place.site.id, "alarm_added", "moves no number")
    place.users.note("tom", "other", "script_changed", "of another site")
    text = overview(place, admin)
    assert text.count('class="mark"') == 1
    assert 'Container published: version 3 <span class="mut">lea</span></span></li>' in text
    assert "moves no number" not in text and "of another site" not in text


def test_the_api_lists_writes_and_removes_notes(place: Place, admin: Client, viewer: Client) -> None:
    base = f"/api/v1/sites/{place.site.id}/annotations"
    given = {"day": "2026-11-03", "text": "Mailing sent"}
    assert admin.post(base, json=given).status_code == 403  # a form of another page could send this
    token = {"Authorization": f"Bearer {place.users.add_token(place.users.first_admin().id, 'ci')}"}
    made = admin.post(base, json=given, headers=token)
    assert made.status_code == 201 and made.json()["by"] == "admin"
    place.users.note("lea", place.site.id, "script_changed", "vitals")
    assert [(one["day"], one["text"], bool(one["id"])) for one in viewer.get(base).json()] == [
        ("2026-11-03", "Mailing sent", True),
        ("2026-11-12", "Script changed: vitals", False),
    ]
    assert admin.post(base, json=given | {"day": "soon"}, headers=token).status_code == 400
    assert admin.delete(f"{base}/{made.json()['id']}", headers=token).status_code == 204
    assert [one["text"] for one in admin.get(base).json()] == ["Script changed: vitals"]
    assert admin.delete(f"{base}/{made.json()['id']}", headers=token).status_code == 404


def test_a_viewer_reads_notes_and_writes_none(place: Place, admin: Client, viewer: Client) -> None:
    send(place, admin, day="2026-11-03", text="Mailing sent")
    text = overview(place, viewer)
    assert "Mailing sent" in text and "Add a note" not in text and ">Remove<" not in text
    (note,) = place.annotations.all(place.site.id)
    assert send(place, viewer, day="2026-11-03", text="Mine") == 403
    assert send(place, viewer, f"/{note.id}", to="removed") == 403
    assert place.annotations.all(place.site.id) == [note]


def test_a_note_of_another_site_is_no_note_here(place: Place, admin: Client) -> None:
    theirs = place.annotations.add("other", date(2026, 11, 3), "Theirs", by="tom", now_ms=1)
    assert send(place, admin, f"/{theirs.id}", to="removed") == 404
    assert "Theirs" not in overview(place, admin)


@pytest.mark.parametrize(
    ("day", "text", "word"),
    [
        ("", "x", "Choose the day"),
        ("2026-13-01", "x", "Choose the day"),
        ("0001-01-01", "x", "that a chart"),
        ("9999-01-01", "x", "that a chart"),
        ("2026-11-03", "  ", "what happened"),
        ("2026-11-03", "x" * (LONGEST + 1), "what happened"),
        ("2026-11-03", "a\u202eb", "what happened"),
    ],
)
def test_what_is_no_note_is_told(place: Place, admin: Client, day: str, text: str, word: str) -> None:
    form = {"_csrf": form_secret(admin), "day": day, "text": text}
    answer = admin.post(f"/s/{place.site.id}/notes", data=form)
    assert answer.status_code == 400 and word in answer.text
    assert place.annotations.all(place.site.id) == []


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/s/other/overview", "/s/x//evil.example", ""]
)
def test_the_form_leads_to_no_other_place(place: Place, admin: Client, to: str) -> None:
    form = {"_csrf": form_secret(admin), "day": "2026-11-03", "text": "x", "next": to}
    answer = admin.post(f"/s/{place.site.id}/notes", data=form, follow_redirects=False)
    assert answer.headers["location"] == f"/s/{place.site.id}/overview#notes"


@given(st.text(max_size=200))
def test_a_text_that_is_taken_is_one_short_line(text: str) -> None:
    try:
        _, taken = read("2026-11-03", text, today=TODAY)
    except Wrong:
        return
    assert taken.split() == text.split() and 0 < len(taken) <= LONGEST and taken.isprintable()


def test_only_who_can_put_it_back_sees_what_was_removed_and_for_an_hour() -> None:
    note = Annotation(site="s", id="a", day=TODAY, text="x", by="mira", made_ms=1, removed_ms=1_000)
    period = between("2026-11-01", "2026-11-12")

    def seen(now_ms: int, *, may_edit: bool) -> bool:
        return bool(lines([note], period, today=TODAY, now_ms=now_ms, may_edit=may_edit))

    assert seen(1_000 + UNDO_MS - 1, may_edit=True)
    assert not seen(1_000 + UNDO_MS, may_edit=True) and not seen(1_001, may_edit=False)
    assert on_days([note]) == {}
