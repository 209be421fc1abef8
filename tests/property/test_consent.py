"""Whatever was said, wherever it came from: nothing that tells who it was is kept where that was not allowed.

Each identifier of a request is a word that occurs nowhere else, so a search of everything that was written finds it.
The examples of `tests/golden/consent` judge what is allowed; here what was kept is held against it.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fakes.collecting import KEY, NOW_MS, FakeCollector, request
from onebyone.collect.desk import Settings
from onebyone.collect.visitors import Visitors
from onebyone.consent.settings import Settings as ConsentSettings
from onebyone.consent.vocabulary import Mode
from onebyone.event import Permission, visitor_hash
from pipeline.examples import SITE
from property.room import Room

PROVE = bool(os.environ.get("PROVE"))
EXAMPLES = 2_000 if PROVE else 60

COOKIE = Visitors(b"k" * 32).new(0)
NUMBER = str(visitor_hash(SITE.id, COOKIE)).encode()
GA, GA_SESSION = "7766554433.2211", "1666666123"
NAMES = (b"USER-WORD", GA.encode(), GA_SESSION.encode(), b"QUERY-WORD", b"REFERRER-WORD")
PERSON = (NUMBER, *NAMES, COOKIE.encode())  # need statistics
ADS = (b"CLICK-WORD", b"FBP-WORD", b"TTP-WORD", b"KEPT-WORD")  # need ads_storage
COOKIES = f"ob_v={COOKIE}; _ga_X=GS2.1.s{GA_SESSION}$o1; _ttp=TTP-WORD; ob_a=ttclid.{NOW_MS:x}.KEPT-WORD"
SHARED = (b"AGENT-WORD",)  # need ads_share
ORDER = (b"ORDER-WORD",)  # goes where nothing but the number of events is kept
NEVER = (b"MAIL-WORD", b"203.0.113.77", b"PROP-WORD")
PAGE = "https://shop.example/lamp?gclid=CLICK-WORD&q=QUERY-WORD&mail=PROP-WORD%40mail.example"
REFERRER = "https://blog.example/REFERRER-WORD"
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; AGENT-WORD) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0"

_WORDS = st.sampled_from(["granted", "denied", "maybe"])
_CHOICES = st.dictionaries(st.sampled_from([one.value for one in Permission]), _WORDS, max_size=5)
_STRINGS = st.dictionaries(
    st.sampled_from(["tcf", "gpp", "us_privacy", "gcs", "gcd", "gdpr"]),
    st.sampled_from(
        [
            "",
            "1",
            "0",
            "C",
            "DBABTA~1YYN",
            "DBABTA~1YNN",
            "1YYN",
            "1YNN",
            "G111",
            "G100",
            "13r3r3r3r1",
            "13p3p3p3p1",
            "CQAAAAAQAAAAAAAAAAENAAAAAAAAAAAAAAAA",
            "\x00",
            "C" * 9_000,
            "${GDPR_CONSENT}",
            "DBABMA~" * 50,
        ]
    ),
    max_size=2,
)
_BLOCKS = st.builds(lambda choices, strings: {**choices, **strings}, _CHOICES, _STRINGS)
_REGIONS = st.sampled_from(["", "DE", "FR", "GB", "US", "US-CA", "US-VA", "CA", "CA-QC", "JP", "BR", "XX"])
_SETTINGS = st.builds(
    ConsentSettings,
    unknown_region=st.sampled_from(["", "N", "B"]),
    denied_mode=st.dictionaries(st.sampled_from(["DE", "A", "C", "N"]), st.sampled_from(list(Mode)[2:]), max_size=2),
    sensitive=st.booleans(),
    honor_dnt=st.booleans(),
    analytics_exempt=st.sampled_from([(), ("FR",)]),
)


class Sent(msgspec.Struct, frozen=True):
    way: str
    name: str
    block: dict[str, str]
    region: str
    gpc: bool
    dnt: bool
    at_once: bool  # the block is the event's own


_SENT = st.builds(
    Sent,
    way=st.sampled_from(["tag", "image", "server"]),
    name=st.sampled_from(["page_view", "purchase", "sign_up"]),
    block=_BLOCKS,
    region=_REGIONS,
    gpc=st.booleans(),
    dnt=st.booleans(),
    at_once=st.booleans(),
)


def an_event(sent: Sent, n: int) -> dict[str, Any]:
    event: dict[str, Any] = {
        "name": sent.name,
        "id": f"e{n}",
        "event_id": f"purchase:ORDER-WORD{n}",
        "user_id": "USER-WORD",
        "page": {"url": PAGE, "referrer": REFERRER},
        "props": {"_fbp": "FBP-WORD", "_ga": f"GA1.1.{GA}", "contact": "PROP-WORD@mail.example"},
        "user_data": {"email": "MAIL-WORD@mail.example"},
    }
    if sent.way == "server":
        event |= {"visitor": COOKIE, "ip": "203.0.113.77", "device": {"user_agent": AGENT}}
    return event | ({"consent": sent.block} if sent.at_once or sent.way == "server" else {})


def a_request(sent: Sent, n: int) -> bytes:
    headers = [("User-Agent", AGENT), ("Cookie", COOKIES), ("CF-IPCountry", sent.region)]
    headers += [("Sec-GPC", "1")] * sent.gpc + [("DNT", "1")] * sent.dnt
    if sent.way == "image":
        said = {"e": sent.name, "id": f"e{n}", "u": PAGE, "r": REFERRER, "uid": "USER-WORD", "p.fbp": "FBP-WORD"}
        said |= {"eid": f"purchase:ORDER-WORD{n}", "o": f"ORDER-WORD{n}"}
        query = urlencode({**said, "p.ga": f"GA1.1.{GA}", "p.contact": "PROP-WORD@mail.example", **sent.block})
        return request("GET", f"/bcdfg/v1/n/{SITE.id}.gif?{query}", headers=headers)
    body: dict[str, Any] = {"site": SITE.id, "events": [an_event(sent, n)]}
    if sent.way == "server":
        return request("POST", "/x/v1/events", body=_json(body), headers=[("Authorization", f"Bearer {KEY}")])
    if not sent.at_once:
        body["consent"] = sent.block
    return request("POST", "/bcdfg/v1/e", body=_json(body), headers=[*headers, ("Origin", "https://shop.example")])


def _json(body: object) -> bytes:
    return json.dumps(body).encode()


def check(record: bytes) -> None:
    """An event of the log holds what its permissions allow, and no more; a sighting that ended holds nothing."""
    row = msgspec.json.decode(record[1:])
    row = row.get("event", row)  # a conversion is judged by what its merged event was allowed
    allowed = row.get("permissions", 0)
    assert not [word for word in NEVER if word in record], record
    if row.get("reason") in ("consent_withheld", "suppressed") or row.get("withheld") in ("count", "drop"):
        assert not [word for word in ORDER if word in record], record
    if not allowed & Permission.ANALYTICS.bit:
        assert not [word for word in (*PERSON, *ADS, *SHARED) if word in record], record
        assert not row.get("os") and not row.get("device") and not row.get("sealed")
    if not allowed & Permission.ADS_STORAGE.bit:
        assert not [word for word in ADS if word in record], record
    if not allowed & Permission.ADS_SHARE.bit:
        assert not [word for word in SHARED if word in record], record
    assert not row.get("sealed") or allowed & Permission.ADS_SHARE.bit


def test_what_is_allowed_is_kept_so_that_its_absence_means_something() -> None:
    """But for an order's number and Meta's click the words come through; the number of a visitor is not the cookie."""
    granted = {one.value: "granted" for one in Permission}
    collector = FakeCollector(site=SITE)
    collector.ask(a_request(Sent("tag", "purchase", granted, "JP", gpc=False, dnt=False, at_once=False), 0))
    room = Room(collector.committer.hits, [1], SITE)
    try:
        (record,) = (record for record in room.run() if record[:1] == b"E")
    finally:
        room.close()
    hidden = {b"QUERY-WORD"}  # a parameter that the site did not ask to keep
    assert {word for word in (*ADS, *NAMES, *SHARED) if word not in record} <= hidden


@pytest.mark.slow
@given(st.lists(_SENT, min_size=1, max_size=6), _SETTINGS)
@settings(max_examples=EXAMPLES, deadline=None, derandomize=not PROVE)
def test_nothing_is_kept_that_was_not_allowed(all_sent: list[Sent], chosen: ConsentSettings) -> None:
    site = replace(SITE, consent=chosen)
    proxied = Settings(proxies=["203.0.113.0/24"], country_header="cf-ipcountry")
    collector = FakeCollector(site=site, settings=proxied)
    answers = [collector.ask(a_request(sent, n)) for n, sent in enumerate(all_sent)]
    assert len(collector.committer.hits) == len(all_sent)
    for record in collector.committer.records:
        assert b"MAIL-WORD" not in record and b"203.0.113.77" not in record
    room = Room(collector.committer.hits, [2], site)
    try:
        records = room.run()
        for record in records:
            check(record)
        sightings = [record for record in records if record[:1] in b"ED"]
        assert len(sightings) == len(all_sent)
        by_hit = {msgspec.json.decode(record[1:])["hit"]: record for record in sightings}
        assert len(by_hit) == len(all_sent)
        for answer in answers:
            head = answer.partition(b"\r\n\r\n")[0]
            assert b"set-cookie: ob_v=" not in head or b"set-cookie: ob_v=;" in head  # the visitor has one already
    finally:
        room.close()


@pytest.mark.slow
@given(_BLOCKS, _REGIONS, st.booleans(), st.booleans(), _SETTINGS)
@settings(max_examples=EXAMPLES, deadline=None, derandomize=not PROVE)
def test_a_new_visitor_gets_a_cookie_only_where_statistics_are_allowed(
    block: dict[str, str], region: str, gpc: bool, dnt: bool, chosen: ConsentSettings
) -> None:
    site = replace(SITE, consent=chosen)
    collector = FakeCollector(site=site, settings=Settings(proxies=["203.0.113.0/24"], country_header="cf-ipcountry"))
    sent = Sent("tag", "page_view", block, region, gpc, dnt, False)
    answer = collector.ask(a_request(sent, 0).replace(f"ob_v={COOKIE}".encode(), b"a=b"))
    room = Room(collector.committer.hits, [1], site)
    try:
        (record,) = (record for record in room.run() if record[:1] in b"ED")
        row = msgspec.json.decode(record[1:])
        may = bool(row.get("permissions", 0) & Permission.ANALYTICS.bit)
        assert (b"set-cookie: ob_v=" in answer) is may is bool(row.get("visitor"))
    finally:
        room.close()
