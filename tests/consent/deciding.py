"""The shipped table of regions, and decisions as the golden cases write them down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from consent.encoder import tcf
from consent.examples import a_core, a_tc
from onebyone import consent
from onebyone.consent.decision import NOBODY, Decision, Known, Policy
from onebyone.consent.regions import read_regions
from onebyone.consent.said import Said, read_said
from onebyone.consent.settings import Settings
from onebyone.consent.tcf import PublisherTc
from onebyone.event import LIMITED_USE, Permission

SHIPPED = Path(consent.__file__).parent / "regions.json"
REGIONS = read_regions(SHIPPED.read_bytes())
DAY = "2026-11-24"


def a_policy(**given: Any) -> Policy:
    return Policy(REGIONS, Settings(**given))


def at_ms(day: str) -> int:
    return round(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


def decided(case: Mapping[str, Any]) -> Decision:
    settings = msgspec.convert(case.get("settings", {}), Settings)
    known = msgspec.convert(case["known"], Known) if "known" in case else NOBODY
    day = case.get("day", DAY)
    return Policy(REGIONS, settings).decide(_said(case), case["region"], at_ms(day), known)


def _said(case: Mapping[str, Any]) -> Said:
    block = dict(case.get("block", {}))
    if "tc" in case:
        core = msgspec.structs.replace(a_core(), **{"purposes_li": (), **_tuples(case["tc"])})
        own = PublisherTc(tuple(case["publisher"]), (), 0, (), ()) if "publisher" in case else None
        block["tcf"] = tcf(msgspec.structs.replace(a_tc(), core=core, publisher_tc=own))
    return read_said(block, case.get("own"), headers=case.get("headers"), received_ms=at_ms("2027-12-31"))


def _tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


def shown(decision: Decision, case: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "granted": [one.value for one in Permission if decision.allows(one)],
        "source": decision.source,
        "profile": decision.profile,
        "mode": decision.mode,
    }
    if decision.faults:
        row["faults"] = list(decision.faults)
    if decision.permissions & LIMITED_USE:
        row["limited_use"] = True
    return row | ({"joins": decision.joins} if "joins" in case else {})
