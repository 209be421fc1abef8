"""A report's own choices, as an address has them."""

from __future__ import annotations

from collections.abc import Collection

from onebyone.reports.choices import CHOICES, usual
from onebyone.store import Param
from onebyone.web.address import NotUnderstood, View


def keys(report: str) -> Collection[str]:
    return CHOICES.get(report, {})


def chosen(view: View, report: str) -> dict[str, Param]:
    """Its parameters. Raises NotUnderstood for a value that is none of theirs."""
    found: dict[str, Param] = {}
    for key, value in usual(report).items():
        found[key] = given = view.given.get(key) or value
        if given not in CHOICES[report][key]:
            raise NotUnderstood(
                f"`{given}` is no {key}. Use {', '.join(CHOICES[report][key])}. ", "Show the page without it",
                view.link(**{key: ""}), ".",
            )  # fmt: skip
    return found
