"""Notes on days: kept by site, removed so that they can be put back, forgotten later."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine

from onebyone.state.annotations import Annotations

DAY = date(2026, 11, 3)


def test_notes_stand_by_their_days_and_each_site_has_its_own(engine: Engine) -> None:
    notes = Annotations(engine)
    late = notes.add("s1", date(2026, 11, 9), "Price changed", by="mira", now_ms=1)
    early = notes.add("s1", DAY, "Mailing sent", by="mira", now_ms=2)
    notes.add("s2", DAY, "Theirs", by="tom", now_ms=3)
    assert notes.all("s1") == [early, late]
    assert notes.find("s2", early.id) is None


def test_one_that_was_removed_can_be_put_back_until_it_is_forgotten(engine: Engine) -> None:
    notes = Annotations(engine)
    note = notes.add("s1", DAY, "Mailing sent", by="mira", now_ms=1)
    gone = notes.set_removed(note, 500)
    notes.forget("s1", removed_before_ms=500)
    assert notes.all("s1") == [gone]
    assert notes.set_removed(gone, 0) == note and notes.all("s1") == [note]
    notes.set_removed(note, 500)
    notes.forget("s1", removed_before_ms=501)
    assert notes.all("s1") == []
