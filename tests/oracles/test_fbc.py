"""Meta's parameter builder as a judge of the cookie with the click's id."""

from __future__ import annotations

import json
from typing import Any

import pytest

from onebyone.destinations.clicks import find_ids
from onebyone.identity.meta_ids import fbc_of
from oracles.judges import GOLDEN, judge

ParamBuilder = judge("capi_param_builder").ParamBuilder
CASES = json.loads((GOLDEN / "vectors/fbc.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.get("note", case["host"]))
def test_the_cookie_is_theirs_but_for_their_fifth_part(case: dict[str, Any]) -> None:
    host, cookies = case["host"], case["cookies"]
    page, referrer = (f"https://{host}/?fbclid={case.get(key, '')}" for key in ("query_fbclid", "referrer_fbclid"))
    builder = ParamBuilder([case["registrable_domain"]])
    queries = {"fbclid": [case["query_fbclid"]]} if "query_fbclid" in case else {}
    builder.process_request(host, queries, dict(cookies), referrer if "referrer_fbclid" in case else None)
    their = builder.get_fbc().split(".")
    ids, _ = find_ids(page, referrer, cookies)
    now_ms = int(their[2])  # they ask the clock themselves
    our = fbc_of(ids.clicks["fbclid"], cookies.get("_fbc", ""), domain=case["registrable_domain"], now_ms=now_ms)
    assert our.split(".")[:4] == their[:4]
    if "fbp" in case:
        assert ids.browsers["fbp"].split(".")[:4] == builder.get_fbp().split(".")[:4]
