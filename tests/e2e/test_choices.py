"""Choices that are posted: kept, shown to their person, proved; and what they do to later hits."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx2

from e2e.running import ORIGIN, Platform, get, post
from e2e.test_surface import BROWSER
from onebyone.event import Permission, visitor_hash
from onebyone.state.receipts import read_receipt
from onebyone.state.sites import Site


def choose(platform: Platform, site: Site, choices: dict[str, str], **more: Any) -> httpx2.Response:
    cookies = more.pop("cookies", {})
    headers = {"origin": ORIGIN, "content-type": "text/plain"}
    if cookies:
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    body = json.dumps({"id": str(uuid.uuid4()), "choices": choices, "page": f"{ORIGIN}/", "button": "all", **more})
    return post(f"{platform.collector}/{site.prefix}/v1/consent", content=body, headers=headers)


def cookies_of(answer: httpx2.Response) -> dict[str, str]:
    return dict(line.partition(";")[0].split("=", 1) for line in answer.headers.get_list("set-cookie"))


def test_a_choice_can_be_read_by_who_made_it_and_its_receipt_holds(platform: Platform) -> None:
    site, _ = platform.add_site()
    posted = choose(platform, site, {"analytics": "granted"})
    record, secret = posted.json()["record_id"], posted.json()["secret"]
    platform.settle()
    base = f"{platform.collector}/{site.prefix}/v1/consent/{record}"
    told = get(base, params={"secret": secret}).json()
    assert (told["record"]["record_id"], told["record"]["button"]) == (record, "all")
    by_cookie = get(base, headers={"cookie": f"ob_i={cookies_of(posted)['ob_i']}"})
    assert by_cookie.json() == told
    for wrong in (
        get(base),
        get(base, params={"secret": "x"}),
        get(base + "0", params={"secret": secret}),
    ):
        assert wrong.status_code == 404
    receipt = get(f"{base}/receipt", params={"secret": secret}).json()
    assert read_receipt(receipt["receipt"], receipt["key"])["entry_hash"] == told["entry_hash"]
    checked = platform.command("consent", "verify", "--json")
    assert checked.returncode == 0 and json.loads(checked.stdout)["faults"] == []
    listed = platform.command("consent", "records", "--site", site.id, "--json")
    assert [one["record_id"] for one in json.loads(listed.stdout)] == [record]


def test_a_withdrawal_reaches_what_is_asked_now_and_every_later_hit(platform: Platform) -> None:
    site, _ = platform.add_site()
    url = f"{platform.collector}/{site.prefix}/v1/n/{site.id}.gif?u=https%3A%2F%2Fshop.example%2F"
    visitor = cookies_of(get(url, headers=BROWSER))["ob_v"]
    granted = choose(platform, site, {"analytics": "granted", "ads_share": "granted"}, cookies={"ob_v": visitor})
    platform.settle()
    state = platform.state
    number = visitor_hash(site.id, visitor)
    assert (state.permissions.now(site.id, number) or 0) & Permission.ADS_SHARE.bit
    cookies = {"ob_v": visitor, "ob_i": cookies_of(granted)["ob_i"]}
    withdrawn = choose(platform, site, {"analytics": "denied", "ads_share": "denied"}, cookies=cookies)
    assert cookies_of(withdrawn) == {"ob_v": ""}
    get(url, headers=BROWSER | {"cookie": f"ob_v={visitor}"})  # a page that was open all the while
    platform.settle()
    now = state.permissions.now(site.id, number)
    assert now is not None and not now & (Permission.ADS_SHARE.bit | Permission.ANALYTICS.bit)
    (row,) = platform.report("overview", site.id)
    assert (row["views"], row["visitors"]) == (2, 1)
    assert len(state.records.history(site.id, "consent", cookies["ob_i"])) == 2
    state.engine.dispose()
