"""What a report can be asked beyond what all are asked: its own parameters with their values, the usual one first."""

from __future__ import annotations

from collections.abc import Mapping

CHOICES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "churn": {"unit": ("month", "week"), "k": ("3", "2", "4", "5", "6")},
    "lifetime": {"unit": ("month", "week"), "since": ("order", "visit")},
    "populations": {"unit": ("week", "day", "month")},
}


def usual(report: str) -> dict[str, str]:
    """What a file or a command asks where nobody chose."""
    return {name: values[0] for name, values in CHOICES.get(report, {}).items()}
