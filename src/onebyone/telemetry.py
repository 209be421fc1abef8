"""Every metric and log event by name, and their set-up.

Owns:  the names; counters that cost the hot path an addition; one file per process that the console's /metrics reads.
Takes: numbers.
Gives: log lines as JSON on standard error, and the text format of Prometheus.
Never: an address, a cookie, a token, an e-mail, a query string.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TextIO, cast, get_args

import msgspec
import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

Metric = Literal[
    "onebyone_hits_stored_total",  # requests that are on disk, by via
    "onebyone_hits_refused_total",  # requests answered as not stored, by why: busy, unwell, bug
    "onebyone_sightings_total",  # outcomes written by the pipeline, by fate
    "onebyone_drops_total",  # dropped sightings, by reason
    "onebyone_pipeline_batches_total",  # batches the pipeline committed
    "onebyone_pipeline_seconds_total",  # time the pipeline spent on them
    "onebyone_rows_loaded_total",  # rows the store took, replays included
    "onebyone_load_seconds_total",  # time the loader spent on them
    "onebyone_log_unwell_total",  # times a log, the state or the store could not be used, by which
    "onebyone_deliveries_accepted_total",  # conversions that a platform took, by destination
    "onebyone_delivery_failures_total",  # rounds that ended without a usable answer, by destination
    "onebyone_destinations_stopped_total",  # times a destination was stopped to wait for its operator, by destination
    "onebyone_process_started_seconds",  # unix time at which a process started
]

LogEvent = Literal[
    "process_started",
    "process_stopped",
    "process_died",  # the supervisor starts it again
    "log_unwell",
    "log_recovered",
    "batch_failed",  # a step raised; the sightings are dead-lettered
    "batch_committed",
    "batch_loaded",
    "sites_reloaded",
    "files_expired",
    "rows_expired",  # the daily job forgot what is older than its site's terms
    "request_failed",  # a bug at the request boundary
    "report_failed",  # a report could not be answered: the store is unwell, or it asked too much
    "destination_failing",  # left alone for a while, then tried again
    "destination_stopped",  # its credentials or settings do not work: it waits for its operator
    "notices_unwell",  # alarms and exports could not be looked after; they are at the next turn
    "store_locked",
    "replay_started",
    "verdicts_replayed",  # stored events have the verdicts of the present rules
    "person_erased",
    "erasure_failed",  # by a defect; it is tried again
    "rules_loaded",  # rules or network lists changed; verdicts follow them from here on
    "store_damaged",  # a full disk refused what the engine took for written; it is opened anew
    "rules_refused",  # a file of them cannot be read; the last good ones go on
]

METRICS: tuple[str, ...] = get_args(Metric)


class Counters:
    """One process's numbers. `add` is an addition in a dict; `write` puts them where the console finds them."""

    def __init__(self, process: str) -> None:
        self._process = process
        self._values: dict[tuple[str, str], float] = {}
        self.set("onebyone_process_started_seconds", time.time())

    def add(self, metric: Metric, label: str = "", value: float = 1) -> None:
        key = (metric, label)
        self._values[key] = self._values.get(key, 0) + value

    def set(self, metric: Metric, value: float, label: str = "") -> None:
        self._values[metric, label] = value

    def get(self, metric: Metric, label: str = "") -> float:
        return self._values.get((metric, label), 0)

    def write(self, directory: Path) -> None:
        """Replace this process's file. A full disk is not this file's business: then it stays old."""
        rows = [(metric, label, value) for (metric, label), value in self._values.items()]
        path = directory / f"{self._process}.json"
        with contextlib.suppress(OSError):
            directory.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{os.getpid()}.new")
            fresh.write_bytes(msgspec.json.encode(rows))
            fresh.replace(path)


class _Files(Collector):
    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def collect(self) -> Iterable[CounterMetricFamily | GaugeMetricFamily]:
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for path in sorted(self._directory.glob("*.json")):
            for metric, label, value in _read(path):
                counts = metric.endswith("_total")
                family = families.get(metric)
                if family is None:
                    kind = CounterMetricFamily if counts else GaugeMetricFamily
                    family = families[metric] = kind(metric, metric, labels=["process", "label"])
                family.add_metric([path.stem, label], value)
        return families.values()


def _read(path: Path) -> list[tuple[str, str, float]]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[tuple[str, str, float]])
    except (OSError, msgspec.DecodeError):
        return []


def metrics_text(directory: Path) -> str:
    """All processes' numbers in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Files(directory))
    return generate_latest(registry).decode()


class _StandardError:
    """Wherever it is when a line is written: it may have been replaced since the loggers were set up."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def set_up_logging(process: str, *, level: str = "") -> None:
    """JSON lines on standard error, each with the process's name. Called once, at the start of a process.

    Without a level, that of the environment variable ONEBYONE_LOG; without that, info.
    """
    level = level or os.environ.get("ONEBYONE_LOG", "info")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=lambda value, **_: msgspec.json.encode(value).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _StandardError())),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)


class Log:
    """Log events by name. One line a batch, never one an event."""

    def __init__(self) -> None:
        self._logger = structlog.get_logger()

    def info(self, event: LogEvent, **fields: object) -> None:
        self._logger.info(event, **fields)

    def warning(self, event: LogEvent, **fields: object) -> None:
        self._logger.warning(event, **fields)

    def error(self, event: LogEvent, **fields: object) -> None:
        self._logger.error(event, **fields)


def process_starts(directory: Path) -> list[tuple[str, float, float]]:
    """Each process that wrote numbers: name, when it started, when it wrote last (unix seconds)."""
    found = []
    for path in sorted(directory.glob("*.json")):
        started = {metric: value for metric, _, value in _read(path)}.get("onebyone_process_started_seconds", 0.0)
        with contextlib.suppress(FileNotFoundError):
            found.append((path.stem, started, path.stat().st_mtime))
    return found
