from __future__ import annotations

from pathlib import Path

from onebyone.app.pipelining import SitesNow
from onebyone.app.settings import Place
from onebyone.app.state import open_state


def test_a_site_that_was_made_a_moment_ago_is_known_where_a_hit_names_it(tmp_path: Path) -> None:
    state = open_state(Place(tmp_path))
    old = state.sites.add("Old", ["https://old.example"])
    now = SitesNow(state)
    assert now({old.id}).keys() == {old.id}
    new = state.sites.add("New", ["https://new.example"])
    assert now({old.id, ""}).keys() == {old.id}  # what is known is asked for once a second
    assert now({new.id, "nobody"}).keys() == {old.id, new.id}
