"""Golden cases of this room: an event and settings in, requests and refusals out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from onebyone.destinations.all import ALL
from onebyone.destinations.conversion import Conversion, conversion_of
from onebyone.destinations.destination import Built, Destination, build, settings_of
from onebyone.wire import SentEvent, read_event

GOLDEN = Path(__file__).parents[1] / "golden/destinations"
NOW_MS = 1_795_514_700_000  # 2026-11-24T10:05:00Z
SETTINGS: dict[str, dict[str, Any]] = {
    "meta": {"pixel_id": "1234567890", "access_token": "t0ken"},
    "google_data_manager": {
        "operating_account_id": "123-456-7890",
        "access_token": "t0ken",
        "conversion_action_ids": {"purchase": "987", "generate_lead": "654"},
    },
    "google_ads": {
        "customer_id": "123-456-7890",
        "access_token": "t0ken",
        "developer_token": "d3v",
        "conversion_action_ids": {"purchase": "987", "generate_lead": "654"},
    },
    "ga4": {"measurement_id": "G-ABC123", "api_secret": "s3cret"},
    "linkedin": {"access_token": "t0ken", "conversion_rule_ids": {"purchase": "11, 12", "generate_lead": "13"}},
    "tiktok": {"pixel_code": "C0DE", "access_token": "t0ken"},
    "pinterest": {"ad_account_id": "549755885175", "access_token": "t0ken"},
    "snapchat": {"pixel_id": "p-1", "access_token": "t0ken"},
    "reddit": {"pixel_id": "t2_abc", "conversion_token": "t0ken"},
    "x": {"pixel_id": "o87ne", "pixel_token": "t0ken", "event_ids": {"purchase": "tw-o87ne-1", "generate_lead": "2"}},
    "microsoft": {"uet_tag_id": "56001", "access_token": "t0ken"},
    "webhook": {"url": "https://crm.example/hook", "signing_secret": "s3cret"},
}


def a_sent(event: dict[str, Any]) -> SentEvent:
    found = read_event(json.dumps(event).encode())
    assert isinstance(found, SentEvent), found
    return found


def a_conversion(event: dict[str, Any], **given: Any) -> Conversion:
    return conversion_of(a_sent(event), now_ms=NOW_MS, own_id="made-1", **given)


def built_of(name: str, case: dict[str, Any]) -> Built:
    """What a case's `in` comes to."""
    said = case["in"]
    destination: Destination[Any] = ALL[name]
    settings = settings_of(destination, SETTINGS[name] | said.get("settings", {}))
    events = said["events"] if "events" in said else [said["event"]]
    given = {key: said[key] for key in ("country", "limited_use") if key in said}
    return build(destination, [a_conversion(event, **given) for event in events], settings, now_ms=NOW_MS)


def shown(built: Built) -> dict[str, Any]:
    """As `onebyone preview --json` writes it."""
    requests = []
    for request in built.requests:
        url, headers = request.masked()
        body = msgspec.json.decode(request.body)
        requests.append({"method": request.method, "url": url, "headers": headers, "body": body})
    return {"requests": requests, "refused": [{"id": one.id, "reason": one.reason.value} for one in built.refused]}


def cases(name: str) -> list[tuple[Path, dict[str, Any]]]:
    paths = sorted(path for path in (GOLDEN / name).glob("*.json") if path.stem != "read")
    return [(path, json.loads(path.read_text())) for path in paths]
