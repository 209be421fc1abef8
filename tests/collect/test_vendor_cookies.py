"""Ids of ad platforms on their way in: which cookies are read, what is kept of a click, and when it ends."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fakes.collecting import NOW_MS, SITE, FakeCollector, request
from onebyone.collect import visitors
from onebyone.collect.kept_clicks import COOKIE, MAX_AGE_S, Click, read_clicks, with_clicks, write_clicks
from onebyone.consent.settings import Settings
from onebyone.identity.vendor_ids import CLICK_IDS
from onebyone.state.sites import Site
from onebyone.tags import modules

DAY_MS = 86_400_000
YES = {"analytics": "granted", "ads_storage": "granted"}
NO_ADS = {"analytics": "granted", "ads_storage": "denied"}
VENDORS = {
    "_ga": "GA1.1.123.456",
    "_ga_ABC": "GS2.1.s1700000000$o3",
    "_gcl_aw": "GCL.1700000000.Cj0-of-google",
    "_ttp": "2abcDEF",
    "ttclid": "E.C.P.x",
    "li_fat_id": "0c2c2a6e-0000-4000-8000-000000000001",
    "_epik": "dj0yJnU9",
    "_scid": "9e1f",
    "_rdt_uuid": "1700000000000.3f2c1a90-0000-4000-8000-000000000001",
    "_uetmsclkid": "_uetabc",
    "_twclid": "2-x",
    "_fbp": "fb.1.1.2",
    "session_id": "1700000000",
    "basket": "full",
    "console": "secret",
}
ALL = {
    "ga": "123.456", "ga_session": "1700000000", "gclid": "Cj0-of-google", "ttp": "2abcDEF", "ttclid": "E.C.P.x",
    "li_fat_id": "0c2c2a6e-0000-4000-8000-000000000001", "epik": "dj0yJnU9", "scid": "9e1f",
    "rdt_uuid": "3f2c1a90-0000-4000-8000-000000000001", "msclkid": "abc", "twclid": "2-x", "fbp": "fb.1.1.2",
}  # fmt: skip


def send(
    page: str = "/",
    cookies: Mapping[str, str] = {},
    consent: Mapping[str, str] = YES,
    *,
    site: Site = SITE,
) -> tuple[dict[str, str], dict[str, str]]:
    """The ids that go with the hit, and the cookies that are set, by name."""
    body: dict[str, object] = {"site": "s1", "consent": consent}
    body["events"] = [{"name": "page_view", "page": {"url": f"https://shop.example{page}"}}]
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = [("Cookie", header), ("Origin", "https://shop.example")]
    collector = FakeCollector(site=site)
    answer = collector.ask(request("POST", "/bcdfg/v1/e", body=json.dumps(body).encode(), headers=headers))
    head = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    found = [line.removeprefix("set-cookie: ") for line in head if line.startswith("set-cookie: ")]
    (hit,) = collector.committer.hits
    return dict(parse_qsl(hit.query)), {cookie.partition("=")[0]: cookie for cookie in found}


def value_of(cookie: str) -> str:
    return cookie.partition("=")[2].partition(";")[0]


def test_cookies_of_vendors_are_read_and_no_others() -> None:
    assert send(cookies=VENDORS)[0] == ALL


def test_for_statistics_alone_only_googles_browser_is_read() -> None:
    assert send(cookies=VENDORS, consent=NO_ADS)[0] == {"ga": "123.456", "ga_session": "1700000000"}


@pytest.mark.parametrize(
    ("consent", "site"),
    [
        ({"analytics": "denied", "ads_storage": "denied"}, SITE),
        ({}, replace(SITE, consent=Settings(unknown_region="A"))),
        (YES, replace(SITE, visitor_cookie=False)),
    ],
    ids=["refused", "not asked yet", "a site without cookies"],
)
def test_without_permission_nothing_is_read_and_nothing_kept(consent: dict[str, str], site: Site) -> None:
    assert send("/?gclid=x&fbclid=y", VENDORS, consent, site=site) == ({}, {})


def test_a_click_is_kept_for_the_order_that_comes_on_another_page() -> None:
    found, cookies = send("/?utm_source=g&gclid=Cj0-_x&ScCid=abc")
    assert found == {"gclid": "Cj0-_x", "sccid": "abc"}
    kept = cookies["ob_a"]
    assert kept.endswith(f"; Path=/; Max-Age={90 * 86_400}; HttpOnly; SameSite=Lax; Domain=shop.example; Secure")
    later, cookies = send("/thanks", {"ob_a": value_of(kept)})
    assert later == found and "ob_a" not in cookies


def test_the_newest_click_of_google_replaces_the_others_and_a_cookie_of_googles() -> None:
    kept = value_of(send("/?gclid=old&ttclid=t")[1]["ob_a"])
    found, cookies = send("/?wbraid=new", {"ob_a": kept, "_gcl_aw": "GCL.1.older"})
    assert found == {"wbraid": "new", "ttclid": "t"}
    assert "gclid" not in value_of(cookies["ob_a"])


def test_a_click_of_metas_is_an_fbc_with_the_time_of_the_click() -> None:
    at = f"{NOW_MS - DAY_MS:x}"
    assert send("/thanks", {"ob_a": f"fbclid.{at}.AbC"})[0] == {"fbc": f"fb.1.{NOW_MS - DAY_MS}.AbC"}
    theirs = {"ob_a": f"fbclid.{at}.AbC", "_fbc": "fb.1.7.Newer"}
    assert send("/thanks", theirs)[0] == {"fbc": "fb.1.7.Newer"}
    assert send("/?fbclid=Third", theirs)[0] == {"fbc": f"fb.1.{NOW_MS}.Third"}


def test_who_refuses_ads_keeps_no_click() -> None:
    kept = f"gclid.{NOW_MS:x}.x"
    found, cookies = send("/", {"ob_a": kept}, NO_ADS)
    assert "gclid" not in found and cookies["ob_a"].startswith("ob_a=; Path=/; Max-Age=0; ")


@pytest.mark.parametrize(
    "cookie",
    [
        *("", "nonsense", "gclid", "gclid.x.y", "basket.1.full", "x" * 5_000),
        f"gclid.{NOW_MS + 1:x}.ahead",
        f"gclid.{NOW_MS - MAX_AGE_S * 1000:x}.old",
        f"gclid.{NOW_MS:x}.a b",
    ],
)
def test_what_is_old_or_nothing_of_ours_is_no_click(cookie: str) -> None:
    assert read_clicks(cookie, NOW_MS) == {}


ids = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=60)


@given(st.dictionaries(st.sampled_from(sorted(CLICK_IDS)), ids))
def test_what_is_kept_is_read_again_and_is_a_cookie(told: dict[str, str]) -> None:
    clicks = with_clicks({}, told, NOW_MS)
    written = write_clicks(clicks)
    assert read_clicks(written, NOW_MS + 1) == clicks
    assert written.isascii() and not set(written) & set(' ",;\\')


def test_with_no_room_the_oldest_go() -> None:
    names = sorted(CLICK_IDS)
    clicks = {name: Click("x" * 500, NOW_MS + n) for n, name in enumerate(names)}
    kept = read_clicks(write_clicks(clicks), NOW_MS + 100)
    assert list(kept) == names[-len(kept) :] and 4 <= len(kept) < len(names)


def test_no_cookie_of_ours_takes_anothers_name() -> None:
    """The script keeps the visitor's choice in one of its own."""
    source = (Path(str(modules.__file__)).parent / "src/modules/choice.js").read_text()
    scripts = set(re.findall(r"\bob_[a-z]\b", source))
    assert scripts and scripts.isdisjoint({COOKIE, visitors.COOKIE, visitors.CONSENT_COOKIE})
    assert len({COOKIE, visitors.COOKIE, visitors.CONSENT_COOKIE}) == 3
