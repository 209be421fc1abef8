"""Nothing that a person would be known by leaves in the open, whatever field it was written in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from destinations.examples import NOW_MS, SETTINGS, a_conversion
from onebyone.destinations.all import ALL
from onebyone.destinations.destination import Built, build, settings_of

LOCAL = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=6, max_size=10).map("zq7".__add__)  # in no key of ours
DIGITS = st.text("0123456789", min_size=7, max_size=7)


def built_of(name: str, event: dict[str, Any]) -> Built:
    return build(ALL[name], [a_conversion(event)], settings_of(ALL[name], SETTINGS[name]), now_ms=NOW_MS)


def an_event(email: str, phone: str) -> dict[str, Any]:
    return {
        "name": "purchase",
        "id": "e-1",
        "user_id": email,
        "page": {
            "url": f"https://a.example/?e={email.replace('@', '%40')}&x=1",
            "referrer": f"https://a.example/?m={email}",
            "title": f"Thank you, {email}",
        },
        "order": {"id": "T-1", "value": 1, "currency": "EUR"},
        "props": {"_ga": "1.2", "mail": email, "call": phone, "search_term": email},
        "user_data": {"email": f" {email.upper()} ", "phone": phone, "external_id": "u-1"},
        "ip": "203.0.113.9",
        "device": {"user_agent": "Mozilla/5.0"},
    }


@pytest.mark.parametrize("name", ALL)
@settings(deadline=None)
@given(local=LOCAL, digits=DIGITS)
def test_no_address_and_no_number_is_in_any_body(name: str, local: str, digits: str) -> None:
    built = built_of(name, an_event(f"{local}@example.com", f"+1650{digits}"))
    assert built.requests
    for request in built.requests:
        text = request.body.decode().lower() + str(request.masked()).lower()
        assert local not in text
        assert f"1650{digits}" not in text


@pytest.mark.parametrize("name", ALL)
def test_no_secret_is_shown(name: str) -> None:
    event = an_event("jane@example.com", "+16505551212")
    for request in built_of(name, event).requests:
        hidden = [said for said in ("t0ken", "s3cret", "d3v") if said in str(SETTINGS[name])]
        assert hidden
        assert not [said for said in hidden if said in str(request.masked()) + repr(request)]
        url, headers = request.plain()
        assert name == "webhook" or all(said in url + str(headers) for said in hidden)
