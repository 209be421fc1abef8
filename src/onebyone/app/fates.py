"""The story of one hit, event or order, as the command line tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from onebyone.app.settings import Place
from onebyone.app.state import State
from onebyone.app.waiting import LogWaiting
from onebyone.event import Fate, utc
from onebyone.pipeline.conversions.telling import Account
from onebyone.reports import Runs
from onebyone.reports.fate import NO_HIT, find_fate
from onebyone.state.sites import Site
from onebyone.web.account import as_json, find_accounts


def tell_fate(reports: Runs, place: Place, state: State, sites: Sequence[Site], id: str) -> dict[str, Any]:
    """Every sighting with its fate, in the order of arrival; deliveries come with the destinations."""
    sightings: list[dict[str, Any]] = []
    accounts: list[Account] = []
    for site in [site.id for site in sites] + [""]:
        found = find_fate(reports, site, id)
        accounts += find_accounts(state.conversions, site, found, sees=True)
        sightings += [_kept(row) for row in found.events] + [_ended(row) for row in found.drops]
    sightings.sort(key=lambda row: (row["received_at"], row["hit"], row["n"]))
    if not sightings:
        sightings = _waiting(place, state, id.partition("/")[0])
    return {
        "id": id,
        "counts": dict(Counter(row["fate"] for row in sightings)),
        "sightings": sightings,
        "records": [as_json(one) for one in accounts],
        "deliveries": [],
        "nearest": [] if sightings else _nearest(reports, sites, id),
    }


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    return {"sighting": f"{row['hit']}/{row['n']}", "fate": Fate.KEPT, "reason": "", "step": "", "of": ""} | row


def _ended(row: dict[str, Any]) -> dict[str, Any]:
    of = "" if row["of_hit"] == NO_HIT else f"{row['of_hit']}/{row['of_n']}"
    return {"sighting": f"{row['hit']}/{row['n']}", "of": of} | row


def _waiting(place: Place, state: State, hit: str) -> list[dict[str, Any]]:
    found = LogWaiting(place, state.bounds).find_waiting(hit)
    if found is None:
        return []
    common = {"fate": Fate.WAITING, "reason": "", "step": "", "of": "", "site": found.site, "via": found.via}
    blank = dict.fromkeys(("name", "nav", "order_id", "currency"), "") | {"value": 0}
    received_at = utc(found.received_ms).isoformat()
    return [
        common | blank | {"sighting": f"{hit}/{n}", "hit": hit, "n": n, "received_at": received_at}
        for n in range(found.count)
    ]


def _nearest(reports: Runs, sites: Sequence[Site], id: str) -> list[str]:
    return [
        row["order_id"]
        for site in sites
        for row in reports.run("nearest_orders", site=site.id, id=id[:255], limit=3).dicts()
    ][:3]
