"""Where `serve` listens and which processes it started, for the other commands."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import msgspec

from onebyone.app.settings import ConfigError, Place, read_settings

_PATIENCE_S = 1.0  # somebody who only asks holds the lock for a moment


class Running(msgspec.Struct, frozen=True):
    collector: str
    console: str
    supervisor: int = 0
    processes: dict[str, int] = {}


class Held:
    """The right to serve a place: a lock that ends with its process, whatever number that process had."""

    def __init__(self, place: Place) -> None:
        self._handle = os.open(_lock_file(place), os.O_RDWR | os.O_CREAT, 0o600)

    def take(self) -> bool:
        """False if another process serves the place."""
        end = time.monotonic() + _PATIENCE_S
        while not _lock(self._handle, fcntl.LOCK_EX):
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def give_back(self) -> None:
        os.close(self._handle)


def check_unserved(place: Place) -> None:
    """Raises ConfigError if a supervisor runs here."""
    if is_served(place):
        raise already_served(place)


def already_served(place: Place) -> ConfigError:
    running = read_running(place)
    who = f" (process {running.supervisor})" if running is not None else ""
    return ConfigError(f"onebyone already serves {place.data}{who}: stop it first.")


def is_served(place: Place) -> bool:
    """Whether a supervisor runs here, in this process or another."""
    try:
        handle = os.open(_lock_file(place), os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _lock(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _lock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_file(place: Place) -> Path:
    return place.data / "run" / "serve.lock"


def running_file(place: Place) -> Path:
    return place.data / "run" / "running.json"


def write_running(place: Place, running: Running) -> bool:
    """As a whole, or not at all: False where the disk takes nothing, and the file stays as it was."""
    fresh = running_file(place).with_suffix(".new")
    try:
        fresh.write_bytes(msgspec.json.encode(running))
        fresh.replace(running_file(place))
    except OSError:
        return False
    return True


def read_running(place: Place) -> Running | None:
    """As it was written last, which may be before a crash."""
    try:
        return msgspec.json.decode(running_file(place).read_bytes(), type=Running)
    except (OSError, msgspec.DecodeError):
        return None


def collector_url(place: Place) -> str:
    """As browsers reach it: the setting, else where `serve` listens now, else where it would."""
    addresses = read_settings(place).addresses
    running = read_running(place)
    found = addresses.public_url or (running.collector if running else f"http://{addresses.host}:{addresses.port}")
    return found.rstrip("/")
