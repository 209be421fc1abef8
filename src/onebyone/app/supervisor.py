"""Starts the processes, starts again what dies, and stops them in the order of the path."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from http.client import HTTPConnection, HTTPException

from msgspec import Struct

from onebyone.app.alive import SUPERVISED
from onebyone.app.settings import ConfigError
from onebyone.telemetry import Log

_STOP_S = 15.0
_MISUSED = 2  # the exit code of a ConfigError: starting again would not help
_QUICK_S = 5.0  # a process that dies younger than this waits longer each time


class Wanted(Struct, frozen=True):
    """A process that should run: `python -m onebyone ARGUMENTS`."""

    name: str
    arguments: tuple[str, ...]


class _Child:
    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.due_at = 0.0
        self.pause_s = 0.2

    def start(self) -> None:
        environment = {**os.environ, SUPERVISED: "1"}
        command = [sys.executable, "-m", "onebyone", *self.wanted.arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, start_new_session=True)
        self.started_at = time.monotonic()

    def forget(self) -> None:
        """After its death; the end of its pipe that this process holds goes too."""
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Supervisor:
    """`look` often; `stop` at the end. The children also end by themselves when this process is gone."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        self._children = [_Child(one) for one in wanted]
        self._log = Log()

    def start(self) -> None:
        for child in self._children:
            child.start()

    def look(self) -> None:
        """Start again what died. Raises ConfigError if it says that it cannot work like this."""
        now = time.monotonic()
        for child in self._children:
            process = child.process
            if process is not None and process.poll() is not None:
                if process.returncode == _MISUSED:
                    raise ConfigError(f"{child.wanted.name} cannot start: its reason stands above.")
                self._log.warning("process_died", process=child.wanted.name, code=process.returncode)
                quick = now - child.started_at < _QUICK_S
                child.pause_s = min(child.pause_s * 2, 10.0) if quick else 0.2
                child.forget()
                child.due_at = now + child.pause_s
            if child.process is None and now >= child.due_at:
                child.start()

    def pids(self) -> dict[str, int]:
        return {child.wanted.name: child.process.pid for child in self._children if child.process is not None}

    def wait_for(self, ready: Callable[[], bool], *, timeout_s: float, what: str) -> None:
        """Raises ConfigError if it does not come about in time."""
        end = time.monotonic() + timeout_s
        while not ready():
            self.look()
            if time.monotonic() > end:
                raise ConfigError(f"{what} did not answer within {timeout_s:g} s: see the lines above.")
            time.sleep(0.05)

    def stop(self) -> None:
        """Collectors first: what they accepted stays in the log."""
        for child in self._children:
            child.stop()


def answers(host: str, port: int, path: str) -> bool:
    """Whether a GET of it is answered with 200."""
    connection = HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
