"""The rules and network lists of one data directory, opened."""

from __future__ import annotations

from pathlib import Path

from onebyone.app.settings import ConfigError
from onebyone.pipeline.classifier import Classifier
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.networks import ListUnreadable, Networks, find_lists
from onebyone.pipeline.rules import OWN, Ruleset, RulesUnreadable, read_rules

NETWORKS = "networks"  # the directory of the operator's lists


def open_rules(data: Path | None, file: str = OWN) -> Ruleset:
    """The package's rules with those of the data directory. Raises ConfigError."""
    try:
        return read_rules(data / file if data is not None else None)
    except RulesUnreadable as error:
        raise ConfigError(f"{error}. Correct the file, or remove it.") from error


def open_networks(data: Path | None) -> Networks:
    """The seed with the lists of the data directory. Raises ConfigError."""
    try:
        return Networks(find_lists(data / NETWORKS if data is not None else None))
    except ListUnreadable as error:
        raise ConfigError(f"{error}. Correct the file, or remove it.") from error


def open_judge(data: Path | None, *, file: str = OWN, asks_dns: bool = False) -> Judge:
    """Compiled: takes a quarter of a second, and seconds with the long lists. Raises ConfigError."""
    return Judge(Classifier(open_rules(data, file)), networks=open_networks(data), asks_dns=asks_dns)


def files_of(data: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when the rules or lists do."""
    paths = [data / OWN, *sorted((data / NETWORKS).glob("*"))]
    found = []
    for path in paths:
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue
        found.append((path.name, stat.st_mtime_ns, stat.st_size))
    return tuple(found)
