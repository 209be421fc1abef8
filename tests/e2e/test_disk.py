"""A disk that is full, read-only or locked: refused out loud, never lost, and well again by itself."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import httpx2
import pytest

from e2e.load import BROWSER, Books, Load, check_books, hits_in
from e2e.running import Collector, Platform, a_platform, get, post, wait_until
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.reports.remote import EngineNotRunning
from onebyone.state.sites import Site
from onebyone.store import StoreUnavailable

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount the small file system that these tests fill"),
]
GIF_BYTES = 43


class Sender:
    """Sends to a collector alone on a small disk, and writes down what was accepted."""

    def __init__(self, collector: Collector, disk: Path) -> None:
        self.disk = disk
        self.place, self.site, self.key = collector.place, collector.site, collector.key
        self.url, self.pid = collector.url, collector.pid
        self.accepted: list[str] = []
        self._sent = 0

    def is_ready(self) -> bool:
        try:
            return get(f"{self.url}/ready").status_code == 200
        except httpx2.TransportError:
            return False

    def send_image(self) -> bool:
        """Always an image; whether it was stored."""
        id = self._next_id()
        answer = get(f"{self.url}/{self.site.prefix}/v1/n/{self.site.id}.gif?id={id}", headers=BROWSER)
        assert (answer.status_code, len(answer.content)) == (200, GIF_BYTES)
        return self._note(id, "x-onebyone-stored" not in answer.headers)

    def send_batch(self, padding: int = 0) -> bool:
        id = self._next_id()
        event = {"name": "page_view", "id": id, "props": {"padding": "x" * padding}}
        body = json.dumps({"site": self.site.id, "events": [event]})
        answer = post(f"{self.url}/{self.site.prefix}/v1/e", content=body, headers=BROWSER)
        return self._note(id, self._stored(answer))

    def send_order(self) -> bool:
        id = self._next_id()
        body = {"events": [{"name": "purchase", "id": id}]}
        headers = {"authorization": f"Bearer {self.key}"}
        return self._note(id, self._stored(post(f"{self.url}/x/v1/events", json=body, headers=headers)))

    def _stored(self, answer: httpx2.Response) -> bool:
        if answer.status_code == 200:
            return True
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert answer.headers["content-type"] == "application/problem+json"
        return False

    def _next_id(self) -> str:
        self._sent += 1
        return f"sent-{self._sent}."

    def _note(self, id: str, stored: bool) -> bool:
        if stored:
            self.accepted.append(id)
        return stored

    def check_refuses_out_loud(self) -> None:
        assert [self.send_image(), self.send_batch(), self.send_order()] == [False] * 3
        assert get(f"{self.url}/ready").status_code == 503
        assert get(f"{self.url}/health").status_code == 200

    def check_takes_everything_again(self) -> None:
        wait_until(self.is_ready, timeout_s=30)
        assert [self.send_image(), self.send_batch(), self.send_order()] == [True] * 3
        self.check_nothing_accepted_is_lost()

    def check_nothing_accepted_is_lost(self) -> None:
        reader = SqliteReader(self.place.hits)
        text = b"\n".join(hit.query.encode() + hit.body + b"." for hit in hits_in(reader))
        reader.close()
        assert [id for id in self.accepted if text.count(id.encode()) != 1] == []


@contextmanager
def small_disk(path: Path, size: str = "16m") -> Iterator[Path]:
    path.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"cannot mount a small file system here: {mounted.stderr.decode().strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.fixture
def collect(tmp_path: Path) -> Iterator[Sender]:
    with (
        small_disk(tmp_path / "disk") as disk,
        Collector(disk / "data", "[log]\nlock_timeout_s = 0.2\n").running() as running,
    ):
        yield Sender(running, disk)


def fill(disk: Path) -> Path:
    """A file that takes all the room there is."""
    path = disk / "filler"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return path


def test_a_full_disk_is_refused_out_loud_and_forgotten_once_there_is_room(collect: Sender) -> None:
    assert [collect.send_image(), collect.send_batch(), collect.send_order()] == [True] * 3
    filler = fill(collect.disk)
    while collect.send_batch(padding=1000):  # what room the open file still has
        continue
    while collect.send_image():
        continue
    collect.check_refuses_out_loud()
    filler.unlink()
    collect.check_takes_everything_again()


def test_a_disk_that_fills_up_and_empties_many_times_loses_nothing(collect: Sender) -> None:
    for _ in range(5 if os.environ.get("PROVE") else 2):
        filler = fill(collect.disk)
        while collect.send_batch(padding=3000):
            continue
        filler.unlink()
        wait_until(collect.is_ready, timeout_s=30)
        assert collect.send_image()
    collect.check_nothing_accepted_is_lost()


def test_a_disk_that_refuses_every_write_is_refused_until_it_takes_them(collect: Sender) -> None:
    """As a disk that became read-only does to a process with open files; nobody may remount it under them."""
    assert collect.send_image()
    _, most = resource.prlimit(collect.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(collect.pid, resource.RLIMIT_FSIZE, (0, most))
    collect.check_refuses_out_loud()
    resource.prlimit(collect.pid, resource.RLIMIT_FSIZE, (most, most))
    collect.check_takes_everything_again()


def test_a_locked_log_file_is_refused_until_it_is_free(collect: Sender) -> None:
    assert collect.send_image()
    (path,) = (collect.place.hits / "c0").glob("*.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        collect.check_refuses_out_loud()
    collect.check_takes_everything_again()


def test_a_read_only_disk_is_said_at_the_start_in_one_line(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        command = [sys.executable, "-m", "onebyone", "collect", "--data", str(disk), "--port", "0"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
        assert "Read-only file system" in ended.stderr


@pytest.mark.timeout(180)
def test_a_whole_platform_lives_through_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size="200m") as disk, a_platform(disk / "data") as platform:
        site, key = platform.add_site()
        load = Load(site, key, lambda: platform.collector, connections=2, seed=3)
        with load.running() as books:
            wait_until(lambda: len(books.accepted) > 50, timeout_s=30)
            before = platform.pids()
            filler = fill(disk)
            wait_until(lambda: books.refused > 50, timeout_s=60)
            filler.unlink()
            enough = len(books.accepted) + 50
            wait_until(lambda: len(books.accepted) > enough, timeout_s=30)
        platform.settle()
        wait_until(partial(books_balance, platform, site, books), timeout_s=30)
        assert without_engine(platform.pids()) == without_engine(before)


def books_balance(platform: Platform, site: Site, books: Books) -> bool:
    """Whether the store answers: an engine that finds a damaged part is started anew (docs/decisions/0047)."""
    try:
        check_books(platform, site, books)
    except (EngineNotRunning, StoreUnavailable):
        return False
    return True


def without_engine(pids: dict[str, int]) -> dict[str, int]:
    return {name: pid for name, pid in pids.items() if name != "engine"}
