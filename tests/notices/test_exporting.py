"""Scheduled exports: when one is due, what its file holds, and what happens when it cannot leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fakes.posts import Postbox, postbox
from onebyone.app.settings import open_place
from onebyone.app.state import State, open_state
from onebyone.notices.exporting import AGAIN_MS, MOST_FILES, MOST_TRIES, Exporting, is_due, last_due_ms
from onebyone.notices.sender import Sender, Settings
from onebyone.state.alarms import What
from onebyone.state.exports import Every, Export
from onebyone.state.saved import Cell, Saved
from onebyone.store import QueryRefused, Rows, StoreUnavailable
from onebyone.web.render import Assets, Pages
from web.boards import CELLS
from web.fakes import FakeReports
from web.month import month

BERLIN = "Europe/Berlin"
PAGES = Pages(Assets())


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)


def an_export(**given: Any) -> Export:
    known = {"site": "s1", "id": "", "name": "Pages", "report": "pages", "period": "yesterday"}
    return Export(**known | given)


@pytest.mark.parametrize(
    ("every", "now", "due"),
    [
        ("day", "2026-11-12T07:00:00+01:00", "2026-11-12T07:00:00+01:00"),
        ("day", "2026-11-12T06:59:59+01:00", "2026-11-11T07:00:00+01:00"),
        ("week", "2026-11-12T12:00:00+01:00", "2026-11-09T07:00:00+01:00"),
        ("week", "2026-11-09T06:00:00+01:00", "2026-11-02T07:00:00+01:00"),
        ("month", "2026-11-01T06:00:00+01:00", "2026-10-01T07:00:00+02:00"),
        ("month", "2026-03-01T08:00:00+01:00", "2026-03-01T07:00:00+01:00"),
        ("day", "2026-10-25T12:00:00+01:00", "2026-10-25T07:00:00+01:00"),  # the night that an hour was longer
        ("day", "2026-03-29T06:00:00+02:00", "2026-03-28T07:00:00+01:00"),
    ],
)
def test_it_is_due_at_its_hour_of_the_site(every: Every, now: str, due: str) -> None:
    assert last_due_ms(an_export(every=every), BERLIN, ms(now)) == ms(due)


@given(
    st.sampled_from(["day", "week", "month"]), st.integers(0, 23),
    st.integers(1_735_700_000, 1_830_000_000),
)  # fmt: skip
def test_the_last_time_it_was_due_is_never_to_come_and_never_long_ago(every: Every, hour: int, at: int) -> None:
    now = at * 1000
    due = last_due_ms(an_export(every=every, hour=hour), BERLIN, now)
    assert now - timedelta(days=32).total_seconds() * 1000 < due <= now


def test_a_new_one_waits_for_its_hour_and_what_was_missed_is_sent_once() -> None:
    made = an_export(created_ms=ms("2026-11-10T12:00:00+01:00"))
    assert not is_due(made, BERLIN, ms("2026-11-11T06:59:00+01:00"))
    assert is_due(made, BERLIN, ms("2026-11-14T09:00:00+01:00"))
    done = an_export(created_ms=made.created_ms, done_ms=ms("2026-11-14T07:00:00+01:00"))
    assert not is_due(done, BERLIN, ms("2026-11-14T09:00:00+01:00"))
    assert not is_due(an_export(enabled=False), BERLIN, ms("2026-11-14T09:00:00+01:00"))


@pytest.fixture(scope="module")
def box() -> Iterator[Postbox]:
    with postbox() as opened:
        yield opened


class Shop:
    def __init__(self, state: State, directory: Path, box: Postbox) -> None:
        self.state, self.directory = state, directory
        self.site = state.sites.add("Nordlight", ["https://nordlight.example"], zone=BERLIN)
        self.asked: list[dict[str, Any]] = []
        self.fails: Exception | None = None
        self.rows = Rows(["path", "views"], [["/", 3], ["=cmd|'/c calc'!A0", 1]])
        mail = Settings(host="127.0.0.1", port=box.port, security="none", sender="onebyone@nordlight.example")
        self.exporting = Exporting(
            sites=state.sites, exports=state.exports, alarms=state.alarms, reports=self, way=Sender(mail),
            shelf=state.shelf, directory=directory, pages=PAGES,
        )  # fmt: skip

    def run(self, report: str, /, **params: Any) -> Rows:
        self.asked.append({"report": report, **params})
        if self.fails:
            raise self.fails
        return self.rows

    def parquet(self, report: str, /, **params: Any) -> bytes:
        return f"PAR1 {len(self.run(report, **params).rows)} PAR1".encode()

    def add(self, **given: Any) -> Export:
        return self.state.exports.put(an_export(site=self.site.id, created_ms=1, **given))

    def whats(self) -> list[What]:
        return [line.what for line in reversed(self.state.alarms.history(self.site.id))]

    def files(self) -> list[Path]:
        return sorted(self.directory.rglob("*.csv"))


@pytest.fixture
def shop(tmp_path: Path, box: Postbox) -> Iterator[Shop]:
    box.mails.clear()
    box.answer = "250 OK"
    made = Shop(open_state(open_place(tmp_path)), tmp_path / "exports", box)
    yield made
    made.state.engine.dispose()


NOW = ms("2026-11-12T14:00:00+01:00")


def test_it_goes_into_a_file_and_by_mail_once(shop: Shop, box: Postbox) -> None:
    export = shop.add(to=("lea@nordlight.example",), to_file=True)
    assert [shop.exporting.step(NOW), shop.exporting.step(NOW + 60_000)] == [1, 0]
    (file,) = shop.files()
    name = "nordlight-pages-2026-11-11-2026-11-11.csv"
    assert file == shop.directory / shop.site.id / export.id / name
    assert file.read_bytes() == b"path,views\r\n/,3\r\n'=cmd|'/c calc'!A0,1\r\n"
    (mail,) = box.mails
    (attached,) = mail.iter_attachments()
    assert (mail["Subject"], attached.get_filename()) == ("Pages (Nordlight)", name)
    (asked,) = shop.asked
    assert (asked["report"], asked["site"], asked["traffic"]) == ("pages", shop.site.id, "people")
    assert (asked["from"], asked["to"]) == tuple(
        datetime.fromisoformat(f"2026-11-{day}T00:00:00+01:00").astimezone(UTC) for day in (11, 12)
    )
    assert shop.whats() == [What.SENT]


def test_filters_a_segment_and_choices_narrow_the_file_as_they_do_the_page(shop: Shop, box: Postbox) -> None:
    shop.state.shelf.add(
        Saved(
            site=shop.site.id, kind="segment", slug="", name="Mail", by="u", by_name="lea", filters=("channel=Email",)
        )
    )
    query = "segment=mail&country=DE,AT&unit=month&show=revenue"
    export = shop.add(report="retention", query=query, form="parquet", to=("lea@nordlight.example",), to_file=True)
    assert shop.exporting.send(export, shop.site, NOW) == ""
    (asked,) = shop.asked
    assert (asked["report"], asked["unit"], asked["filters"]) == (
        "retention",
        "month",
        ["channel=Email", "country=DE,AT"],
    )
    text, attached = box.mails[0].iter_parts()
    (file,) = shop.directory.rglob("*.parquet")
    assert file.read_bytes() == attached.get_content() == b"PAR1 2 PAR1"
    assert attached.get_content_type() == "application/vnd.apache.parquet" and query in text.get_content()


def a_board(shop: Shop, query: str = "") -> Saved:
    shop.exporting = msgspec.structs.replace(shop.exporting, reports=FakeReports(month()), link="https://c.example")
    cells = tuple(Cell(f"c{n}", what) for n, what in enumerate(CELLS))
    board = Saved(site=shop.site.id, kind="board", slug="", name="Every morning", by="u", by_name="lea", cells=cells)
    return shop.state.shelf.add(msgspec.structs.replace(board, query=query))


def test_a_dashboard_is_one_page_and_its_figures_stand_in_the_mail(shop: Shop, box: Postbox) -> None:
    board = a_board(shop, "country=DE&period=90d")
    export = shop.add(
        report=f"board:{board.slug}", form="html", period="7d", to=("lea@nordlight.example",), to_file=True
    )
    assert shop.exporting.send(export, shop.site, NOW) == ""
    text, attached = box.mails[0].iter_parts()
    (file,) = shop.directory.rglob("*.html")
    html = file.read_text()
    assert file.read_bytes() == attached.get_payload(decode=True) and attached.get_content_type() == "text/html"
    assert "6 – 12 Nov" in html and "country=DE" in html and "Organic Search" in html and "Net revenue by day" in html
    assert not re.search(r'(?:src|href)="/|<script|<link|url\((?!#)', html)  # it needs nothing else
    assert "https://c.example/s/" in html
    assert "7 cells" in text.get_content() and re.search(r"Net revenue: €[\d,]+ [+−]", text.get_content())
    (line,) = shop.state.alarms.history(shop.site.id)
    assert line.text == f"{file.name}, 7 cells"


def test_a_dashboard_without_an_address_of_the_console_leads_nowhere_and_one_that_is_gone_does_not_leave(
    shop: Shop,
) -> None:
    board = a_board(shop)
    shop.exporting = msgspec.structs.replace(shop.exporting, link="")
    export = shop.add(report=f"board:{board.slug}", form="html", to_file=True)
    assert shop.exporting.send(export, shop.site, NOW) == ""
    assert ' href="/' not in next(shop.directory.rglob("*.html")).read_text()
    shop.state.shelf.remove(board, NOW)
    assert "There is no dashboard `every-morning` any more." in shop.exporting.send(export, shop.site, NOW)


def test_nothing_leaves_once_its_segment_is_gone(shop: Shop) -> None:
    export = shop.add(query="segment=mail", to_file=True)
    assert "`mail` is no segment" in shop.exporting.send(export, shop.site, NOW)
    assert (shop.asked, shop.files(), shop.whats()) == ([], [], [What.NOT_SENT])


def test_people_leave_without_the_ids_that_a_site_gave_them(shop: Shop) -> None:
    assert shop.exporting.send(shop.add(report="people", to_file=True), shop.site, NOW) == ""
    assert shop.files()[0].read_text().splitlines()[:2] == ["path,views,user_id", "/,3,"]


def test_who_may_not_see_personal_data_sends_no_numbers_of_few_people(shop: Shop) -> None:
    shop.rows = Rows(["path", "visitors"], [["/", 80], ["/a", 40], ["/b", 4]])
    export = shop.add(to_file=True, masked=True)
    shop.exporting.step(NOW)
    assert shop.files()[0].read_text().splitlines() == ["path,visitors", "/,80", "/a,hidden", "/b,<10"]
    why = shop.exporting.send(replace(export, form="parquet"), shop.site, NOW)
    assert why == "A Parquet file would hold what is hidden: choose CSV. Whoever saved it may not see personal data."
    why = shop.exporting.send(replace(export, report="people"), shop.site, NOW)
    assert why == "It would list fewer than 10 people. Whoever saved it may not see personal data."
    assert not shop.exporting.send(replace(export, form="parquet", masked=False), shop.site, NOW)


def test_a_mail_that_cannot_leave_is_tried_some_times_and_then_waits_for_its_next_day(shop: Shop, box: Postbox) -> None:
    shop.add(to=("lea@nordlight.example",))
    box.answer = "451 later"
    tries = [shop.exporting.step(NOW + n * AGAIN_MS) for n in range(MOST_TRIES + 2)]
    assert sum(tries) == MOST_TRIES and shop.whats() == [What.NOT_SENT] * MOST_TRIES
    assert shop.exporting.step(NOW + AGAIN_MS // 2) == 0
    box.answer = "250 OK"
    assert shop.exporting.step(NOW + 86_400_000) == 1
    assert len(box.mails) == 1


def test_a_store_that_does_not_answer_leaves_it_due_and_one_that_refuses_does_not(shop: Shop) -> None:
    shop.add(to_file=True)
    shop.fails = StoreUnavailable("down")
    with pytest.raises(StoreUnavailable):
        shop.exporting.step(NOW)
    shop.fails = QueryRefused("large")
    assert shop.exporting.step(NOW) == 1
    assert shop.whats() == [What.NOT_SENT] and shop.files() == []
    shop.fails = None
    assert shop.exporting.step(NOW + AGAIN_MS) == 1
    assert shop.whats() == [What.NOT_SENT, What.SENT]


def test_a_directory_keeps_the_newest_files(shop: Shop) -> None:
    export = shop.add(to_file=True)
    for day in range(MOST_FILES + 5):
        assert shop.exporting.send(export, shop.site, NOW + day * 86_400_000) == ""
    assert len(shop.files()) == MOST_FILES
    assert not any("2026-11-11" in file.name for file in shop.files())


def test_a_name_cannot_lead_out_of_the_directory(shop: Shop) -> None:
    shop.add(name="../../../etc/passwd", to_file=True)
    shop.exporting.step(NOW)
    (file,) = shop.files()
    assert file.resolve().is_relative_to(shop.directory.resolve() / shop.site.id)


def test_a_directory_that_cannot_be_written_is_said(shop: Shop) -> None:
    shop.directory.write_text("a file is here")
    shop.add(to_file=True)
    assert shop.exporting.step(NOW) == 1
    (line,) = shop.state.alarms.history(shop.site.id)
    assert (line.what, line.text) == (What.NOT_SENT, "The file was not written: Not a directory.")
