"""What a command asks of a report beyond what all are asked: usual values, and those given as NAME=VALUE."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from onebyone.app.settings import ConfigError
from onebyone.reports.catalogue import COMMON, DIRECTORY, read_report
from onebyone.reports.choices import ALONE, usual
from onebyone.reports.power import split
from onebyone.store import Param


def params_of(report: str, given: Sequence[str]) -> dict[str, Param]:
    """Without those that only the caller knows. Raises ConfigError; UnknownReport is left to who asks the report."""
    file = DIRECTORY / f"{report}.sql"
    kinds = read_report(file).params if file.exists() else {}
    own = {name: kind for name, kind in kinds.items() if name not in COMMON}
    said: dict[str, Param] = {**ALONE.get(report, {}), **usual(report)}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals or name not in own:
            takes = f"takes {', '.join(sorted(own))}" if own else "takes nothing"
            raise ConfigError(f"--set {name[:64]}: {report} {takes} beside days, traffic and limit.")
        said[name] = _typed(name, own[name], text)
    return said


def _typed(name: str, kind: str, text: str) -> Param:
    """Raises ConfigError."""
    try:
        if kind == "Array(String)":
            return [one for one in split(text, ",") if one]
        if "Int" in kind:
            return int(text)
        return datetime.fromisoformat(text) if kind.startswith("DateTime") else text
    except ValueError:
        raise ConfigError(f"--set {name}: {text[:64]!r} is no {kind}.") from None
