"""What the three ways in from an e-mail answer and keep."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path
from random import Random
from urllib.parse import quote, urlsplit

import html5lib
import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from fakes.collecting import NOW_MS, SITE, FakeCollector, request, status
from fakes.state import a_database
from onebyone.collect.mailing import Mailing
from onebyone.mail.facts import read_facts
from onebyone.mail.targets import read_target
from onebyone.mail.tokens import CARRIED, TRAP_LINK, Kind, Ring, Token, message_id
from onebyone.state.mail import Mail, Message, Mode, NewRecipient, Recipient
from onebyone.state.sites import MailRules, Site

TARGETS = ("https://shop.example/a?x=1#f", "https://other.example/b?utm_source=own")


class Post:
    """A message with one recipient, and the collector that its addresses lead to."""

    def __init__(self, engine: Engine, site: Site = SITE) -> None:
        self.mail = Mail(engine)
        self.message = Message(
            id=message_id(site.id, b"m" * 12).hex(),
            site=site.id,
            name="News",
            links=TARGETS,
            params={"utm_medium": "email", "utm_source": "news"},
        )
        self.mail.add_message(self.message)
        self.recipient = self.add("p1")
        self.mailing = Mailing(self.mail, lambda: NOW_MS)
        self.sites = {site.id: site}
        self.mailing.refresh(self.sites)
        self.mailing.look_up(self.message.key)
        self.collector = FakeCollector(site=site, mailing=self.mailing)

    def add(self, ref: str) -> Recipient:
        (one,) = self.mail.add_recipients(self.message, [NewRecipient(ref=ref, mode=Mode.FULL)], now_ms=NOW_MS)
        return one

    @property
    def ring(self) -> Ring:
        return self.mailing.ring

    def token(self, kind: Kind, link: int = 0, target: str = "") -> str:
        return self.ring.sign(Token(kind, self.message.key, self.recipient.id, link), target)

    def get(self, path: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> bytes:
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return self.collector.ask(request(method, f"/bcdfg{path}", body=body, headers=named))


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return Post(a_database(tmp_path))


def location(answer: bytes) -> str:
    head = answer.partition(b"\r\n\r\n")[0].decode()
    return next((line[10:] for line in head.split("\r\n") if line.startswith("location: ")), "")


def test_an_open_is_kept_without_its_token(post: Post) -> None:
    post.get(f"/v1/o/{post.token(Kind.OPEN)}.gif?x=1", User_Agent="UA")
    (hit,) = post.collector.committer.hits
    facts = read_facts(hit.body)
    assert (hit.via, hit.site, hit.path, hit.query, hit.refused) == ("open", "s1", "/v1/o/", "", "")
    assert (facts.message, facts.recipient) == (post.message.id, post.recipient.id.hex())
    assert post.token(Kind.OPEN).encode() not in post.collector.committer.records[0]


def test_the_image_is_the_same_for_every_token(post: Post) -> None:
    post.mail.stop_measuring("s1", "p1", now_ms=NOW_MS)
    silent = post.token(Kind.OPEN)
    post.mailing.refresh(post.sites)
    valid = post.ring.sign(Token(Kind.OPEN, post.message.key, post.add("p2").id))
    erased = post.ring.sign(Token(Kind.OPEN, message_id("s1", b"e" * 12), b"r" * 16))
    answers = {
        post.get(f"/v1/o/{text}")
        for text in (
            f"{valid}.gif",
            f"{silent}.gif",
            f"{erased}.gif",
            f"{valid[:-1]}.gif",
            f"{valid[:40]}",
            "",
            "x" * 400,
        )
    }
    assert len(answers) == 1
    answer = answers.pop()
    assert answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"\x01\x00;") and b"content-length: 43" in answer
    assert b"set-cookie" not in answer.lower() and b"cache-control: no-store, no-cache, must-revalidate" in answer


def test_of_who_is_not_to_be_measured_nothing_is_kept(post: Post) -> None:
    post.mail.stop_measuring("s1", "p1", now_ms=NOW_MS)
    post.mailing.refresh(post.sites)
    post.get(f"/v1/o/{post.token(Kind.OPEN)}.gif", User_Agent="UA", Referer="https://mail.example/")
    (hit,) = post.collector.committer.hits
    assert hit.refused == "measuring_stopped"
    assert (hit.headers, hit.address, hit.body, hit.query, hit.path) == ({}, "", b"", "", "/v1/o/")


def test_a_forged_token_gets_its_image_and_leaves_its_reason(post: Post) -> None:
    assert status(post.get("/v1/o/nonsense.gif")) == 200
    assert [(hit.refused, hit.site) for hit in post.collector.committer.hits] == [("token_invalid", "s1")]


def test_a_log_that_is_full_still_gives_the_image(post: Post) -> None:
    post.collector.committer.full = True
    answer = post.get(f"/v1/o/{post.token(Kind.OPEN)}.gif")
    assert status(answer) == 200 and b"x-onebyone-stored: no" in answer


def test_a_link_leads_to_its_target_with_parameters_and_the_id_of_the_click(post: Post) -> None:
    answer = post.get(f"/v1/l/{post.token(Kind.CLICK, 0)}")
    assert status(answer) == 302 and b"cache-control: no-store" in answer
    target = location(answer)
    assert target.startswith("https://shop.example/a?x=1&utm_medium=email&utm_source=news&ob_click=")
    assert target.endswith("#f")
    assert b"referrer-policy: strict-origin-when-cross-origin" in answer and b'<a href="https://shop' in answer
    (hit,) = post.collector.committer.hits
    assert (hit.via, read_facts(hit.body).link) == ("link", 0)


def test_parameters_of_the_target_stay(post: Post) -> None:
    target = location(post.get(f"/v1/l/{post.token(Kind.CLICK, 1)}"))
    assert "utm_source=own" in target and "utm_source=news" not in target


def test_a_trap_leads_where_the_first_link_leads(post: Post) -> None:
    answer = post.get(f"/v1/l/{post.token(Kind.CLICK, TRAP_LINK)}")
    assert location(answer).startswith("https://shop.example/a") and "ob_click" not in location(answer)


def test_a_head_is_answered_as_a_get_without_a_body(post: Post) -> None:
    path = f"/v1/l/{post.token(Kind.CLICK)}"
    head = post.get(path, method="HEAD")
    assert status(head) == 302 and location(head).startswith("https://shop.example/a") and head.endswith(b"\r\n\r\n")
    assert post.collector.committer.hits[0].method == "HEAD"


@pytest.mark.parametrize(
    "headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}]
)
def test_a_speculative_fetch_is_sent_away(post: Post, headers: dict[str, str]) -> None:
    named = list(headers.items())
    answer = post.collector.ask(request("GET", f"/bcdfg/v1/l/{post.token(Kind.CLICK)}", headers=named))
    assert status(answer) == 503 and b"cache-control: no-store" in answer and not location(answer)
    assert b"vary: Sec-Purpose" in answer and len(post.collector.committer.hits) == 1


def test_a_token_of_another_kind_altered_doubled_or_expired_leads_nowhere(post: Post) -> None:
    good = post.token(Kind.CLICK)
    for wrong in (
        post.token(Kind.OPEN),
        good[:-2] + "AA",
        good + good,
        good[:-1],
        f"{good}/..",
        post.token(Kind.CLICK, 9),
    ):
        answer = post.get(f"/v1/l/{wrong}")
        assert (status(answer), location(answer)) == (404, ""), wrong


@pytest.mark.parametrize(
    "behind", [">", ")", ".", ",", "!", '">', "=", ">).", "?e=1", "?data=05%7C01&sdata=x&reserved=0"]
)
def test_what_a_mail_program_or_a_scanner_puts_behind_a_link_does_not_break_it(post: Post, behind: str) -> None:
    answer = post.get(f"/v1/l/{post.token(Kind.CLICK)}{behind}")
    assert status(answer) == 302 and urlsplit(location(answer)).hostname == "shop.example"
    assert "sdata" not in location(answer), "what a scanner adds is not passed on"
    assert status(post.get(f"/v1/u/{post.token(Kind.UNSUBSCRIBE)}{behind}")) == 200


@pytest.mark.parametrize("place", ["l", "u", "o"])
def test_a_token_cut_at_any_place_is_named_kept_and_leads_nowhere(post: Post, place: str) -> None:
    kind = {"l": Kind.CLICK, "u": Kind.UNSUBSCRIBE, "o": Kind.OPEN}[place]
    whole = post.token(kind)
    for length in range(len(whole)):
        answer = post.get(f"/v1/{place}/{whole[:length]}")
        assert (status(answer), location(answer)) == (200 if place == "o" else 404, "")
    hits = post.collector.committer.hits
    assert {(hit.refused, hit.site, hit.body) for hit in hits} <= {("token_invalid", "s1", b"")}
    assert len(hits) == (0 if place == "u" else len(whole)), "of a way out only a POST is kept"


def test_an_altered_token_keeps_whose_it_claims_to_be(post: Post) -> None:
    raw = post.token(Kind.CLICK)
    post.get(f"/v1/l/{raw[:52]}{'A' if raw[52] != 'A' else 'B'}{raw[53:]}")
    (hit,) = post.collector.committer.hits
    facts = read_facts(hit.body)
    assert (hit.refused, facts.bad, facts.message) == ("", "altered", post.message.id)


def test_the_owner_may_name_the_hosts_that_links_lead_to(tmp_path: Path) -> None:
    post = Post(a_database(tmp_path), replace(SITE, mail=MailRules(hosts=("shop.example",))))
    assert status(post.get(f"/v1/l/{post.token(Kind.CLICK, 0)}")) == 302
    assert status(post.get(f"/v1/l/{post.token(Kind.CLICK, 1)}")) == 404


def test_a_target_may_be_in_the_address_if_it_was_signed(post: Post) -> None:
    token = post.token(Kind.CLICK, CARRIED, "https://shop.example/carried?a=1")
    assert location(post.get(f"/v1/l/{token}?u={quote('https://shop.example/carried?a=1', safe='')}")) == (
        "https://shop.example/carried?a=1"
    )
    assert status(post.get(f"/v1/l/{token}?u={quote('https://evil.example/', safe='')}")) == 404
    assert status(post.get(f"/v1/l/{token}")) == 404


PIECES = [
    "//", "/", "\\", "@", "\t", "%09", "\n", "%0d%0a", "bücher.example", "[::1]", "%2f%2f", "evil.example", ":80", "#",
    "?", "https:", "http://", "shop.example", "user:pw", " ", "\x00", "。", ".", "javascript:", "%5c", "&", "=", "é",
]  # fmt: skip


@pytest.mark.parametrize("targets", [20_000 if os.environ.get("PROVE") else 1_000])
def test_no_location_leads_to_a_host_that_was_not_signed(post: Post, targets: int) -> None:
    """Signed and unsigned targets of every kind: what is followed has the host that was signed, in every parser."""
    random = Random(7)
    for number in range(targets):
        signed = "https://shop.example" + "".join(random.choices(PIECES, k=random.randint(0, 5)))
        sent = signed if number % 2 else "".join(random.choices(PIECES, k=random.randint(1, 6)))
        token = post.token(Kind.CLICK, CARRIED, signed)
        post.mailing.refresh(post.sites)  # a new second: this recipient clicks often
        to = location(post.get(f"/v1/l/{token}?u={quote(sent, safe=random.choice(['', '/:@', '/:@?=%']))}"))
        if to:
            expected = read_target(signed)
            assert expected is not None and urlsplit(to).netloc == urlsplit(expected).netloc, (signed, sent, to)


def test_a_message_not_seen_before_is_looked_up_off_the_loop(post: Post) -> None:
    fresh = Mailing(post.mail, lambda: NOW_MS)
    fresh.refresh(post.sites)
    assert not fresh.knows(post.message.key)
    fresh.look_up(post.message.key)
    sheet = fresh.sheet(post.message.key)
    assert sheet is not None and sheet.targets == TARGETS
    fresh.look_up(b"x" * 16)
    assert fresh.knows(b"x" * 16) and fresh.sheet(b"x" * 16) is None


def test_a_recipient_that_clicks_without_end_is_slowed_down(post: Post) -> None:
    answers = [status(post.get(f"/v1/l/{post.token(Kind.CLICK)}")) for _ in range(40)]
    assert answers[0] == 302 and answers[-1] == 503


def test_a_get_of_the_way_out_changes_nothing_and_shows_a_button(post: Post) -> None:
    answer = post.get(f"/v1/u/{post.token(Kind.UNSUBSCRIBE)}")
    assert status(answer) == 200 and b'<form method="post">' in answer and post.collector.committer.hits == []
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(answer.partition(b"\r\n\r\n")[2].decode())


@pytest.mark.parametrize(
    ("body", "wants"),
    [
        (b"List-Unsubscribe=One-Click", "leave"),
        (b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n', "leave"),
        (b"measuring=stop", "silence"),
    ],
)
def test_a_post_is_kept_and_then_answered(post: Post, body: bytes, wants: str) -> None:
    post.collector.committer.at_once = None
    connection, transport = post.collector.connect()
    connection.data_received(request("POST", f"/bcdfg/v1/u/{post.token(Kind.UNSUBSCRIBE)}", body=body))
    assert transport.sent == b""
    post.collector.committer.settle()
    assert status(transport.sent) == 200 and not location(transport.sent)
    assert read_facts(post.collector.committer.hits[0].body).wants == wants


def test_a_post_that_could_not_be_kept_is_told_so(post: Post) -> None:
    post.collector.committer.at_once = False
    answer = post.get(f"/v1/u/{post.token(Kind.UNSUBSCRIBE)}", method="POST", body=b"List-Unsubscribe=One-Click")
    assert status(answer) == 503


def test_a_post_of_nothing_or_with_a_bad_token_does_nothing(post: Post) -> None:
    assert status(post.get(f"/v1/u/{post.token(Kind.UNSUBSCRIBE)}", method="POST", body=b"a=b")) == 400
    assert status(post.get(f"/v1/u/{post.token(Kind.OPEN)}", method="POST", body=b"List-Unsubscribe=One-Click")) == 404
    assert [hit.refused for hit in post.collector.committer.hits] == ["token_invalid"]


@pytest.mark.skipif(not os.environ.get("PROVE"), reason="a measurement: make prove")
def test_the_time_of_an_answer_does_not_tell_a_token(post: Post) -> None:
    post.mail.stop_measuring("s1", "p1", now_ms=NOW_MS)
    valid = post.ring.sign(Token(Kind.OPEN, post.message.key, post.add("p2").id))
    post.mailing.refresh(post.sites)
    kinds = {"valid": valid, "silent": post.token(Kind.OPEN), "forged": valid[:-2] + "AA", "nonsense": "x" * 71}
    medians = {}
    for name, text in kinds.items():
        took = []
        for _ in range(2_000):
            began = time.perf_counter_ns()
            post.get(f"/v1/o/{text}.gif")
            took.append(time.perf_counter_ns() - began)
        medians[name] = statistics.median(took) / 1000
    print("microseconds, median of 2,000:", {name: round(value, 1) for name, value in medians.items()})
