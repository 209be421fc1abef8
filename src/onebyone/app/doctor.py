"""What is wrong with an installation: each check says what it found, and what to do."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy.exc import DBAPIError

from onebyone.app.asking import reports_of
from onebyone.app.doctor_consent import Finding, examine_consent
from onebyone.app.list_update import OLD_DAYS, ages
from onebyone.app.running import is_served, read_running
from onebyone.app.settings import ConfigError, Place, Settings, open_place, read_settings
from onebyone.app.state import State, open_state
from onebyone.app.verdicts import NETWORKS, open_rules
from onebyone.app.waiting import LogWaiting
from onebyone.event import Hit, Via
from onebyone.log import LogUnavailable
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.pipeline.judge import PROTO
from onebyone.pipeline.networks import ListUnreadable
from onebyone.store import StoreUnavailable

_MIN_FREE_SHARE = 0.2  # merges of the store need as much room as their result (specs/store.md 5)
_MIN_FREE_BYTES = 2 * 1024**3
_MAX_WAITING = 100_000
_HITS = msgspec.msgpack.Decoder(Hit)


def examine(data: Path) -> list[Finding]:
    """Every check, also after one that failed, as far as what it needs is there."""
    try:
        place = open_place(data)
        settings = read_settings(place)
    except ConfigError as error:
        return [Finding("Data directory", False, str(error))]
    findings = [Finding("Data directory", True, str(place.data)), _disk(place)]
    try:
        state = open_state(place)
    except ConfigError as error:
        return [*findings, Finding("State", False, str(error))]
    return [
        *findings, *_sites(state), *_processes(place), *_log(place, state), *_store(place), *_verdicts(place),
        *_scheme(place, settings),
        *examine_consent(place, settings, state),
    ]  # fmt: skip


def _disk(place: Place) -> Finding:
    free = shutil.disk_usage(place.data)
    enough = free.free > max(_MIN_FREE_BYTES, 0) or free.free / free.total > _MIN_FREE_SHARE
    found = f"{free.free / 1024**3:.1f} GiB of {free.total / 1024**3:.1f} free"
    do = "" if enough else "Free some space: a full disk stops the collector from accepting."
    return Finding("Disk", enough and os.access(place.data, os.W_OK), found, do)


def _verdicts(place: Place) -> Iterator[Finding]:
    """Rules and network lists. Without lists of one's own the seed of the package serves."""
    try:
        open_rules(place.data)
        found = ages(place.data / NETWORKS, time.time())
    except (ConfigError, ListUnreadable) as error:
        yield Finding("Rules of verdicts", False, str(error), "Correct the file, or remove it.")
        return
    if not found:
        yield Finding("Network lists", True, "the seed of the package", "For fresh ones: onebyone update-lists")
        return
    oldest = max(found.values())
    old = [name for name, days in found.items() if days > OLD_DAYS]
    do = f"Renew them: onebyone update-lists ({', '.join(old[:5])})" if old else ""
    yield Finding("Network lists", not old, f"{len(found)}, the oldest {oldest} days old", do)


def _scheme(place: Place, settings: Settings) -> Iterator[Finding]:
    """Headers that browsers send over HTTPS alone are missed only where it is known that they came so."""
    if not settings.addresses.public_url.startswith("https:"):
        return
    reader = SqliteReader(place.hits)
    try:
        before = {partition: mark.seq - 1 for partition, mark in reader.tail().items() if mark.seq}
        groups = reader.read(before, max_groups=len(before)) if before else []
    except LogUnavailable:
        return  # told above
    finally:
        reader.close()
    hits = [_HITS.decode(record) for group in groups for record in group.records]
    seen = [hit for hit in hits if hit.via in (Via.TAG, Via.IMAGE)]
    if seen:
        told = any(PROTO in hit.headers for hit in seen)
        found = "known from the proxy" if told else "the proxy does not say that visitors come so: two rules are silent"
        yield Finding("Verdicts over HTTPS", told, found, "" if told else "Let the proxy send X-Forwarded-Proto.")


def _sites(state: State) -> Iterator[Finding]:
    try:
        sites = state.sites.all()
    except DBAPIError as error:
        yield Finding("State", False, str(error.orig), "Restore state.db from a backup.")
        return
    do = "" if sites else "Add one: onebyone site add NAME --origin https://…"
    yield Finding("Sites", bool(sites), f"{len(sites)}", do)


def _processes(place: Place) -> Iterator[Finding]:
    running = read_running(place) if is_served(place) else None
    if running is None:
        yield Finding("Processes", False, "not running", "Start it: onebyone serve")
        return
    yield Finding("Processes", True, f"supervisor {running.supervisor}, {', '.join(running.processes)}")


def _log(place: Place, state: State) -> Iterator[Finding]:
    waiting = LogWaiting(place, state.bounds)
    try:
        counts = waiting.counts()
        letters = waiting.letter_count()
    except LogUnavailable as error:
        yield Finding("Log", False, str(error), "Look at the disk; a damaged file can be moved away.")
        return
    ok = counts.waiting < _MAX_WAITING
    waits = f"{counts.in_pipeline:,} wait for the pipeline, {counts.in_loader:,} for the store"
    found = f"{counts.received:,} received, {waits}"
    yield Finding("Log", ok, found, "" if ok else "The pipeline or the store does not keep up: see their log lines.")
    do = "Read them in the console, System." if letters else ""
    yield Finding("Dead letters", True, f"{letters:,}", do)


def _store(place: Place) -> Iterator[Finding]:
    try:
        with reports_of(place) as reports:
            reports.run("ledger_totals", site="")
    except (StoreUnavailable, ConfigError) as error:
        yield Finding("Store", False, str(error), "See the engine's log lines.")
    else:
        yield Finding("Store", True, "answers")
    aside = len(list(place.store.glob("store/*/*/detached/broken*")))
    if aside:
        do = "What a full disk damaged was written again. If the disk was never full, look at its health."
        yield Finding("Damaged parts", True, f"{aside:,} set aside in {place.store}", do)
