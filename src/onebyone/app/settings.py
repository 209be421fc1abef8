"""The data directory and its settings file."""

from __future__ import annotations

import socket
from pathlib import Path

import msgspec
from msgspec import Struct

from onebyone import places
from onebyone.collect import commit, connection, desk
from onebyone.destinations import forward
from onebyone.log import sqlite_writer
from onebyone.log.sqlite_upkeep import Retention
from onebyone.notices import sender
from onebyone.pipeline import judge, worker
from onebyone.state import consent_records
from onebyone.store import load
from onebyone.store.engine import Limits
from onebyone.store.retention import Terms


class ConfigError(Exception):
    """An operator's mistake: one line that says what to change. Exit code 2."""


class Addresses(Struct, frozen=True, forbid_unknown_fields=True):
    host: str = "127.0.0.1"
    port: int = 8000
    console_host: str = "127.0.0.1"
    console_port: int = 8001
    public_url: str = ""  # of the collector, as browsers reach it; default: http://host:port
    console_url: str = ""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """`onebyone.toml` in the data directory; each table is a room's own Settings."""

    addresses: Addresses = Addresses()
    collect: desk.Settings = desk.Settings()
    connections: connection.Limits = connection.Limits()
    commit: commit.Settings = commit.Settings()
    log: sqlite_writer.Settings = sqlite_writer.Settings()
    keep_hits: Retention = Retention(keep_days=7)
    keep_events: Retention = Retention(keep_days=30)
    pipeline: worker.Settings = worker.Settings()
    places: places.Settings = places.Settings()
    verdict: judge.Settings = judge.Settings()
    load: load.Settings = load.Settings()
    forward: forward.Settings = forward.Settings()
    mail: sender.Settings = sender.Settings()  # alarms and scheduled exports leave by it
    store: Limits = Limits()
    keep_consent: consent_records.Settings = consent_records.Settings()
    terms: Terms = Terms()  # how long the store keeps rows


class Place(Struct, frozen=True):
    """Where everything lies. All of it is below one directory."""

    data: Path

    @property
    def settings_file(self) -> Path:
        return self.data / "onebyone.toml"

    @property
    def hits(self) -> Path:
        return self.data / "log" / "hits"

    @property
    def events(self) -> Path:
        return self.data / "log" / "events"

    @property
    def facts(self) -> Path:
        return self.data / "log" / "facts"

    @property
    def key_file(self) -> Path:
        """Opens the secrets of destinations. To be kept apart from backups of the rest."""
        return self.data / "destinations.key"

    @property
    def letters(self) -> Path:
        return self.data / "log" / "dead.db"

    @property
    def store(self) -> Path:
        return self.data / "store"

    @property
    def metrics(self) -> Path:
        return self.data / "run" / "metrics"

    @property
    def socket(self) -> Path:
        return self.data / "run" / "engine.sock"

    @property
    def exports(self) -> Path:
        """What is exported by a clock: a directory a site, in it one an export."""
        return self.data / "exports"

    @property
    def regions(self) -> Path:
        """The operator's own table of regions, if there is one."""
        return self.data / "regions.json"

    @property
    def consent_heads(self) -> Path:
        """The last entry of each chain of consent records, day by day."""
        return self.data / "consent-heads.jsonl"

    @property
    def replay(self) -> Path:
        """Asks the pipeline to start again from the beginning of the log."""
        return self.data / "run" / "replay"

    @property
    def reweigh(self) -> Path:
        """Asks whoever owns the store to judge stored events again; holds the moment before which they arrived."""
        return self.data / "run" / "reweigh"

    @property
    def reweigh_records(self) -> Path:
        """The same of the copies that conversions are made of; asks the pipeline."""
        return self.data / "run" / "reweigh-records"


def open_place(data: Path) -> Place:
    """The data directory, created if it is missing. Raises ConfigError."""
    place = Place(data.expanduser().absolute())
    try:
        for directory in (place.data, place.data / "log", place.metrics):
            directory.mkdir(parents=True, exist_ok=True)
        place.data.chmod(0o700)
    except OSError as error:
        raise ConfigError(
            f"cannot use the data directory {place.data}: {error.strerror}. Choose another with --data."
        ) from error
    return place


def read_settings(place: Place) -> Settings:
    """Defaults where the file says nothing. Raises ConfigError with the name of what is wrong."""
    try:
        text = place.settings_file.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise ConfigError(f"cannot read {place.settings_file}: {error.strerror}.") from error
    try:
        return msgspec.toml.decode(text, type=Settings)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{place.settings_file}: {error}. Correct it, or remove the line.") from error


def check_port(host: str, port: int, option: str) -> int:
    """The port, or a free one for 0. Raises ConfigError if it is taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the last server's closed connections do not count
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigError(
                f"cannot listen on {host}:{port}: {error.strerror}. Choose another with {option}."
            ) from error
        return int(probe.getsockname()[1])
