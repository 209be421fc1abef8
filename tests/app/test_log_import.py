from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine

from fakes.memory_log import MemoryLog
from fakes.state import in_memory
from onebyone.app.log_import import MAX_LINE_BYTES, Imported, LogFile, hit_id, import_lines, styled
from onebyone.app.settings import ConfigError
from onebyone.event import Hit
from onebyone.log import LogUnavailable
from onebyone.state.claims import Claims
from onebyone.state.seals import Seals

LINE = b'1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "x"'


@pytest.fixture
def state() -> Iterator[Engine]:
    engine = in_memory()
    yield engine
    engine.dispose()


class Room:
    def __init__(self, state: Engine) -> None:
        self.log = MemoryLog()
        self._state = state
        self._seals = Seals(state)

    def bring(self, lines: Sequence[bytes], site: str = "s1") -> Imported:
        writer = self.log.writer("import0")
        return import_lines(
            iter(lines),
            site,
            styled=styled(lines),
            writer=writer,
            claims=Claims(self._state),
            seals=self._seals,
            now_ms=lambda: 5,
        )

    def hits(self) -> list[Hit]:
        groups = self.log.read({}, max_groups=1_000)
        return [msgspec.msgpack.decode(record, type=Hit) for group in groups for record in group.records]


@pytest.fixture
def room(state: Engine) -> Room:
    return Room(state)


def test_a_line_is_a_hit_of_its_site_with_its_network_for_an_address(room: Room) -> None:
    assert room.bring([LINE]) == Imported(lines=1, added=1, known=0)
    (hit,) = room.hits()
    assert (hit.via, hit.site, hit.query, hit.received_ms) == ("import", "s1", "n=0", 5)
    assert hit.body == LINE.replace(b"1.2.3.4", b"1.2.3.0")
    assert hit.id == hit_id("s1", LINE, 0) and hit.id[6] >> 4 == 8 and hit.id[8] >> 6 == 2


def test_equal_lines_are_as_many_hits(room: Room) -> None:
    assert room.bring([LINE, LINE, LINE]).added == 3
    assert [hit.query for hit in room.hits()] == ["n=0", "n=1", "n=2"]
    assert len({hit.id for hit in room.hits()}) == 3


def test_what_an_earlier_import_brought_is_known(room: Room) -> None:
    room.bring([LINE, b"second"])
    assert room.bring([LINE, b"second", b"third", LINE]) == Imported(lines=4, added=2, known=2)
    assert len({hit.id for hit in room.hits()}) == len(room.hits()) == 4


def test_each_site_has_its_own(room: Room) -> None:
    assert [room.bring([LINE], site).added for site in ("s1", "s2", "s1")] == [1, 1, 0]


def test_a_long_log_comes_in_groups(room: Room) -> None:
    lines = [b"%d" % number for number in range(2_500)]
    assert room.bring(lines).added == 2_500
    assert [len(group.records) for group in room.log.read({}, max_groups=9)] == [1000, 1000, 500]


def test_nothing_is_claimed_that_could_not_be_stored(room: Room) -> None:
    room.log.broken = True
    with pytest.raises(LogUnavailable):
        room.bring([LINE])
    room.log.broken = False
    assert room.bring([LINE]).added == 1


def test_a_file_is_read_plain_or_packed_without_its_empty_lines(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.log", tmp_path / "b.log"
    plain.write_bytes(b"one\r\n\n  \ntwo")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    done: list[int] = []
    for path in (plain, packed):
        assert list(LogFile(path, done.append)) == [b"one", b"two"]
        assert done[-1] == path.stat().st_size


def test_a_line_without_an_end_is_cut(tmp_path: Path) -> None:
    endless = tmp_path / "endless.log"
    endless.write_bytes(b"x" * (3 * MAX_LINE_BYTES))
    assert {len(line) for line in LogFile(endless, lambda done: None)} == {MAX_LINE_BYTES}


def test_a_file_that_is_missing_or_breaks_off_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*nowhere"):
        LogFile(tmp_path / "nowhere", lambda done: None)
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(b"line\n" * 10_000)[:-20])
    with pytest.raises(ConfigError, match="breaks off"):
        list(LogFile(cut, lambda done: None))


def test_a_visitor_of_a_log_is_one_of_its_day(room: Room) -> None:
    tomorrow, other = LINE.replace(b"17/May", b"18/May"), LINE.replace(b'"x"', b'"y"')
    room.bring([LINE, LINE.replace(b"10:05", b"11:05"), tomorrow, other, LINE.replace(b"1.2.3.4", b"host.example")])
    first, again, next_day, other_agent, no_address = (hit.visitor for hit in room.hits())
    assert first == again and len({first, next_day, other_agent, no_address}) == 4 and no_address == ""


@pytest.mark.parametrize(
    ("path", "status", "is_styled"),
    [
        ("/a.css", 200, True),
        ("/a.css?v=3", 304, True),
        ("/a.css", 404, False),
        ("/a.js", 200, False),
        ("/?next=a.css", 200, False),
    ],
)
def test_readers_who_fetch_a_style_sheet_are_marked(room: Room, path: str, status: int, is_styled: bool) -> None:
    sheet = LINE.replace(b"GET /", b"GET " + path.encode()).replace(b" 200 ", b" %d " % status)
    other = LINE.replace(b'"x"', b'"curl"')
    room.bring([LINE, sheet, other])
    assert [hit.headers for hit in room.hits()][::2] == [{"style-sheet": "1"} if is_styled else {}, {}]
