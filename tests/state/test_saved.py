"""Saved views and segments: their names in an address, and what is removed and put back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from onebyone.state import saved as module
from onebyone.state.saved import KEPT_MS, Saved, Shelf, TooMany, free_slug

VIEW = Saved(
    site="s1",
    kind="view",
    slug="",
    name="Mail on phones",
    by="u1",
    by_name="lea",
    page="overview",
    query="channel=Email",
)


@pytest.mark.parametrize(
    ("name", "taken", "slug"),
    [
        ("Mail on phones", (), "mail-on-phones"),
        ("Äpfel & Öl!", (), "apfel-ol"),
        ("../../etc", (), "etc"),
        ("日本", (), "saved"),
        ("Mail", ("mail",), "mail-2"),
        ("Mail", ("mail", "mail-2"), "mail-3"),
    ],
)
def test_a_name_is_written_for_an_address(name: str, taken: tuple[str, ...], slug: str) -> None:
    assert free_slug(name, taken) == slug


def test_two_of_one_name_are_two_and_a_site_sees_its_own(engine: Engine) -> None:
    shelf = Shelf(engine)
    first, second = shelf.add(VIEW), shelf.add(VIEW)
    assert (first.slug, second.slug) == ("mail-on-phones", "mail-on-phones-2")
    assert shelf.add(replace(VIEW, kind="segment")).slug == "mail-on-phones"
    assert shelf.all("s2") == []


def test_what_was_removed_is_put_back_as_it_was_and_keeps_its_address(engine: Engine) -> None:
    shelf = Shelf(engine)
    kept = shelf.add(VIEW)
    shelf.remove(kept, 5)
    assert [one.removed_ms for one in shelf.all("s1")] == [5]
    assert shelf.add(VIEW).slug == "mail-on-phones-2"
    shelf.put_back(kept)
    assert kept in shelf.all("s1")


def test_what_was_removed_long_ago_goes_with_the_next_one(engine: Engine) -> None:
    shelf = Shelf(engine)
    shelf.remove(shelf.add(VIEW), 5)
    shelf.add(replace(VIEW, made_ms=5 + KEPT_MS))
    assert len(shelf.all("s1")) == 2
    shelf.add(replace(VIEW, made_ms=6 + KEPT_MS))
    assert [one.removed_ms for one in shelf.all("s1")] == [0, 0]


def test_a_site_keeps_a_limited_number(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    shelf = Shelf(engine)
    shelf.add(VIEW)
    shelf.remove(shelf.add(VIEW), 5)
    shelf.add(VIEW)
    with pytest.raises(TooMany):
        shelf.add(VIEW)
    shelf.add(replace(VIEW, kind="segment"))
