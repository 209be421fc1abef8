"""The address of a list behind a number: what of the page's own it keeps, and how it names a row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from onebyone.reports.filters import Condition
from onebyone.web.address import View, address

Kind = Literal["orders", "visitors", "events", "drops", "recipients"]
_KEPT = ("period", "from", "to", "traffic", "segment")  # of the page that the number stands on


def at(view: View, kind: str, asked: Mapping[str, str], *more: Condition) -> str:
    """With the period, the traffic and the filters of the page, unless `asked` says others; `more` narrows further."""
    kept = {key: view.given[key] for key in _KEPT if view.given.get(key)}
    if "from" in asked:
        kept.pop("period", None)
    path = re.sub(r"^(/s/[^/]+)/.*", rf"\1/behind/{kind}", view.path)
    return address(path, {**kept, **asked}, (*view.filters, *more))


def joined(values: Sequence[str]) -> str:
    return ",".join(re.sub(r"([\\,])", r"\\\1", value) for value in values)


def split(text: str) -> list[str]:
    parts = re.findall(r"(?:^|,)((?:\\.|[^\\,])*)", text, re.DOTALL)
    return [re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in parts]
