from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine, text

from onebyone.state.database import StateTooNew, StateUnavailable, open_database, sqlite_url
from onebyone.state.sites import Site, Sites


def test_a_new_site_has_made_ids_that_name_nothing(engine: Engine) -> None:
    first = Sites(engine).add("Nordlight", ["https://nordlight.example"])
    second = Sites(engine).add("Nordlight", ["https://nordlight.example"])
    assert first.id != second.id and first.prefix != second.prefix
    assert "nord" not in first.id + first.prefix


def test_sites_are_found_by_id_prefix_and_name(engine: Engine) -> None:
    sites = Sites(engine)
    site = sites.add("Nordlight", ["https://nordlight.example"], zone="Europe/Berlin")
    assert [sites.find(text) for text in (site.id, site.prefix, "Nordlight", "nothing")] == [site, site, site, None]
    assert sites.all() == [site]


def test_every_change_grows_the_version(engine: Engine) -> None:
    sites = Sites(engine)
    assert sites.version() == 0
    site = sites.add("A", [])
    changed = sites.change(msgspec.structs.replace(site, name="B"))
    assert (site.version, changed.version, sites.version()) == (1, 2, 2)
    assert sites.find(site.id) == changed


def test_an_unknown_site_cannot_be_changed(engine: Engine) -> None:
    with pytest.raises(KeyError):
        Sites(engine).change(Site(id="s1", name="A", prefix="bcd", origins=()))


def test_a_state_of_a_later_version_is_refused(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE schema_version SET version = 999"))
    with pytest.raises(StateTooNew):
        open_database(sqlite_url(tmp_path))


def test_a_place_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StateUnavailable):
        open_database(sqlite_url(tmp_path / "missing"))
