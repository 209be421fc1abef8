"""One month of a small shop, as its reports answer. 1,698 + 389 + 178 + 64 + 2,492 = 4,821."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from onebyone.reports.segment.read import BEGINS, read
from onebyone.reports.segment.rule import rows as rule_rows
from onebyone.store import Param
from web import behind_rows, funnel_parts, on_page, power_rows, property_paths, records

NOW = datetime(2026, 11, 12, 13, 32, 6, tzinfo=UTC)  # 14:32:06 in Berlin
HIT = "01a1c6c4-7cd6-744c-8829-fda91e2feb89"
SECOND = "01a1c6c4-8000-744c-8829-fda91e2feb90"

ANYTHING = "people who did anything"

Row = dict[str, Any]
Answers = Mapping[str, Callable[[Mapping[str, Param]], list[Row]]]


_PATHS: tuple[tuple[list[str], int, int, float], ...] = (
    (["Organic Search"], 612, 18210, 0.0),
    (["Paid Search", "Direct"], 540, 9120, 3.2),
    (["Email"], 431, 4010, 0.0),
    (["Paid Social", "Organic Search", "Direct", "Direct"], 309, 7210, 11.4),
    (["Referral", "Email"], 113, 902, 6.0),
    ([], 487, 0, 0.0),
)
_RULES = (
    "first_touch", "last_touch", "last_non_direct", "linear", "position_40_20_40", "time_decay_half_life_168h",
)  # fmt: skip


_CONSENTING = (("DE", 40110, 22030, 12010), ("US", 20110, 20110, 9010), ("GB", 9120, 8100, 2200), ("", 310, 0, 0))


def _consent(country: str, views: int, statistics: int, ads: int) -> Row:
    sums = {"views": views, "with_statistics": statistics, "with_ads": ads}
    return {"country": country} | sums | {"withheld_views": views - statistics, "chosen": views // 2}


def _path(path: list[str], orders: int, nulls: int, days: float) -> Row:
    told: Row = {"path": path, "orders": orders, "revenue_minor": orders * 8342, "nulls": nulls, "days": days}
    return told | {"all_paths": len(_PATHS), "all_nulls": sum(nulls for _, _, nulls, _ in _PATHS)}


_TOUCHES: tuple[tuple[str, str, str, int], ...] = (
    ("2026-11-10T18:31:40.000Z", "Direct", "(direct)", 0),
    ("2026-11-03T07:12:09.000Z", "Email", "newsletter", 1),
    ("2026-10-29T20:40:51.000Z", "Paid Search", "google", 0),
    ("2026-09-30T11:02:00.000Z", "Organic Search", "google", 1),
)


def _touch(started: str, label: str, source: str, elsewhere: int) -> Row:
    age_s = (datetime(2026, 11, 10, 18, 42, 8, tzinfo=UTC) - datetime.fromisoformat(started)).total_seconds()
    medium = {"Email": "email", "Paid Search": "cpc", "Direct": "(none)"}.get(label, "organic")
    told: Row = {"started_at": started, "label": label, "is_direct": label == "Direct", "source": source}
    told |= {"medium": medium, "campaign": "lichterzeit-2026" if label == "Email" else "", "elsewhere": elsewhere}
    return told | {"age_ms": round(age_s * 1000), "counts": age_s <= 30 * 86_400, "net_minor": 11390}


def _credits() -> list[Row]:
    """Each path's orders go to its first label, under any rule but the last touch."""
    rows = []
    for model in _RULES:
        sums: dict[str, int] = {}
        for path, orders, _, _ in _PATHS:
            label = (path[-1] if model == "last_touch" else path[0]) if path else ""
            sums[label] = sums.get(label, 0) + orders
        rows += [{"model": model, "label": x, "orders": n, "revenue_minor": n * 8342} for x, n in sums.items()]
    return rows


def _source(source: str, medium: str, visitors: int, orders: int) -> Row:
    sums = {"visitors": visitors, "sessions": visitors * 2, "orders": orders, "revenue_minor": orders * 8342}
    return {"source": source, "medium": medium} | sums


def _referrer(host: str, visitors: int, orders: int) -> Row:
    return {
        key: value for key, value in _source(host, "", visitors, orders).items() if key not in ("source", "medium")
    } | {"referrer_host": host}


def _property(name: str, key: str, seen: int, numbers: int, examples: list[str]) -> Row:
    return {
        "name": name,
        "key": key,
        "seen": seen,
        "different": 12,
        "numbers": numbers,
        "addresses": 0,
        "examples": examples,
    }


def _event_days(name: str, usual: int, latest: int) -> Row:
    """Of 30 days; `latest` is of the last that is over."""
    first = date(2026, 10, 14)
    counts = [usual + 3 * (n % 7) for n in range(28)] + [latest, usual // 2]
    return {
        "name": name, "total": sum(counts),
        "days": [[(first + timedelta(days=n)).isoformat(), count] for n, count in enumerate(counts)],
    }  # fmt: skip


def _order_channels(params: Mapping[str, Param]) -> list[Row]:
    names = ("Email", "Organic Search", "Paid Search", "Email", "Unattributed", "Direct", "Paid Social")
    orders = params["orders"]
    assert isinstance(orders, list)
    return [{"id": id, "channel": names[n % len(names)]} for n, id in enumerate(orders)]


def _cohorts(_: Mapping[str, Param]) -> list[Row]:
    rows = []
    for week, begin in enumerate(("2026-10-12", "2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09")):
        size = 9000 + 700 * week
        rows.append({"cohort": begin, "later": -1, "people": size, "value_minor": 0})
        for later in range(5 - week):
            back = int(size * (0.42, 0.21, 0.14, 0.11, 0.09)[later])
            rows.append({"cohort": begin, "later": later, "people": back, "value_minor": back * 310})
    return rows


def _lifetime(params: Mapping[str, Param]) -> list[Row]:
    """Five cohorts, months or weeks apart; each but the last was worth more later."""
    months = ("2026-07-01", "2026-08-01", "2026-09-01", "2026-10-01", "2026-11-01")
    weeks = ("2026-10-12", "2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09")
    rows = []
    for n, begin in enumerate(months if params["unit"] == "month" else weeks):
        people = 1100 + 90 * n
        rows.append({"cohort": begin, "later": -1, "people": people, "orders": 0, "net_minor": 0})
        for later in range(5 - n):
            buyers = int(people * (1, 0.11, 0.08, 0.06, 0.02)[later])
            rows.append(
                {"cohort": begin, "later": later, "people": buyers, "orders": buyers + 40, "net_minor": buyers * 8342}
            )
    return [*rows, {"cohort": "2026-11-01", "later": -2, "people": 0, "orders": 76, "net_minor": 634_012}]


def _churn(params: Mapping[str, Param]) -> list[Row]:
    """What is active is that of the unit before, and who came and came back in it, less the lost."""
    months = ("2026-08-01", "2026-09-01", "2026-10-01", "2026-11-01")
    weeks = ("2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09")
    quiet = 34 * int(str(params["k"]))
    gap: Row = {"gap_days": 34, "quiet_days": quiet, "repeaters": 2_811, "first_day": "2026-01-04"}
    active, rows = 6_204, []
    for n, starts in enumerate(months if params["unit"] == "month" else weeks):
        fresh, back, churned = 1_190 + 90 * n, 140 + 12 * n, 802 + 31 * n
        rows.append({"starts": starts, "active": active, "fresh": fresh, "back": back, "churned": churned} | gap)
        active += fresh + back - churned
    return rows


def _populations(params: Mapping[str, Param]) -> list[Row]:
    """Seen is that of the unit before, less the dormant, more the fresh and the resurrected."""
    days = {"day": 1, "week": 7}.get(str(params["unit"]), 30)
    last, seen, rows = date(2026, 11, 9) if days == 7 else date(2026, 11, 12), 14_100, []
    for n in range(5):
        fresh, resurrected = 9_000 + 400 * n, 700 + 90 * n
        dormant = 8_600 + 900 * n
        seen += fresh + resurrected - dormant
        starts = last - timedelta(days=days * (4 - n))
        row: Row = {"starts": starts.isoformat(), "seen": seen, "fresh": fresh, "resurrected": resurrected}
        rows.append(row | {"returning": seen - fresh - resurrected, "dormant": dormant})
    return rows


def _variant(kind: str, variant: str, people: int, converted: int, waiting: int) -> Row:
    """Each order of an 83.42."""
    row: Row = {"kind": kind, "variant": variant, "people": people, "seen": people * 2, "waiting": waiting}
    done = {"converted": converted, "goals_done": converted + converted // 10}
    return row | done | {"net_minor": converted * 8342, "net_squares": converted * 8342.0**2 * 1.4}


def _sizes(params: Mapping[str, Param]) -> list[Row]:
    """As many parts as the rule has rows."""
    (text,) = [str(one) for one in _list(params.get("filters")) if str(one).startswith(BEGINS)] or [ANYTHING]
    parts = len(list(rule_rows(read(text))))
    return [{"part": n, "people": 1_204 + 311 * n, "everybody": 31_877} for n in range(parts + 1)]


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) else ()


def _why(_: Mapping[str, Param]) -> list[Row]:
    """Bought three times, and did nothing else that is asked for."""
    first, last = utc_text(NOW - timedelta(days=40)), utc_text(NOW - timedelta(days=2))
    return [
        {"number": 1, "holds": 1, "counted": 3.0, "events": 3, "first_at": first, "last_at": last},
        {"number": 2, "holds": 0, "counted": 0.0, "events": 0, "first_at": None, "last_at": None},
    ]


def utc_text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def month() -> Answers:
    """Every report of a month that balances: 1,698 + 389 + 178 + 64 + 2,492 = 4,821."""
    return {
        "overview": _days,
        "overview_hours": _hours,
        "totals": lambda params: _totals(params),
        "copies": lambda _: [
            {"reason": "kept", "copies": 2492},
            {"reason": "order_joined", "copies": 1698},
            {"reason": "order_reloaded", "copies": 389},
            {"reason": "duplicate_event", "copies": 178},
            {"reason": "order_back_forward", "copies": 64},
        ],
        "credited_orders": behind_rows.orders,
        "placed_orders": behind_rows.orders,
        "shared_orders": behind_rows.shared,
        "session_visitors": behind_rows.visitors,
        "event_visitors": behind_rows.visitors,
        "event_list": behind_rows.events,
        "days_with_events": lambda _: [{"with_events": f"2026-{month}"} for month in ("10-01", "11-12")],
        **dict.fromkeys(("page_days", "row_days"), behind_rows.days),
        "drop_list": behind_rows.drops,
        "missed_orders": behind_rows.missed,
        **dict.fromkeys(
            (
                "cohort_people",
                "population_people",
                "active_people",
                "lifetime_people",
                "property_path_people",
                "experiment_seen",
            ),
            behind_rows.people,
        ),
        "judged_events": behind_rows.judged,
        "kept_events": behind_rows.kept,
        "mail_readers": behind_rows.readers,
        "mail_ordered": behind_rows.orders,
        "vital_list": behind_rows.loads,
        "conversion_sums": records.sums,
        "conversion_parts": records.parts,
        "conversion_records": lambda params: records.records(params, NOW),
        "revenue_days": lambda _: records.days(NOW),
        "revenue_revisions": lambda _: records.revisions(NOW),
        "loss": _loss,
        "log_views": lambda _: [
            {
                "local_day": "2026-11-11",
                "host": "nordlight.example",
                "delivered": 44_120,
                "styled": 41_206,
                "views": 33_212,
            }
        ],
        "gaps": lambda _: [_gaps("2026-11-11", 20_301, 41_220, 131), _gaps("2026-11-12", 9_014, 18_002, 53)],
        "seen_by": lambda _: [{"both": 1698, "browser_only": 316, "server_only": 478, "other": 0}],
        "channels": _channels,
        "campaigns": lambda _: _campaigns(),
        "terms": lambda _: _said("term", ("pendelleuchte messing", "brand"), ("nordlight", "brand-de")),
        "contents": lambda _: _said("content", ("hero-button", "lichterzeit-2026"), ("footer", "lichterzeit-2026")),
        "verdict_days": verdict_days,
        "verdict_kinds": lambda _: verdict_kinds(),
        "new_agents": lambda _: new_agents(),
        "networks": lambda _: networks(),
        "countries": lambda _: _named(
            [
                ("DE", 41930, 1742),
                ("AT", 8214, 338),
                ("CH", 4480, 171),
                ("NL", 2930, 104),
                ("DK", 1602, 61),
                ("", 0, 76),
                ("BE", 300, 4),
            ],
        ),
        "devices": lambda _: _named([("phone", 38120, 1321), ("desktop", 21044, 1083), ("tablet", 2316, 88)]),
        "landing_pages": lambda _: _landing(),
        "site_line": lambda _: [
            {
                "orders": 2492,
                "revenue_minor": 20789610,
                "visitors": 61480,
                "last_at": utc_text(NOW),
                "hits_per_minute": 28.0,
            }
        ],
        "live": _live,
        "live_minutes": lambda _: _minutes(),
        "live_now": lambda _: [{"people": 38}],
        "live_fates": lambda _: [{"kept": 657, "dropped": 9, "failed": 0}],
        "live_pages": lambda _: [
            {"host": "nordlight.example", "path": path, "people": people, "views": people}
            for path, people in (("/leuchten/halo-pendant", 9), ("/angebote/lichterzeit", 7), ("/", 6))
        ],
        "sources": lambda _: [
            _source("google", "cpc", 18210, 902),
            _source("(direct)", "(none)", 14022, 611),
            _source("facebook", "social", 9120, 204),
        ],
        "referrers": lambda _: [_referrer("www.google.com", 20010, 940), _referrer("l.facebook.com", 8100, 190)],
        "browsers": lambda _: _named([("Chrome", 33011, 1310), ("Safari", 20111, 890), ("Firefox", 4120, 122)]),
        "pages": lambda _: [
            {"host": "nordlight.example", "path": path, "views": views, "visitors": visitors, "entries": entries}
            for path, views, visitors, entries in (
                ("/", 40110, 30210, 22100),
                ("/leuchten/halo-pendant", 20120, 15020, 9100),
                ("/warenkorb", 5120, 4010, 0),
            )
        ],
        **on_page.ANSWERS,
        "power": power_rows.rows,
        "properties": lambda _: [
            _property("add_to_cart", "item_name", 4120, 0, ["Halo pendant", "Lichterzeit"]),
            _property("search", "search_term", 902, 0, ["lampe", "halo"]),
            _property("scroll", "percent_scrolled", 800, 800, ["90"]),
        ],
        "funnel_people": behind_rows.people,
        "funnel": lambda params: [
            {"step": n, "name": name, "people": people, "median_ms": took}
            for n, (name, people, took) in enumerate(
                zip(params["steps"], (61480, 4010, 2492, 2100), (0, 184_000, 421_000, 61_000), strict=False), 1
            )
        ],
        "funnel_split": funnel_parts.rows,
        "consent_totals": lambda _: [
            {"views": 84212, "with_statistics": 58110, "with_ads": 31020, "withheld_views": 26102}
            | {"own_records": 812, "withheld_events": 4411, "unreadable": 12}
        ],
        "consent_sources": lambda _: [
            {"consent_source": source, "views": views, "with_statistics": granted}
            for source, views, granted in (
                ("user", 41020, 30110),
                ("region_default", 24100, 16200),
                ("tcf", 12090, 9800),
                ("cmp:klaro", 7002, 2000),
            )
        ],
        "consent_countries": lambda _: [_consent(*row) for row in _CONSENTING],
        "consent_days": lambda _: [
            {"date": f"2026-11-{day:02}"} | _consent(country, views // day, stats // day, ads // day)
            for day in (12, 11, 10)
            for country, views, stats, ads in _CONSENTING
        ],
        "retention": _cohorts,
        "lifetime": _lifetime,
        "churn": _churn,
        "populations": _populations,
        "days_active": lambda _: [
            {"days": n, "people": people, "events": people * n * 7 or 812}
            for n, people in enumerate((0, 41_020, 11_310, 4_204, 2_010, 1_102, 604, 402, 230, 98, 41, 12))
        ],
        "experiment": lambda _: [
            _variant("arm", "control", 11_204, 402, 811),
            _variant("arm", "b", 11_310, 471, 790),
            _variant("several", "", 61, 0, 0),
            {**_variant("nobody", "", 0, 0, 0), "seen": 1_204},
        ],
        "credits_by_rule": lambda _: _credits(),
        "order_touches": lambda _: [_touch(*row) for row in _TOUCHES],
        "paths": lambda _: [_path(*row) for row in _PATHS],
        "property_paths": property_paths.rows,
        "people": lambda params: people(params),
        "persons": lambda _: [KNOWN],
        "segment_sizes": _sizes,
        "segment_why": _why,
        "person_events": lambda params: person_events() if params["nodes"] else [],
        "person_worth": lambda _: [{"orders": 3, "gross_minor": 26_970, "net_minor": 17_980}],
        "node_events": lambda params: [
            {"number": number, "events": 14, "orders": 1, "revenue_minor": 8990} for number in _texts(params["nodes"])
        ],
        "filter_values": lambda _: [{"value": "Email", "found": 6120}, {"value": "A, B", "found": 2}],
        "event_days": lambda _: [
            _event_days("page_view", 2800, 2790),
            _event_days("add_to_cart", 137, 12),
            _event_days("purchase", 83, 81),
        ],
        "event_names": lambda _: [
            _event_name("page_view", 84212, 0, 0),
            _event_name("experiment_view", 24_913, 0, 0),
            _event_name("add_to_cart", 4120, 0, 4120),
            _event_name("purchase", 2492, 2492, 2492),
        ],
        "events": lambda _: [{column: _FIRST[column] for column in _LISTED}],
        "drops": lambda _: [
            _drops("order_joined", 1698),
            _drops("order_reloaded", 389),
            _drops("duplicate_event", 178),
            _drops("value_impossible", 7),
            {**_drops("ZeroDivisionError", 1), "fate": "failed", "step": "add_place"},
        ],
        "ledger_days": lambda _: [
            {"day": f"2026-11-{day:02d}", "kept": 38000 + 311 * day, "dropped": 1300 + 7 * day, "failed": int(day == 4)}
            for day in range(1, 13)
        ],
        "kept_rows": lambda params: [
            {
                "kind": "details",
                "rows": 412,
                "since": NOW - timedelta(days=88),
                "older": 310 if params["details_days"] < 30 else 0,
            },
            {"kind": "drops", "rows": 1204, "since": NOW - timedelta(days=91), "older": 12},
            {"kind": "events", "rows": 84212, "since": NOW - timedelta(days=400), "older": 0},
        ],
        "ledger_totals": lambda params: [
            {"kept": 1163205, "dropped": 41300, "failed": 1}
            if params["site"]
            else {"kept": 0, "dropped": 0, "failed": 0}
        ],
        "fate_events": lambda params: [an_event()] if set(_ids(params)) & {"NL-48213", HIT, f"{HIT}/0"} else [],
        "fate_drops": lambda params: the_copies() if "NL-48213" in _ids(params) else [],
        "order_channels": _order_channels,
        "nearest_events": lambda _: [{"last_before": "2026-09-30T21:59:00+00:00", "first_after": None}],
        "nearest_orders": lambda _: [{"order_id": f"NL-4821{n}"} for n in (1, 2, 3)],
    }


_LISTED = (  # columns of the report `events`
    "at", "received_at", "name", "via", "event_id", "hit", "n", "visitor", "host", "path", "channel", "actor",
    "order_id", "value", "currency", "country", "browser", "os", "device", "reasons", "flags",
)  # fmt: skip


def an_event(**changes: Any) -> Row:
    """A purchase as the store holds it, all columns."""
    row: Row = {
        "site": "s", "day": "2026-11-10", "at": "2026-11-10T18:42:08.214Z", "received_at": "2026-11-10T18:42:08.514Z",
        "id": "5b0c2d1e-1111-4222-8333-444455556666", "hit": HIT, "n": 0, "name": "purchase", "via": "tag",
        "event_id": "purchase:NL-48213", "event_id_given": True, "sent_id": "", "nav": "navigate", "seq": 3, "life": 77,
        "visitor": 11234567890123456789, "user_id": "", "host": "nordlight.example", "path": "/bestellung/danke",
        "query": "", "title": "Danke", "referrer": "nordlight.example/kasse", "referrer_host": "nordlight.example",
        "language": "de", "channel": "Email", "source": "newsletter", "medium": "email", "campaign": "lichterzeit-2026",
        "campaign_id": "",
        "term": "", "content": "", "click_ids": {}, "browser_ids": {}, "browser": "Chrome", "browser_version": 142,
        "os": "Windows", "device": "desktop", "country": "DE", "actor": "human", "agent": "", "confidence": 70,
        "reasons": [], "ruleset": "2026-11-02", "order_id": "NL-48213", "value": 12900, "currency": "EUR", "items": "",
        "coupon": "", "tax": 0, "shipping": 0, "adjustment_id": "", "properties": {}, "flags": [],
        "not_by": [],
        "permissions": 239, "consent_source": "user", "region": "DE", "withheld": "",
        "identifiers": {}, "sealed": "", "conversion": "5b0c2d1e-2222-4222-8333-444455556666",
        "network": "", "user_agent": "", "message": "", "recipient": "", "linked": 0,
    }  # fmt: skip
    return row | changes


_FIRST = an_event(
    name="page_view",
    order_id="",
    value=0,
    path="/",
    at="2026-10-14T12:05:12.000Z",
    received_at="2026-10-14T12:05:12.600Z",
)


def a_drop(**changes: Any) -> Row:
    """A copy of that purchase that was not counted, all columns."""
    row: Row = {
        "site": "s", "day": "2026-11-10", "at": "2026-11-10T18:47:30.000Z", "received_at": "2026-11-10T18:47:30.118Z",
        "hit": SECOND, "n": 0, "fate": "dropped", "reason": "order_reloaded", "step": "drop_copy",
        "detail": "", "of_hit": HIT, "of_n": 0, "name": "purchase", "via": "tag", "event_id": "", "sent_id": "",
        "order_id": "NL-48213",
        "value": 12900, "currency": "EUR", "nav": "reload", "seq": 0, "life": 78,
        "visitor": 11234567890123456789,
        "host": "nordlight.example", "path": "/bestellung/danke", "actor": "human", "agent": "", "browser": "Chrome",
        "os": "Windows", "device": "desktop", "country": "DE",
    }  # fmt: skip
    return row | changes


def the_copies() -> list[Row]:
    joined = {"reason": "order_joined", "via": "server", "nav": "", "value": 13390, "browser": "", "os": "", "path": ""}
    return [
        a_drop(**joined, hit=SECOND.replace("90", "91"), received_at="2026-11-10T18:42:09.031Z", country="", visitor=0),
        a_drop(
            reason="duplicate_event",
            nav="",
            event_id="purchase:NL-48213",
            hit=SECOND.replace("90", "92"),
            received_at="2026-11-10T18:42:13.902Z",
        ),
        a_drop(),
        a_drop(
            reason="order_back_forward",
            nav="back_forward",
            hit=SECOND.replace("90", "93"),
            received_at="2026-11-10T20:15:02.640Z",
        ),
    ]


def a_live_row(seconds_ago: float, name: str, path: str, **changes: Any) -> Row:
    at = NOW - timedelta(seconds=seconds_ago)
    row: Row = {
        "received_at": utc_text(at), "at": utc_text(at), "fate": "kept", "reason": "", "name": name, "via": "tag",
        "host": "nordlight.example", "path": path, "order_id": "", "value": 0, "currency": "", "country": "DE",
        "browser": "Chrome", "os": "Windows", "device": "desktop", "actor": "human", "agent": "",
        "hit": f"01a1c6c4-7cd6-744c-8829-{int(seconds_ago * 1000):012d}", "n": 0, "event_id": "", "visitor": 5,
    }  # fmt: skip
    return row | changes


def _live(params: Mapping[str, Param]) -> list[Row]:
    after = params["after_at"]
    if isinstance(after, datetime) and after < NOW - timedelta(minutes=20):
        return LIVE
    return []


_ORDER = {"order_id": "NL-48348", "value": 7990, "currency": "EUR"}
LIVE = [
    a_live_row(1, "page_view", "/leuchten/halo-pendant", os="iOS", device="phone"),
    a_live_row(2, "purchase", "", via="server", os="", device="", country="", **_ORDER),
    a_live_row(3, "purchase", "/bestellung/danke", fate="dropped", reason="order_joined", country="AT", **_ORDER),
    a_live_row(5, "page_view", "/robots.txt", via="image", actor="machine_declared", agent="GPTBot", country="US"),
    a_live_row(7, "add_to_cart", "/leuchten/orbit", value=14900, currency="EUR", os="macOS"),
    a_live_row(10, "page_view", "/angebote/lichterzeit", country="CH", os="Android", device="phone"),
    a_live_row(
        11,
        "purchase",
        "/bestellung/danke",
        fate="dropped",
        reason="order_reloaded",
        order_id="NL-48344",
        value=3300,
        currency="EUR",
    ),
    a_live_row(13, "page_view", "/leuchten/pendelleuchten", actor="machine_prefetch"),
    a_live_row(21, "scroll", "/leuchten/halo-pendant", fate="dropped", reason="time_too_old", via="server"),
    a_live_row(
        24,
        "page_view",
        "/ratgeber/warmweiss-oder-neutral-und-was-es-bedeutet",
        actor="suspect",
        country="NL",
        os="Linux",
    ),
    a_live_row(30, "", "", fate="dropped", reason="body_unreadable", os="", device="", country=""),
    a_live_row(31, "page_view", "/", os="", fate="failed", reason="ZeroDivisionError"),
]


def _ids(params: Mapping[str, Param]) -> Sequence[str]:
    ids = params["ids"]
    return ids if isinstance(ids, list) else []


def _local_days(params: Mapping[str, Param]) -> list[date]:
    start, end = params["from"], params["to"]
    assert isinstance(start, datetime) and isinstance(end, datetime)
    first = (start + timedelta(hours=3)).date()
    count = round((end - start) / timedelta(days=1))
    return [first + timedelta(days=n) for n in range(count)]


def _day(day: date) -> Row:
    n = day.toordinal()
    lift = 1 + 0.25 * math.sin(n * 0.9) + 0.12 * math.sin(n * 2.3)
    if day == NOW.date():
        lift *= 0.6
    return {
        "day": day.isoformat(),
        "views": round(9000 * lift),
        "visitors": round(2400 * lift),
        "sessions": round(2800 * lift),
        "orders": round(83 * lift),
        "browser_orders": round(67 * lift),
        "revenue_minor": round(693000 * lift),
        "currency": "EUR",
    }


def _days(params: Mapping[str, Param]) -> list[Row]:
    return [_day(day) for day in _local_days(params) if day <= NOW.date()]


def _hours(params: Mapping[str, Param]) -> list[Row]:
    start = params["from"]
    assert isinstance(start, datetime)
    sums = {key: value for key, value in _day(NOW.date()).items() if key != "day"}
    return [{**sums, "hour": utc_text(start + timedelta(hours=n)), "orders": n} for n in range(14)]


def _totals(params: Mapping[str, Param]) -> list[Row]:
    now = params["to"]
    assert isinstance(now, datetime)
    earlier = now < NOW - timedelta(days=1)
    return [
        {
            "currency": "EUR",
            "views": 240111,
            "visitors": 62790 if earlier else 61480,
            "sessions": 84212,
            "engaged": 51000,
            "orders": 2342 if earlier else 2492,
            "revenue_minor": 19818500 if earlier else 20789610,
            "views_without_visitor": 9120,
            "machine_views": 96412,
        }
    ]


_MISSED = {  # by: label, server orders, missed
    "browser": (
        ("Brave", 41, 33), ("Firefox", 196, 98), ("Chrome", 602, 148), ("Edge", 188, 39), ("Samsung Internet", 118, 21),
        ("Safari", 604, 92), ("Chrome Mobile", 402, 42), ("Opera", 25, 5),
    ),
    "device": (("desktop", 1027, 318), ("phone", 1061, 146), ("tablet", 88, 14)),
    "country": (("DE", 1501, 340), ("AT", 300, 66), ("CH", 205, 40), ("NL", 170, 32)),
    "host": (("shop.nordlight.example", 2176, 478),),
}  # fmt: skip


def _seen_row(label: str, server: int, missed: int, browser_only: int = 0, declined: int = 0) -> Row:
    """Each order another person's."""
    third = ("third_only", "third_and_both", "third_and_browser", "third_and_server", "missed_in_other_currency")
    squares = {"missed_squares": missed, "missed_products": missed, "server_squares": server, "server_people": server}
    seen = {"both": server - missed, "browser_only": browser_only, "server_only": missed, "declined": declined}
    more = {"silent": 0, "withheld": 0, "matched_weakly": server // 100, "missed_minor": missed * 8393}
    return {"label": label} | seen | squares | more | dict.fromkeys(third, 0)


def _gaps(day: str, pages: int, numbers: int, lost: int) -> Row:
    """Each lost one alone in its page, whose numbers are two or three."""
    squares = {"lost_squares": lost, "lost_products": 3 * lost, "number_squares": 5 * numbers // 2}
    return {"local_day": day, "pages": pages, "pages_with_gap": lost, "numbers": numbers, "lost": lost} | squares


def _loss(params: Mapping[str, Param]) -> list[Row]:
    by = str(params["by"])
    if by in ("", "month"):
        return [_seen_row("" if not by else "2026-11-01", 2176, 478, 4, 312)]
    if by in _MISSED:
        return [_seen_row(*one) for one in _MISSED[by]]
    days = _local_days(params)
    rows = [_seen_row(day.isoformat(), 62 + day.day % 9, 25 if day == date(2026, 10, 30) else 14) for day in days]
    if by == "day":
        return rows
    return [_seen_row(day.isoformat(), 480, 105) for day in days if day.weekday() == 0]


def _channels(params: Mapping[str, Param]) -> list[Row]:
    earlier = _totals(params)[0]["orders"] == 2342
    rows = [
        ("Organic Search", 17904, 438, 3650275),
        ("Paid Search", 14210, 512, 4311820),
        ("Direct", 9856, 296, 2401035),
        ("Paid Social", 7480, 244, 1865510),
        ("Email", 6120, 351, 3124090),
        ("Referral", 2610, 71, 590240),
        ("Organic Social", 2044, 46, 351800),
        ("AI Assistant", 1012, 39, 360460),
        ("Affiliates", 244, 8, 61120),
        ("Unattributed", 0, 487, 4073260),
    ]
    return [
        {
            "channel": channel,
            "visitors": visitors,
            "sessions": visitors,
            "orders": orders,
            "revenue_minor": round(revenue * (0.88 + 0.031 * n)) if earlier else revenue,
        }
        for n, (channel, visitors, orders, revenue) in enumerate(rows)
    ]


def _said(what: str, *rows: tuple[str, str]) -> list[Row]:
    return [
        {
            what: text,
            "campaign": campaign,
            "visitors": 2090 - 700 * n,
            "sessions": 2090 - 700 * n,
            "orders": 171 - 60 * n,
            "revenue_minor": 1_488_045 - 500_000 * n,
        }
        for n, (text, campaign) in enumerate(rows)
    ]


def _campaigns() -> list[Row]:
    rows = [
        ("lichterzeit-2026", "newsletter", 4020, 322, 2866010),
        ("brand-de", "google", 3110, 298, 2491200),
        ("shopping-pendel", "google", 2090, 171, 1488045),
        ("halo-retargeting", "meta", 1330, 139, 1091430),
    ]
    return [
        {
            "campaign": name,
            "source": source,
            "medium": "",
            "visitors": visitors,
            "sessions": visitors,
            "orders": orders,
            "revenue_minor": money,
        }
        for name, source, visitors, orders, money in rows
    ]


def _landing() -> list[Row]:
    rows = [
        ("/", 15880, 402),
        ("/leuchten/halo-pendant", 8412, 371),
        ("/angebote/lichterzeit", 6905, 348),
        ("/leuchten/pendelleuchten", 6230, 219),
        ("/ratgeber/warmweiss-oder-neutral", 5114, 41),
        ("/leuchten/tischlampe-orbit", 3377, 148),
        ("/kontakt", 12, 0),
    ]
    return [
        {
            "host": "nordlight.example",
            "path": path,
            "visitors": visitors,
            "sessions": visitors,
            "orders": orders,
            "revenue_minor": 0,
        }
        for path, visitors, orders in rows
    ]


def _named(rows: list[tuple[str, int, int]]) -> list[Row]:
    return [
        {"name": name, "visitors": visitors, "views": visitors * 4, "orders": orders, "revenue_minor": orders * 8400}
        for name, visitors, orders in rows
    ]


def _minutes() -> list[Row]:
    first = NOW.replace(second=0, microsecond=0) - timedelta(minutes=29)
    return [
        {
            "minute": utc_text(first + timedelta(minutes=n)),
            "people": 12 + n * 7 % 13,
            "machines": n * 5 % 9,
            "orders": int(n % 6 == 3),
        }
        for n in range(30)
    ]


def _event_name(name: str, seen: int, with_order: int, with_value: int) -> Row:
    first, last = "2026-10-14T12:05:12.000Z", utc_text(NOW)
    return {
        "name": name,
        "seen": seen,
        "first_at": first,
        "last_at": last,
        "with_order_id": with_order,
        "with_value": with_value,
        "vias": ["server", "tag"],
    }


def _drops(reason: str, count: int) -> Row:
    return {"reason": reason, "step": "decode", "fate": "dropped", "sightings": count, "last_at": utc_text(NOW)}


def nothing() -> Answers:
    """The same reports on a store without a row: sums are zero, lists are empty."""
    zero = {
        "totals": [_zeros(_totals({"to": NOW})[0]) | {"currency": "EUR"}],
        "copies": [{"reason": "kept", "copies": 0}],
        "seen_by": [{"both": 0, "browser_only": 0, "server_only": 0, "other": 0}],
        "site_line": [{"orders": 0, "revenue_minor": 0, "visitors": 0, "last_at": None, "hits_per_minute": 0.0}],
        "live_now": [{"people": 0}],
        "live_fates": [{"kept": 0, "dropped": 0, "failed": 0}],
        "ledger_totals": [{"kept": 0, "dropped": 0, "failed": 0}],
        "consent_totals": [
            dict.fromkeys(("views", "with_statistics", "with_ads", "withheld_views", "own_records"), 0)
            | {"withheld_events": 0, "unreadable": 0}
        ],
    }
    return {name: _always(rows) for name, rows in zero.items()}


def _always(rows: list[Row]) -> Callable[[Mapping[str, Param]], list[Row]]:
    return lambda _: rows


def _zeros(row: Row) -> Row:
    return dict.fromkeys(row, 0)


def verdict_days(params: Mapping[str, Param]) -> list[Row]:
    """Thirty days; a crawler came for three of them."""
    first = params["from"]
    assert isinstance(first, datetime)
    days = [(first + timedelta(days=n, hours=12)).date() for n in range(30)]
    return [
        {
            "local_day": day.isoformat(), "people": 12_000 + 700 * (n % 7), "unclear": 480 + 20 * (n % 5),
            "spoofed_names": 6 if n % 9 == 0 else 0, "machines": 9_400 if 11 <= n <= 13 else 2_100 + 40 * n,
            "scanners": 190 + n, "prefetches": 610 + 11 * (n % 4), "invalid": 0,
        }
        for n, day in enumerate(days)
    ]  # fmt: skip


def verdict_kinds() -> list[Row]:
    told: tuple[tuple[str, str, int, list[str], int], ...] = (
        ("human", "", 50, [], 398_112),
        ("machine_declared", "Googlebot", 99, ["list.crawler_user_agents", "crawler.verified"], 41_220),
        ("machine_prefetch", "prefetch", 95, ["hdr.sec_purpose"], 18_744),
        ("suspect", "", 40, ["net.dc"], 11_020),
        ("machine_declared", "bingbot", 90, ["list.crawler_user_agents", "crawler.unverified"], 9_310),
        ("machine_scanner", "python-requests", 90, ["list.is_bot"], 6_118),
        ("human", "", 30, ["hdr.no_language"], 4_002),
        ("machine_declared", "inferred", 90, ["net.dc", "hdr.no_hints", "hdr.no_language"], 3_870),
        ("suspect", "GPTBot", 90, ["spoof"], 24),
    )
    return [
        {"actor": actor, "agent": agent, "confidence": sure, "reasons": reasons, "events": events, "last_at": LATEST}
        for actor, agent, sure, reasons, events in told
    ]


LATEST = "2026-11-12T12:02:11.000Z"


def new_agents() -> list[Row]:
    told = (("Claude-SearchBot", "machine_declared", 311), ("python-requests", "machine_scanner", 6_118))
    return [{"agent": name, "actor": actor, "first_at": LATEST, "events": events} for name, actor, events in told]


def networks() -> list[Row]:
    told = (
        ("", 402_900, 390_100, 400, 12_400),
        ("crawler.googlebot", 41_220, 0, 0, 41_220),
        ("datacenter.aws", 15_204, 210, 9_404, 5_590),
        ("relay.apple", 9_811, 9_790, 21, 0),
    )
    return [
        {"name": name, "events": events, "people": people, "unclear": unclear, "machines": machines}
        for name, events, people, unclear, machines in told
    ]


KNOWN: Row = {
    "persons": 29_204, "known_persons": 3_112, "events": 402_118, "events_with_user": 61_402, "joined_later": 8_911,
    "several_devices": 912, "largest": 6,
}  # fmt: skip


def people(params: Mapping[str, Param]) -> list[Row]:
    rows = [
        ("3672583452883726997", "bob", "2026-11-02T08:11:00.000Z", "2026-11-12T12:02:11.000Z", 2, 41, 2, 17980),
        ("8123998127731199", "", "2026-11-12T11:58:40.000Z", "2026-11-12T12:01:03.000Z", 1, 3, 0, 0),
        ("1553561777171026", "bill", "2026-10-30T19:00:00.000Z", "2026-11-11T22:40:00.000Z", 1, 12, 1, 4995),
    ]
    found = [
        {
            "person": person, "user_id": user, "first_at": first, "last_at": last, "browsers": browsers,
            "events": events, "views": events - orders, "orders": orders, "revenue_minor": revenue, "country": "DE",
            "device": "phone",
        }
        for person, user, first, last, browsers, events, orders, revenue in rows
    ]  # fmt: skip
    return found[:1] if params.get("text") else found


def person_events() -> list[Row]:
    """Two browsers of one person, the latest first."""
    told = (
        ("2026-11-12T12:02:11.000Z", "purchase", "7002", "bob", "/thanks", "NL-48213", 8990, 0, 12),
        ("2026-11-12T12:00:00.000Z", "login", "7002", "bob", "/account", "", 0, 0, 12),
        ("2026-11-12T11:57:31.000Z", "page_view", "7002", "", "/lamps/oslo", "", 0, 1, 12),
        ("2026-11-10T08:14:00.000Z", "page_view", "7001", "", "/lamps", "", 0, 0, 8),
        ("2026-11-02T08:11:00.000Z", "login", "7001", "bob", "/account", "", 0, 0, 12),
    )
    return [
        {
            "at": at, "name": name, "via": "tag", "browser": browser, "user_id": user, "host": "nordlight.example",
            "path": path, "title": "", "channel": "Direct", "campaign": "", "order_id": order, "value": value,
            "currency": "EUR", "agent": "", "browser_name": "Firefox" if browser == "7001" else "Safari",
            "os": "Windows" if browser == "7001" else "iOS", "device": "desktop", "country": "DE", "hit": HIT, "n": 0,
            "event_id": "", "permissions": permissions, "consent_source": "user", "joined_later": later,
        }
        for at, name, browser, user, path, order, value, later, permissions in told
    ]  # fmt: skip


def _texts(value: Param) -> list[str]:
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else []
