"""Where `serve` listens and which processes it started, for the other commands."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from onebyone.app.settings import Place, read_settings


class Running(msgspec.Struct, frozen=True):
    collector: str
    console: str
    supervisor: int = 0
    processes: dict[str, int] = {}

    @property
    def is_alive(self) -> bool:
        """Whether the supervisor that wrote this still runs, and is not this process."""
        if self.supervisor in (0, os.getpid()):
            return False
        try:
            os.kill(self.supervisor, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def running_file(place: Place) -> Path:
    return place.data / "run" / "running.json"


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
