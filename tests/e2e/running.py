"""A real platform in real processes, for tests: started, asked, killed, started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from onebyone.app.settings import Place, check_port, open_place
from onebyone.app.state import State, open_state
from onebyone.app.supervisor import answers
from onebyone.app.waiting import LogWaiting
from onebyone.consent.settings import Settings as ConsentSettings
from onebyone.consent.vocabulary import Mode
from onebyone.reports.remote import Remote
from onebyone.state.sites import Site

ORIGIN = "https://shop.example"
get = partial(httpx2.get, verify=False)  # else each call reads a store of certificates, which costs more than itself
post, request = partial(httpx2.post, verify=False), partial(httpx2.request, verify=False)
KNOWN_S = 2.0  # after which a change of the state has reached every collector, as is promised
ALLOW_LOOPBACK = "[forward]\nallow_private = true\n"  # ad platforms that a test serves on this machine
_POOL = 40
# The senders of these tests are nowhere, and say nothing of consent unless they are simulated.
LOOPBACK = ConsentSettings(unknown_region="N", denied_mode={"N": Mode.COUNT})


class Platform:
    """`onebyone serve` on free ports, in a directory of its own."""

    def __init__(self, data: Path, *, workers: int = 1) -> None:
        self.data = data
        self.place = Place(data)
        self.workers = workers
        self.collector = self.console = self.login = ""
        self._pool: list[tuple[Site, str]] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (data.parent / f"{data.name}.log").open("ab")

    def start(self) -> Platform:
        command = [sys.executable, "-m", "onebyone", "serve", "--data", str(self.data), "--port", "0"]
        command += ["--console-port", "0", "--workers", str(self.workers), "--json"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log)
        assert self._process.stdout is not None
        text = b""
        while not text.rstrip().endswith(b"}"):
            line = self._process.stdout.readline()
            if not line:
                raise AssertionError(f"serve did not start: {self.log()[-3000:]}")
            text += line
        addresses = json.loads(text)
        self.collector, self.console, self.login = (addresses[n] for n in ("collector", "console", "login"))
        return self

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
            self._close()

    def kill_supervisor(self) -> int:
        """Alone: its processes must notice by themselves. Returns its pid."""
        assert self._process is not None
        pid = self._process.pid
        self._process.kill()
        self._process.wait(30)
        self._close()
        return pid

    def kill_all(self) -> None:
        """The supervisor first, then each process it started: as if the power had gone."""
        pids = list(self.pids().values())
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
            self._close()
        for pid in pids:
            kill(pid)

    def pids(self) -> dict[str, int]:
        """Of the children, by name, as the supervisor wrote them down."""
        running = json.loads((self.data / "run" / "running.json").read_bytes())
        return {name: int(pid) for name, pid in running["processes"].items()}

    def log(self) -> str:
        return Path(self._log.name).read_text(errors="replace")

    def close_log(self) -> None:
        self._log.close()

    def _close(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    @property
    def state(self) -> State:
        return open_state(self.place)

    def add_site(self) -> tuple[Site, str]:
        """A site of one's own and a server key, which every collector knows."""
        if not self._pool:
            self._pool = self._make_sites(_POOL)
            time.sleep(KNOWN_S)
        return self._pool.pop()

    def _make_sites(self, count: int) -> list[tuple[Site, str]]:
        state = self.state
        try:
            sites = [state.sites.add(f"Shop {number}", [ORIGIN], consent=LOOPBACK) for number in range(count)]
            return [(site, state.keys.add(site.id, "test")) for site in sites]
        finally:
            state.engine.dispose()

    def settle(self, timeout_s: float = 60) -> None:
        """Until every accepted sighting is in the store."""
        state = self.state
        waiting = LogWaiting(self.place, state.bounds)
        try:
            wait_until(lambda: waiting.counts().waiting == 0, timeout_s=timeout_s)
        finally:
            waiting.close()
            state.engine.dispose()

    def report(self, name: str, site: str, **params: Any) -> list[dict[str, Any]]:
        now = datetime.now(UTC)
        common: dict[str, Any] = {"from": now - timedelta(days=30), "to": now + timedelta(days=1)}
        common |= {"zone": "UTC", "currency": "EUR", "limit": 1000, "traffic": "people"}
        return Remote(self.place.socket).run(name, site=site, **(common | params)).dicts()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        full = [sys.executable, "-m", "onebyone", *arguments, "--data", str(self.data)]
        return subprocess.run(full, capture_output=True, text=True, timeout=120)

    def fate(self, id: str, site: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.command("fate", id, "--site", site, "--json").stdout)
        return found


class Collector:
    """`onebyone collect` alone, with one site."""

    def __init__(self, data: Path, settings: str = "") -> None:
        self.place = open_place(data)
        self.place.settings_file.write_text(settings)
        state = open_state(self.place)
        self.site = state.sites.add("shop", [ORIGIN], consent=LOOPBACK)
        self.key = state.keys.add(self.site.id, "test")
        state.engine.dispose()
        self.port = check_port("127.0.0.1", 0, "--port")
        self.url = f"http://127.0.0.1:{self.port}"
        self.pid = 0

    @contextmanager
    def running(self) -> Iterator[Collector]:
        where = ["--data", str(self.place.data), "--port", str(self.port)]
        command = [sys.executable, "-m", "onebyone", "collect", *where]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self.pid = process.pid
        try:
            wait_until(lambda: process.poll() is not None or answers("127.0.0.1", self.port, "/ready"), timeout_s=30)
            yield self
            assert process.poll() is None, "it went through all of this without a restart"
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def a_platform(data: Path, *, workers: int = 1, settings: str = "") -> Iterator[Platform]:
    open_place(data).settings_file.write_text(settings)
    platform = Platform(data, workers=workers).start()
    try:
        yield platform
    finally:
        platform.stop()
        platform.close_log()


def wait_until(true: Callable[[], bool], *, timeout_s: float) -> None:
    """Polls something that another process brings about."""
    end = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"did not come about within {timeout_s} s")
        time.sleep(0.05)


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
