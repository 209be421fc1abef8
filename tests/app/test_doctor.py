"""Whether the rules about HTTPS can fire at all."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from onebyone.app.doctor import examine
from onebyone.app.settings import Place, open_place
from onebyone.event import Hit
from onebyone.log.sqlite_writer import Settings, SqliteWriter


def told(place: Place) -> list[tuple[bool, str]]:
    return [(one.ok, one.do) for one in examine(place.data) if one.what == "Verdicts over HTTPS"]


def send(place: Place, partition: str, via: str, headers: dict[str, str]) -> None:
    hit = Hit(id=bytes(16), received_ms=1, via=via, site="s1", method="GET", path="/x", query="e=pv", headers=headers)
    writer = SqliteWriter(place.hits, partition, now_ms=lambda: 1, settings=Settings())
    writer.append([msgspec.msgpack.encode(hit)], count=1)
    writer.close()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "onebyone.toml").write_text('[addresses]\npublic_url = "https://t.shop.example"\n')
    return open_place(tmp_path)


def test_a_proxy_that_does_not_say_how_visitors_come_is_named(place: Place) -> None:
    assert told(place) == [], "nobody came yet"
    send(place, "c0", "image", {"user-agent": "x"})
    assert told(place) == [(False, "Let the proxy send X-Forwarded-Proto.")]
    send(place, "c1", "tag", {"x-forwarded-proto": "https"})
    assert told(place) == [(True, "")]


def test_without_https_or_browsers_there_is_nothing_to_miss(place: Place) -> None:
    send(place, "c0", "server", {})
    assert told(place) == []
    (place.data / "onebyone.toml").write_text("")
    send(place, "c1", "image", {})
    assert told(place) == []
