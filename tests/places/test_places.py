from __future__ import annotations

from pathlib import Path

import pytest

from onebyone.places import SHIPPED, Places


def test_the_shipped_database_knows_countries() -> None:
    places = Places()
    assert [places.country(network) for network in ("8.8.8.0", "2a00:1450:4001::", "77.75.72.0")] == ["US", "IE", "CZ"]
    places.close()


def test_a_database_that_is_not_there_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Places(tmp_path / "none.mmdb")


def test_what_ships_is_attributed() -> None:
    notice = (Path(__file__).parents[2] / "NOTICE").read_text()
    assert str(SHIPPED.relative_to(Path(__file__).parents[2])) in notice
    assert "Number Resource Organization" in notice
