"""What became of the orders of the fakes' shop on six platforms: sent, held, refused, stopped, paused."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from onebyone.destinations.gate import Withheld
from onebyone.state.deliveries import Delivery, State, marked
from onebyone.state.destinations import Configured, Mode
from web.fakes import Place
from web.month import NOW

NOW_MS = int(NOW.timestamp() * 1000)
MINUTE, HOUR = 60_000, 3_600_000
_SETTINGS: dict[str, dict[str, Any]] = {
    "meta": {"pixel_id": "884211"},
    "google_data_manager": {"operating_account_id": "123-456-7890", "conversion_action_ids": {"purchase": "987"}},
    "ga4": {"measurement_id": "G-NL2026"},
    "linkedin": {"conversion_rule_ids": {"purchase": "11"}},
    "tiktok": {"pixel_code": "C0DE"},
    "webhook": {"url": "https://crm.nordlight.example/orders"},
}
_SECRET = {"ga4": "api_secret", "webhook": "signing_secret"}
_HISTORY: dict[str, list[tuple[int, State, str]]] = {
    "meta": [
        (166, State.ACCEPTED, ""),
        (4, State.SETTLING, ""),
        (2, State.WAITING, ""),
        (3, State.RETRYING, "http_503"),
        (6, State.REFUSED, "100.2804003"),
        (1, State.REFUSED, "none_taken"),
        (2, State.GAVE_UP, "outcome_unknown"),
        (4, State.NOT_ELIGIBLE, "identifiers_too_broad"),
        (3, State.NOT_ELIGIBLE, "too_old"),
        (48, State.NOT_ALLOWED, Withheld.CONSENT),
        (1, State.NOT_ALLOWED, Withheld.WITHDRAWN),
    ],
    "google_data_manager": [
        (170, State.ACCEPTED, ""),
        (4, State.SETTLING, ""),
        (12, State.REFUSED, "INVALID_USER_IDENTIFIER"),
        (54, State.NOT_ALLOWED, Withheld.CONSENT),
    ],
    "ga4": [(120, State.ACCEPTED, ""), (82, State.SETTLING, ""), (38, State.NOT_ELIGIBLE, "client_id_missing")],
    "linkedin": [
        (96, State.ACCEPTED, ""),
        (61, State.RETRYING, "REVOKED_ACCESS_TOKEN"),
        (29, State.WAITING, ""),
        (54, State.NOT_ALLOWED, Withheld.CONSENT),
    ],
    "tiktok": [],
    "webhook": [(232, State.ACCEPTED, ""), (8, State.RETRYING, "ReadTimeout")],
}
_KEYS = {
    "meta": {"em": 160, "client_ip_address": 166, "client_user_agent": 166, "fbp": 120, "fbc": 71, "ph": 44, "zp": 22},
    "google_data_manager": {"emailAddress": 168, "gclid": 66, "phoneNumber": 40, "address": 21, "userAgent": 170},
    "ga4": {"client_id": 120, "session_id": 118},
    "linkedin": {"SHA256_EMAIL": 96, "LINKEDIN_FIRST_PARTY_ADS_TRACKING_UUID": 12},
    "webhook": {"sha256_email": 228},
}
_ANSWERS = {
    State.ACCEPTED: {"status": 200, "code": "", "body": '{"events_received":1,"messages":[],"fbtrace_id":"A1"}'},
    State.REFUSED: {
        "status": 400,
        "code": "100.2804003",
        "body": '{"error":{"message":"Invalid parameter","code":100,"error_subcode":2804003,'
        '"error_user_title":"Event Timestamp Too Old","fbtrace_id":"A1"}}',
    },
    State.RETRYING: {"status": 503, "code": "http_503", "body": "upstream unavailable"},
}


def add_deliveries(place: Place) -> None:
    """In the state and among the answers of the reports."""
    for number, name in enumerate(_HISTORY):
        one = Configured(
            site=place.site.id, name=name, settings=_SETTINGS[name], created_ms=NOW_MS - (20 - number) * 24 * HOUR
        )
        if name == "linkedin":
            one = replace(one, stopped="REVOKED_ACCESS_TOKEN", stopped_ms=NOW_MS - 9 * HOUR)
        one = replace(one, enabled=name != "ga4", mode=Mode.SERVER if name == "webhook" else Mode.BOTH)
        place.destinations.put(one, {_SECRET.get(name, "access_token"): "EAAB-very-secret-9xyz"})
        place.deliveries.put(_history(place.site.id, name))
    place.reports.answers["deliveries"] = lambda params: _report()
    place.reports.answers["delivery_keys"] = lambda params: [
        {"destination": name, "key": key, "deliveries": rows, "of": _HISTORY[name][0][0]}
        for name, keys in _KEYS.items()
        for key, rows in keys.items()
    ]
    place.reports.answers["delivery_gain"] = lambda params: [
        {"destination": name, "accepted": _HISTORY[name][0][0], "server_alone": alone}
        for name, alone in {"meta": 36, "linkedin": 0, "webhook": _HISTORY["webhook"][0][0]}.items()
    ]


def _history(site: str, name: str) -> list[Delivery]:
    rows: list[Delivery] = []
    for count, state, cause in _HISTORY[name]:
        for n in range(count):
            number = 48_300 - 7 * n - len(_HISTORY[name]) * (len(rows) % 5)
            rows.append(_delivery(site, name, number, len(rows), state, cause, minutes=11 * n + 2 * len(rows) % 9))
    return rows


def _delivery(site: str, name: str, number: int, serial: int, state: State, cause: str, *, minutes: int) -> Delivery:
    at_ms = NOW_MS - (1 + minutes) * MINUTE
    asked = state in (State.ACCEPTED, State.REFUSED, State.RETRYING, State.GAVE_UP)
    body = {"method": "POST", "url": "https://graph.facebook.com/v26.0/884211/events", "rows_in_request": 3}
    found = Delivery(
        site=site,
        destination=name,
        conversion=f"{serial:032x}",
        first_day=NOW.date().isoformat(),
        state=state,
        cause=cause,
        attempts={State.RETRYING: 4, State.GAVE_UP: 2}.get(state, int(asked)),
        due_ms=at_ms + 6 * MINUTE,
        queued_ms=at_ms,
        at_ms=at_ms,
        sent_ms=at_ms + 6 * MINUTE if asked else 0,
        answered_ms=at_ms + 6 * MINUTE + 700 if asked else 0,
        name="purchase" if serial % 9 else "generate_lead",
        event_id=f"purchase:NL-{number}" if serial % 9 else f"lead-{number}",
        order_id=f"NL-{number}" if serial % 9 else "",
        proof=state == State.ACCEPTED and name in ("meta", "linkedin"),
        trace="A1" if asked else "",
        keys=json.dumps(list(_KEYS.get(name, {}))[: 3 + serial % 4]),
        request=json.dumps(body | {"row": {"event_name": "Purchase", "user_data": {"em": ["a1b2c3***"]}}})
        if asked
        else "",
        answer=json.dumps(_ANSWERS.get(state, {})) if asked else "",
    )
    return marked(found, "partly_failed") if name == "meta" and serial in (3, 4, 5) else found


def _report() -> list[dict[str, Any]]:
    lag = {"median_s": 0.8, "p95_s": 3.4, "last_at": NOW.isoformat()}
    return [
        {"destination": name, "state": state, "cause": cause, "deliveries": count, "proved": count} | lag
        for name, rows in _HISTORY.items()
        for count, state, cause in rows
    ]
