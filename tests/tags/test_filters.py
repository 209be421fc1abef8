"""What a blocker's generic rules make of our addresses: EasyList and EasyPrivacy as installed, in an engine for them.

Skipped without the engine or the lists, which `make filters` gets (PyPI, Debian's package of uBlock Origin);
ONEBYONE_FILTERS names another folder that has easylist.txt and easyprivacy.txt. Neither is part of this repository.
"""

from __future__ import annotations

import os
import random
import string
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from onebyone.state.sites import Site
from onebyone.state.tag_settings import Banner, TagSettings
from onebyone.tags.script import files_of

adblock = pytest.importorskip("adblock", reason="no filter engine: make filters")

FOLDERS = (
    Path(os.environ.get("ONEBYONE_FILTERS", "none")),
    Path(sys.prefix) / "filters",
    Path("/usr/share/chromium/extensions/ublock-origin/assets/thirdparties/easylist"),
)
FILES = ("easylist.txt", "easyprivacy.txt")
SHOP = "https://www.shop.example"
PLACES = (SHOP, "https://data.shop.example", "https://t.shop.example")
SITE = Site(id="s7k2m9qd4w", name="", prefix="brvkt", origins=(SHOP,), tag=TagSettings(banner=Banner(on=True)))

Blocked = Callable[[str, str], bool]

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def blocked() -> Blocked:
    folder = next((one for one in FOLDERS if all((one / name).exists() for name in FILES)), None)
    if folder is None:
        pytest.skip("no filter lists: make filters")
    rules = adblock.FilterSet()
    for name in FILES:
        rules.add_filter_list((folder / name).read_text(encoding="utf-8"))
    engine = adblock.Engine(rules)
    return lambda url, kind: bool(engine.check_network_urls(url, f"{SHOP}/", kind).matched)


def addresses_of(site: Site) -> list[tuple[str, str]]:
    """Every address that a page or a message of the site asks for, and as what."""
    base = f"/{site.prefix}/v1"
    posted = [
        (f"{base}/{name}", kind) for name in ("e", "d", "consent", "privacy") for kind in ("ping", "xmlhttprequest")
    ]
    images = [f"{base}/n/{site.id}.gif", f"{base}/n/{site.id}.gif?e=pv", f"{base}/o/x4RtQ0aPzk.gif"]
    links = [f"{base}/l/x4RtQ0aPzk", f"{base}/u/x4RtQ0aPzk"]
    return [
        *((path, "script") for path in files_of(site)),
        (f"/{site.prefix}/c/0123456789abcdef4567.js", "script"),  # a container
        *posted,
        *((path, "image") for path in images),
        *((path, "document") for path in links),
    ]


@pytest.mark.parametrize("place", PLACES)
def test_no_address_of_a_site_is_hit_by_a_rule_meant_for_others(blocked: Blocked, place: str) -> None:
    assert [(path, kind) for path, kind in addresses_of(SITE) if blocked(place + path, kind)] == []


def test_whatever_letters_a_site_was_given_its_addresses_pass(blocked: Blocked) -> None:
    dice = random.Random(4)
    for _ in range(40):
        site = replace(SITE, prefix="".join(dice.choices(string.ascii_lowercase, k=5)))
        assert [path for path, kind in addresses_of(site) if blocked(SHOP + path, kind)] == [], site.prefix


BAD = {
    "image": """
        /pixel.gif?a=1 /px.gif?a=1 /p.gif?a=1 /i.gif?a=1 /t.gif?a=1 /c.gif?a=1 /e.gif?a=1 /b.gif?a=1
        /s.gif?a=1 /x.gif?a=1 /1x1.gif?a=1 /dot.gif?a=1 /spacer.gif?a=1 /collect.gif?a=1 /i.png?id=1
        /v1/pixel?a=1 /api/pixel?a=1 /a?x=1&t=pageview&y=1 /a?event=pageview&y=1 /a?type=pageview&y=1
        /a?x=1&ev=PageView&y=1 /a?x=1&event_name=page_view&y=1 /a?action=event&y=1
        /a?x=1&hitType=pageview&y=1
    """,
    "ping": """
        /api/collect /api/events
    """,
    "xmlhttprequest": """
        /api/collect /collect?v=1 /collect?tid=1 /r/collect?a=1 /beacon/event?a=1 /track/pageview?a=1
        /event/track?a=1 /pixel/view?a=1 /com.snowplowanalytics.snowplow/tp2
    """,
    "script": """
        /gtm.js /gtag.js /beacon.js /openpixel.js /pageview.js /snowplow.js /umami.js /matomo.js /piwik.js
        /plausible.js /analytics/analytics.js /analytics/tracker.js /a.js?id=GTM-ABC
    """,
}


@pytest.mark.parametrize(("kind", "path"), [(kind, path) for kind, paths in BAD.items() for path in paths.split()])
def test_the_names_that_were_avoided_are_hit(blocked: Blocked, kind: str, path: str) -> None:
    assert blocked(SHOP + path, kind)
