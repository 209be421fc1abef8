"""Records of conversions of the fakes' month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from onebyone.store import Param

_LINES: tuple[tuple[str, int, int, str, int, list[str], list[str], str, str], ...] = (
    # order, gross, net, seen, copies, matched by, flags, channel, status
    ("NL-48213", 13390, 11390, "both", 6, ["order_id"], ["value_conflict"], "Email", "counted"),
    ("NL-48113", 5480, 5480, "both", 6, ["order_id", "reload"], [], "Organic Search", "counted"),
    ("NL-46324", 31950, 31950, "both", 5, ["event_id"], ["event_id_reused"], "Direct", "counted"),
    ("NL-47235", 12900, 0, "both", 5, ["order_id"], [], "Paid Social", "cancelled"),
    ("NL-48297", 15900, 15900, "server-only", 1, [], [], "", "counted"),
    ("NL-46660", 4990, 4990, "both", 4, ["weak"], ["currency_missing"], "Referral", "counted"),
    ("NL-47638", 5990, 5990, "browser-only", 2, ["reload"], [], "Email", "unconfirmed"),
)


def sums(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    def row(
        name: str, counted: int, gross: int, refunded: int, reports: int, cancelled: int = 0, doubtful: int = 0
    ) -> dict[str, Any]:
        money = {
            "gross_minor": gross,
            "refunded_minor": refunded,
            "net_minor": gross - refunded,
            "refunds": 97,
            "over_minor": 0,
            "unconfirmed": doubtful,
            "unconfirmed_minor": doubtful * 5990,
        }
        base = {"name": name, "currency": "EUR", "counted": counted, "cancelled": cancelled, "reports": reports}
        return base | money

    rows = [
        row("purchase", 2492, 21530840, 741230, 4821, 6, 3),
        row("generate_lead", 318, 0, 0, 402),
        row("sign_up", 1046, 0, 0, 1100),
    ]
    return [one for one in rows if params["event"] in ("", one["name"])]


def parts(_: Mapping[str, Param]) -> list[dict[str, Any]]:
    rows = [
        ("via", "both", 1698), ("via", "server-only", 478), ("via", "browser-only", 316),
        ("matched", "order_id", 1641), ("matched", "event_id", 36), ("matched", "weak", 21),
        ("flag", "value_conflict", 37), ("flag", "cancelled", 6), ("flag", "unconfirmed", 3),
        ("flag", "event_id_reused", 2),
    ]  # fmt: skip
    return [{"kind": kind, "value": value, "records": records} for kind, value, records in rows]


def records(params: Mapping[str, Param], end: Any) -> list[dict[str, Any]]:
    """Seven of them, or as many as were asked for."""
    found = []
    for n in range(int(str(params["limit"])) if "channel=Email" in str(params.get("filters")) else len(_LINES)):
        order, gross, net, seen, copies, matched, flags, channel, status = _LINES[n % len(_LINES)]
        at = end - timedelta(hours=7 * n + 1)
        found.append(
            {
                "id": f"00000000-0000-4000-8000-{n:012d}", "first_hit": f"10000000-0000-4000-8000-{n:012d}", "n": 0,
                "event": "purchase", "order_id": order, "event_id": "", "placed_at": at.isoformat(), "status": status,
                "gross_minor": gross, "refunded_minor": gross - net, "net_minor": net, "currency": "EUR",
                "seen": seen, "vias": ["server", "tag"], "copies": copies, "matched_by": matched, "flags": flags,
                "channel": channel, "source": "", "campaign": "", "country": "DE", "device": "phone", "visitor": "7",
                "rank": 1000 - n,
            }
        )  # fmt: skip
    return found


def days(end: Any) -> list[dict[str, Any]]:
    """Thirty of them, the last three preliminary and one revised."""
    found = []
    for n in range(30):
        day = (end - timedelta(days=30 - n)).date()
        gross, refunded = 690_000 + n * 3_110, 24_700 if n % 4 else 0
        sums = {"counted": 81 + n, "gross_minor": gross, "refunded_minor": refunded, "net_minor": gross - refunded}
        then = {f"closed_{key}": value for key, value in sums.items()}
        if n == 21:
            then |= {"closed_refunded_minor": 0, "closed_net_minor": gross}
        found.append({"day": day.isoformat(), "currency": "EUR", "is_final": int(n < 27), **sums, **then})
    return found


def revisions(end: Any) -> list[dict[str, Any]]:
    of, made = (end - timedelta(days=10)).date(), (end - timedelta(days=2)).date()
    return [
        {
            "revised_on": made.isoformat(), "day": of.isoformat(), "cause": cause, "currency": "EUR", "records": 2,
            "counted": 0, "gross_minor": 0, "refunded_minor": 12_350, "net_minor": -12_350,
            "examples": ["NL-48113", "NL-48213"],
        }
        for cause in ("refund", "copy")
    ]  # fmt: skip
