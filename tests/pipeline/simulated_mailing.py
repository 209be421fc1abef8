"""A mailing whose truth is known, and what the classifier makes of it without a log and a state between.

Everybody reads with the same chance, whatever their mail program: that is what the estimate assumes. Apple fetches for
all who use its Mail; Gmail fetches ahead for some; gateways fetch the image and follow every link of each message.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from msgspec import Struct

from onebyone.mail.tokens import TRAP_LINK
from onebyone.pipeline.mail_rules import NEAR_MS, Look, Request, Thresholds, Verdict, alone, judge, tells_of_source
from onebyone.reports.mail import Figures, Sent, figures

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36"
)
NAVIGATE = {"sec-fetch-mode": "navigate", "sec-fetch-user": "?1"}
LINKS = 8
MESSAGE = b"m" * 16
SHARES = {"apple": 0.45, "gmail": 0.22, "yahoo": 0.06, "direct": 0.17, "gateway": 0.10}
HOUR_MS = 3_600_000


class Truth(Struct, frozen=True):
    """Shares of the recipients."""

    reads: float = 0.32
    clicks: float = 0.09  # of readers
    gmail_ahead: float = 0.30  # of Gmail's, before or without reading


class Fetch(Struct, frozen=True):
    recipient: bytes
    source: bytes
    request: Request
    link: int = 0
    domain: str = ""


def mailing(recipients: int, truth: Truth, random: Random) -> list[Fetch]:
    """Every fetch of one mailing. Handed over at 1."""
    found: list[Fetch] = []
    kinds = random.choices(list(SHARES), weights=list(SHARES.values()), k=recipients)
    for number, kind in enumerate(kinds):
        recipient = number.to_bytes(16, "big")
        reads = random.random() < truth.reads
        clicks = reads and random.random() < truth.clicks
        found += _fetches(kind, recipient, random, reads=reads, clicks=clicks, ahead=truth.gmail_ahead)
    return found


def _fetches(
    kind: str, recipient: bytes, random: Random, *, reads: bool, clicks: bool, ahead: float
) -> Iterable[Fetch]:
    at_ms = 60_000 + int(random.lognormvariate(1.6, 1.1) * HOUR_MS)
    own = recipient[-8:]
    if kind == "apple":
        fetched = int(random.uniform(0.05, 24) * HOUR_MS)
        yield Fetch(recipient, b"apple", _open(fetched, label="apple_mpp", network="relay"))
    elif kind == "gmail":
        if random.random() < ahead:
            yield Fetch(recipient, b"ahead", _open(at_ms - 30_000, label="gmail_prefetch", network="google"))
        if reads:
            proxied = _open(at_ms, label="gmail_proxy", network="google")
            yield Fetch(recipient, b"gmail", proxied, domain="gmail.com")
    elif kind == "yahoo":
        if reads:
            yield Fetch(recipient, b"yahoo", _open(at_ms, label="yahoo_proxy"), domain="yahoo.com")
    else:
        if kind == "gateway":
            yield from _gateway(recipient, random)
        if reads:
            yield Fetch(recipient, own, _open(at_ms, agent=CHROME))
    if clicks:
        link = random.randrange(LINKS)
        yield Fetch(recipient, own, _click(at_ms + random.randint(3_000, 90_000)), link)


def _gateway(recipient: bytes, random: Random) -> Iterable[Fetch]:
    """Of one company, out of a pool of addresses; half of them in clouds that a list knows."""
    company = int.from_bytes(recipient, "big") % 40
    network = "datacenter" if company % 2 else ""
    source = b"gateway" + bytes([company])
    start = random.randint(5_000, 240_000)
    yield Fetch(recipient, source, _open(start, agent=CHROME, network=network))
    for link in range(LINKS):
        at_ms = start + 500 + link * random.randint(150, 500)
        yield Fetch(recipient, source, _click(at_ms, network=network), link)
    if random.random() < 0.3:
        yield Fetch(recipient, source, _click(start + 400, network=network, trap=True), TRAP_LINK)


def _open(at_ms: int, **given: Any) -> Request:
    return Request(click=False, at_ms=at_ms, sent_ms=1, **given)


def _click(at_ms: int, **given: Any) -> Request:
    return Request(click=True, at_ms=at_ms, sent_ms=1, agent=CHROME, headers=NAVIGATE, **given)


def verdicts(fetches: Sequence[Fetch]) -> list[Verdict]:
    """Of each, when all its neighbours are known."""
    looks = [_look(fetch) for fetch in fetches]
    by_source, by_recipient = _index(looks, "source"), _index(looks, "recipient")
    given = []
    for look in looks:
        near = _near(by_recipient[look.recipient], look)
        if tells_of_source(look):
            near += [one for one in _near(by_source[look.source], look) if one.recipient != look.recipient]
        given.append(judge(look, [one for one in near if one is not look], links=LINKS))
    return given


def _look(fetch: Fetch) -> Look:
    return Look(
        hit=b"",
        click=fetch.request.click,
        at_ms=fetch.request.at_ms,
        message=MESSAGE,
        recipient=fetch.recipient,
        link=fetch.link,
        source=fetch.source,
        trap=fetch.request.trap,
        domain=fetch.domain,
        found=alone(fetch.request, Thresholds()),
    )


def _index(looks: Sequence[Look], name: str) -> dict[bytes, tuple[list[int], list[Look]]]:
    groups: dict[bytes, list[Look]] = defaultdict(list)
    for look in looks:
        groups[getattr(look, name)].append(look)
    ordered = {key: sorted(group, key=lambda look: look.at_ms) for key, group in groups.items()}
    return {key: ([look.at_ms for look in group], group) for key, group in ordered.items()}


def _near(group: tuple[list[int], list[Look]], look: Look) -> list[Look]:
    times, looks = group
    return looks[bisect_left(times, look.at_ms - NEAR_MS) : bisect_right(times, look.at_ms + NEAR_MS)]


def estimate(recipients: int, fetches: Sequence[Fetch], given: Sequence[Verdict]) -> Figures:
    """As the report `mail_messages` counts."""
    opens: dict[bytes, list[Verdict]] = defaultdict(list)
    clicks: dict[bytes, list[Verdict]] = defaultdict(list)
    for fetch, verdict in zip(fetches, given, strict=True):
        (clicks if fetch.request.click else opens)[fetch.recipient].append(verdict)
    people = ("human", "human_proxied")
    readers = {r for r, found in opens.items() if any(v.actor in people for v in found)}
    clickers = {r for r, found in clicks.items() if any(v.actor == "human" for v in found)}
    apple = {r for r, found in opens.items() if any(v.rule == "ua.apple_mpp" for v in found)}
    seen = readers | clickers
    row = {
        "all_openers": len(opens),
        "openers": len(seen),
        "measured_openers": len(seen - apple),
        "apple_recipients": len(apple),
        "apple_only": len(apple - seen),
        "clickers": len(clickers),
    }
    return figures(row, Sent(full=recipients))
