"""What the fakes' numbers have behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from onebyone.store import Param

_OF_VISITORS = ("host", "browser", "device", "visitor")  # which a list of verdicts does not ask
_ORDERS = (
    ("NL-48213", 11390, "DE", "desktop", True, True),
    ("NL-48113", 5480, "AT", "phone", True, True),
    ("NL-48297", 15900, "", "", False, True),
)


def orders(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    end = _end(params)
    return [
        {
            "id": f"00000000-0000-4000-8000-{n:012d}", "first_hit": f"01920000-0000-7000-8000-{n:012d}",
            "order_id": order, "placed_at": (end - timedelta(hours=7 * n + 1)).isoformat(), "gross_minor": net,
            "net_minor": net, "currency": "EUR", "visitor": str(7001 + n), "country": country,
            "device": device, "in_browser": browser, "in_server": server,
            "counted": len(_ORDERS), "net_sum": sum(one[1] for one in _ORDERS),
        }
        for n, (order, net, country, device, browser, server) in enumerate(_ORDERS)
    ]  # fmt: skip


def missed(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    return [row | {"withheld": 0} for row in orders(params)]


def shared(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    of = {"share": 0.5, "share_minor": 800, "share_sum": 1.5, "share_minor_sum": 2400}
    return [row | of for row in orders(params)]


def drops(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    return [
        {
            "received_at": (_end(params) - timedelta(minutes=5)).isoformat(), "n": 0, "reason": params["reason"],
            "hit": "01920000-0000-7000-8000-000000000001", "name": "purchase", "via": "tag",
            "host": "nordlight.example", "path": "/bestellung/danke", "order_id": "NL-48213",
            "country": "DE", "os": "Windows", "actor": "human",
            "of_hit": "01920000-0000-7000-8000-000000000009", "counted": 1698,
        }
    ]  # fmt: skip


def visitors(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    end = _end(params)
    return [
        {
            "visitor": str(7001 + n), "times": 4 - n, "first_at": (end - timedelta(days=n + 2)).isoformat(),
            "last_at": (end - timedelta(hours=n + 1)).isoformat(), "counted": 3, "times_sum": 9,
        }
        for n in range(3)
    ]  # fmt: skip


def people(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    return [{"person" if key == "visitor" else key: value for key, value in row.items()} for row in visitors(params)]


def events(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    """As many as fit, of a longer list."""
    end, most = _end(params), int(str(params["limit"]))
    return [
        {
            "at": (end - timedelta(minutes=n + 1)).isoformat(timespec="milliseconds"),
            "name": params["event"] or "page_view", "via": "tag", "host": "nordlight.example",
            "path": "/leuchten/halo-pendant", "order_id": "", "value": 0, "currency": "", "country": "DE",
            "browser": "Chrome", "os": "Windows", "device": "desktop", "actor": "human",
            "hit": f"01920000-0000-7000-8000-{n:012d}", "n": 0, "visitor": "7001", "counted": 84212,
        }
        for n in range(min(most, 50))
    ]  # fmt: skip


def judged(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    why = {"agent": "Googlebot", "confidence": 99, "reasons": ["list.crawler_user_agents", "crawler.verified"]}
    of = why | {"actor": "machine_declared", "network": "crawler.googlebot"}
    rows = events({**params, "event": ""})
    return [{key: value for key, value in row.items() if key not in _OF_VISITORS} | of for row in rows]


def kept(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    rows = events({**params, "event": ""})
    return [
        {key: value for key, value in row.items() if key not in _OF_VISITORS} | {"received_at": row["at"]}
        for row in rows
    ]


def readers(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    return [{"recipient" if key == "visitor" else key: value for key, value in row.items()} for row in visitors(params)]


def loads(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    measured = {"lcp": 2310.0, "inp": None, "cls": 0.04, "fcp": 1200.0, "ttfb": 300.0}
    columns = ("at", "hit", "n", "host", "path", "device", "counted")
    return [{key: row[key] for key in columns} | measured for row in events({**params, "event": "web_vitals"})]


def _end(params: Mapping[str, Param]) -> datetime:
    end = params["to"]
    assert isinstance(end, datetime)
    return end


def days(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    """Of rows by day: each has less than the one before it, and a week of its own."""
    rows, start, end = params["rows"], params["from"], params["to"]
    assert isinstance(rows, Sequence) and isinstance(start, datetime) and isinstance(end, datetime)
    width = {"source": 2, "campaign": 3, "term": 2, "content": 2, "landing": 2}.get(str(params.get("by", "landing")), 1)
    named = [list(rows[at : at + width]) for at in range(0, len(rows), width)]
    return [
        {
            "named": row,
            "day": f"{start + timedelta(days=n, hours=2):%Y-%m-%d}",
            "counted": 90 // (at + 1) + n * (n + at) % 17,
        }
        for n in range((end - start).days)
        for at, row in enumerate(named)
    ]
