"""What a report can be asked beyond what all are asked: its own parameters with their values, the usual one first."""

from __future__ import annotations

from collections.abc import Mapping

from onebyone.store import Param

_MONTH_MS = 30 * 86_400_000
_BY_TOUCH: Mapping[str, Param] = {"event": "purchase", "by": "channel", "window_days": 30, "reset": 0, "reduce": ""}
_FUNNEL: Mapping[str, Param] = {"within_ms": _MONTH_MS, "without": ""}
_REVENUE: Mapping[str, Param] = {"event": "purchase", "dated": "order"}
_RECORDS: Mapping[str, Param] = {
    "event": "purchase", "via": "", "matched": "", "flag": "", "low": -(10**15), "high": 10**15,
}  # fmt: skip
ALONE: Mapping[str, Mapping[str, Param]] = {  # what a command asks of a report that a page asks with its own form
    **dict.fromkeys(("paths", "credits_by_rule"), _BY_TOUCH),
    **dict.fromkeys(("funnel", "funnel_split"), _FUNNEL),
    **dict.fromkeys(("conversion_parts", "conversion_sums"), _RECORDS),
    "conversion_records": {
        **_RECORDS, "sort": "-at", "after_rank": 2**63 - 1, "after_id": "ffffffff-ffff-ffff-ffff-ffffffffffff",
    },
    "people": {"text": "", "persons": []},
    **dict.fromkeys(("revenue_days", "revenue_revisions"), _REVENUE),
    "loss": {"event": "purchase", "by": ""},
    "reconciliation_orders": {"window_days": 30},
    "retention": {"first": "page_view", "again": "page_view", "unit": "week", "entry": "first"},
    "property_paths": {
        "first": "", "goal": "purchase", "steps": "first", "sort": "-people", "within_ms": _MONTH_MS,
    },
    "experiment": {
        "event": "experiment_view", "prop": "variant", "only": "", "value": "", "goal": "purchase", "wait_ms": 0,
        "within_ms": _MONTH_MS,
    },
}  # fmt: skip
CHOICES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "churn": {"unit": ("month", "week"), "k": ("3", "2", "4", "5", "6")},
    "lifetime": {"unit": ("month", "week"), "since": ("order", "visit")},
    "populations": {"unit": ("week", "day", "month")},
}


def usual(report: str) -> dict[str, str]:
    """What a file or a command asks where nobody chose."""
    return {name: values[0] for name, values in CHOICES.get(report, {}).items()}
