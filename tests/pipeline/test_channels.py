from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from onebyone.event import Event
from onebyone.pipeline.referrers import Referrers
from onebyone.pipeline.step import Step
from onebyone.pipeline.steps.add_campaign import add_campaign
from onebyone.pipeline.steps.add_channel import add_channel
from onebyone.pipeline.steps.add_page import add_page
from pipeline.examples import GOLDEN, SITE, a_context, an_event

_VECTORS = json.loads((GOLDEN / "vectors/channels.json").read_text())["channels"]


@pytest.fixture(scope="module")
def step() -> Step:
    return add_channel(Referrers())


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda vector: json.dumps(vector["input"]))
def test_a_published_visit_gets_its_published_channel(vector: Any, step: Step) -> None:
    said = vector["input"]
    parameters = [f"{name}={value}" for name, value in said.items() if name.startswith("utm_")]
    parameters += [f"{name}=Abc123" for name in said.get("click_ids", ())]
    site = msgspec.structs.replace(
        SITE, origins=("https://www.example.com",), excluded_referrers=tuple(said.get("excluded_referrers", ()))
    )
    referrer = f"https://{said['referrer_host']}/" if "referrer_host" in said else ""
    context = a_context(site=site, url=f"https://www.example.com/?{'&'.join(parameters)}", referrer=referrer)
    event = step(add_campaign(add_page(an_event(), context), context), context)
    assert isinstance(event, Event)
    wanted = {name: vector[name] for name in ("source", "medium", "campaign", "channel")}
    assert {name: getattr(event, name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("www.google.co.uk", "google"),
        ("mail.google.com", "gmail"),
        ("search.yahoo.co.jp", "yahoo"),
        ("old.reddit.com", "reddit"),
        ("de.pinterest.com", "pinterest"),
        ("www.notgoogle.com", None),
        ("google.example.org", None),
        ("203.0.113.7", None),
        ("2001:db8::7", None),
        ("localhost", None),
    ],
)
def test_a_host_is_known_by_its_longest_part(host: str, source: str | None) -> None:
    found = Referrers().find_host(host)
    assert (found.source if found is not None else None) == source


def test_a_machine_without_a_registered_domain_stands_for_itself() -> None:
    assert [Referrers().registrable(host) for host in ("127.0.0.1", "localhost", "::1", "a.b.shop.co.uk")] == [
        "127.0.0.1",
        "localhost",
        "::1",
        "shop.co.uk",
    ]
