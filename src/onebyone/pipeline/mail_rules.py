"""Who opened an e-mail, who clicked in it (specs/email-and-bots.md 5 and 6). First match wins.

In two halves, so that a verdict can be given again when neighbours arrive late: `alone` looks at one request,
`judge` at what it found and at the requests around it. Neither needs an address or a user agent afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Literal

from msgspec import Struct

from onebyone.event import Actor
from onebyone.mail.speculative import speculation

VERSION = "mail-2026-11-26"
NEAR_MS = 60_000  # how far apart requests can tell something about each other
PROVISIONAL_MS = 60_000  # until then a click may turn out to be part of a burst
REPEAT_MS = 30_000

Network = Literal["", "google", "relay", "datacenter"]  # "": nobody knows
_DC_EARLY_MS = 10 * 60_000
_RECIPIENTS, _RECIPIENTS_MS = 5, 10_000
_LINKS, _LINKS_MS, _ALL_LINKS_MS = 3, 5_000, 30_000

MAIL_ACTORS: Mapping[str, Actor] = {  # of labels; every other: machine_declared
    "human_browser": Actor.HUMAN,
    "mail_client": Actor.HUMAN,
    "ios_webview_or_mail": Actor.HUMAN,
    "bare_webkit_mail": Actor.HUMAN,
    "gmail_proxy": Actor.HUMAN_PROXIED,
    "yahoo_proxy": Actor.HUMAN_PROXIED,
    "other_mail_proxy": Actor.HUMAN_PROXIED,
    "apple_mpp": Actor.MACHINE_PREFETCH,
    "gmail_prefetch": Actor.MACHINE_PREFETCH,
    "prefetch": Actor.MACHINE_PREFETCH,
    "mail_scanner": Actor.MACHINE_SCANNER,
    "http_library": Actor.MACHINE_SCANNER,
    "headless": Actor.MACHINE_SCANNER,
    "security_scanner": Actor.MACHINE_SCANNER,
    "empty": Actor.MACHINE_SCANNER,
}
_PROVIDERS = {"gmail_proxy": "gmail", "yahoo_proxy": "yahoo"}
_MAILBOXES = {  # domains whose provider is known; a company's own domain may be anywhere
    "gmail.com": "gmail", "googlemail.com": "gmail", "yahoo.com": "yahoo", "ymail.com": "yahoo", "aol.com": "yahoo",
    "yahoo.co.uk": "yahoo", "yahoo.fr": "yahoo", "yahoo.de": "yahoo", "outlook.com": "microsoft",
    "hotmail.com": "microsoft", "live.com": "microsoft", "msn.com": "microsoft", "icloud.com": "apple",
    "me.com": "apple", "mac.com": "apple", "gmx.de": "gmx", "gmx.net": "gmx", "web.de": "gmx",
    "proton.me": "proton", "protonmail.com": "proton", "mail.ru": "mailru",
}  # fmt: skip
_OFFICE = re.compile(r"ms-office|^Microsoft Office/|Existence Discovery|Protocol Discovery")
_CHROME = re.compile(r"(?:Chrome|Edg)/(\d+)")
_FIREFOX = re.compile(r"Firefox/(\d+)")
_CLIENT = re.compile(  # engines, and mail programs with a name of their own
    r"Mozilla/|Opera/|Lynx/|CUBOT|Airmail|Postbox|Spark|Evolution|KMail|Sparrow|The Bat|Mailspring"
    r"|BlueMail|Canary|eM Client|Newton"
)
_GATEWAYS = (  # by the host of the Referer; being behind one proves nothing
    (re.compile(r"\.safelinks\.protection\.outlook\.com$"), "safelinks"),
    (re.compile(r"^(?:urldefense\.com|urldefense\.proofpoint\.com)$"), "proofpoint"),
    (re.compile(r"^linkprotect\.cudasvc\.com$"), "barracuda"),
    (re.compile(r"^protect-[^.]+\.mimecast\.com$|\.mimecastprotect\.com$"), "mimecast"),
    (re.compile(r"^secure-web\.cisco\.com$"), "cisco"),
    (re.compile(r"^clicktime\.symantec\.com$"), "symantec"),
)


class Rank(IntEnum):
    HARD = 0  # no neighbour changes it
    PROXIED = 1  # one address stands for many people
    SOFT = 2


class Thresholds(Struct, frozen=True):
    min_ms: float = 2_000
    soft_ms: float = 10_000


class Request(Struct, frozen=True, kw_only=True):
    """One fetch of the image, or one of a link. Header names are in lower case."""

    click: bool
    at_ms: int
    method: str = "GET"
    headers: Mapping[str, str] = {}
    agent: str = ""
    label: str = "human_browser"  # of the string, by pipeline.classifier
    network: Network = ""
    sent_ms: int = 0  # handed to the receiving server; 0: unknown
    bad: str = ""  # the signature does not fit what it names
    trap: bool = False
    known_human: bool = False  # a person was seen on this message before


class Found(Struct, frozen=True):
    """What one request says by itself."""

    actor: Actor
    confidence: int
    rule: str
    rank: Rank
    provider: str = ""  # of the proxy


class Look(Struct, frozen=True, kw_only=True):
    """A request among its neighbours. `source` stands for an address block and a user agent."""

    hit: bytes
    click: bool
    at_ms: int
    message: bytes
    recipient: bytes
    link: int
    source: bytes
    trap: bool
    domain: str
    found: Found
    engaged: int = 0  # the page that the click led to: 1 was reached by a person, 2 saw one act


class Verdict(Struct, frozen=True):
    actor: Actor
    confidence: int
    rule: str


def alone(request: Request, thresholds: Thresholds) -> Found:
    if request.click:
        return _click(request, thresholds)
    return _open(request, thresholds)


def _open(request: Request, thresholds: Thresholds) -> Found:
    """Rules 1 to 9 and 12 to 16. (A token that is altered proves no message, and never comes here.)"""
    hard = _by_request(request)
    if hard is not None:
        return hard
    actor = MAIL_ACTORS.get(request.label, Actor.MACHINE_DECLARED)
    if request.label == "gmail_prefetch":
        sure = request.network == "google" or _host(request.headers.get("referer", "")) == "mail.google.com"
        return Found(actor, 95 if sure else 80, "ua.gmail_prefetch", Rank.HARD)
    if request.label == "apple_mpp":
        return Found(actor, _apple(request), "ua.apple_mpp", Rank.HARD)
    if actor == Actor.HUMAN_PROXIED:
        return _proxied(request)
    if actor != Actor.HUMAN:
        return Found(actor, 90, "ua.list", Rank.HARD)
    age_ms = request.at_ms - request.sent_ms if request.sent_ms else None
    if age_ms is not None and age_ms < thresholds.min_ms:
        return Found(Actor.MACHINE_SCANNER, 85, "time.instant", Rank.HARD)
    if request.network == "datacenter":
        if age_ms is not None and age_ms < _DC_EARLY_MS:
            return Found(Actor.MACHINE_SCANNER, 70, "net.dc_early", Rank.SOFT)
        return Found(Actor.SUSPECT, 50, "net.dc_late", Rank.SOFT)
    if age_ms is not None and age_ms < thresholds.soft_ms:
        return Found(Actor.SUSPECT, 50, "time.fast", Rank.SOFT)
    if _is_client(request):
        return Found(Actor.HUMAN, 80, "ua.client", Rank.SOFT)
    return Found(Actor.SUSPECT, 40, "else", Rank.SOFT)


def _apple(request: Request) -> int:
    if request.network == "relay":
        return 95
    return 80 if not request.headers.get("referer") else 60


def _proxied(request: Request) -> Found:
    if request.label == "gmail_proxy" and request.network not in ("", "google"):
        return Found(Actor.SUSPECT, 85, "ua.gmail_proxy", Rank.SOFT)
    provider = _PROVIDERS.get(request.label, "")
    if request.label == "gmail_proxy":
        return Found(Actor.HUMAN_PROXIED, 85, "ua.gmail_proxy", Rank.PROXIED, provider)
    return Found(Actor.HUMAN_PROXIED, 80, "ua.mail_proxy", Rank.PROXIED, provider)


def _is_client(request: Request) -> bool:
    """A mail program, or something that at least looks like the engine of one."""
    return request.label != "human_browser" or _CLIENT.match(request.agent) is not None


def _click(request: Request, thresholds: Thresholds) -> Found:
    """Rules 1 to 5, 8 to 10 and 12."""
    if request.bad:
        return Found(Actor.MACHINE_SCANNER, 90, "tampered", Rank.HARD)
    hard = _by_request(request)
    if hard is not None:
        return hard
    actor = MAIL_ACTORS.get(request.label, Actor.MACHINE_DECLARED)
    if _OFFICE.search(request.agent):
        return Found(Actor.MACHINE_SCANNER, 90, "ua.office", Rank.HARD)
    if actor == Actor.HUMAN_PROXIED:
        return Found(Actor.SUSPECT, 50, "ua.image_proxy", Rank.HARD)
    if actor != Actor.HUMAN:
        return Found(actor, 90, "ua.list", Rank.HARD)
    if request.trap:
        return Found(Actor.MACHINE_SCANNER, 95, "click.trap", Rank.HARD)
    age_ms = request.at_ms - request.sent_ms if request.sent_ms else None
    if age_ms is not None and age_ms < thresholds.min_ms:
        return Found(Actor.MACHINE_SCANNER, 85, "time.instant", Rank.SOFT)
    if request.network == "datacenter" and not request.known_human and age_ms is not None and age_ms < _DC_EARLY_MS:
        return Found(Actor.MACHINE_SCANNER, 70, "net.dc_early", Rank.SOFT)
    if not _navigates(request):
        return Found(Actor.SUSPECT, 50, "hdr.navigate", Rank.SOFT)
    return Found(Actor.HUMAN, 75, "click.plain", Rank.SOFT)


def _by_request(request: Request) -> Found | None:
    """What the way of asking says, of both."""
    if request.method != "GET":
        return Found(Actor.MACHINE_SCANNER, 95, "req.method", Rank.HARD)
    rule = speculation(request.headers)
    return Found(Actor.MACHINE_PREFETCH, 95, rule, Rank.HARD) if rule else None


def _navigates(request: Request) -> bool:
    """Whether the browser says that somebody goes there, if it is one that says so."""
    if not _sends_fetch_headers(request.agent):
        return True
    headers = request.headers
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-user") == "?1"


def _sends_fetch_headers(agent: str) -> bool:
    for pattern, since in ((_CHROME, 80), (_FIREFOX, 90)):
        found = pattern.search(agent)
        if found is not None:
            return len(found[1]) < 6 and int(found[1]) >= since
    return False


def gateway_of(headers: Mapping[str, str]) -> str:
    """The gateway whose page led here; "" if none did."""
    host = _host(headers.get("referer", ""))
    return next((name for pattern, name in _GATEWAYS if pattern.search(host)), "")


def _host(address: str) -> str:
    return address.partition("://")[2].partition("/")[0].partition(":")[0].lower()


def judge(look: Look, near: Sequence[Look], *, links: int) -> Verdict:
    """The verdict of a request among those around it, itself included or not. `links` is how many its message has."""
    found = look.found
    if found.rank == Rank.HARD:
        return Verdict(found.actor, found.confidence, found.rule)
    if look.engaged > 1:
        return Verdict(Actor.HUMAN, 95, "page.engaged")
    burst = _click_burst(look, near, links) if look.click else _open_burst(look, near, links)
    if burst is None and look.engaged:  # a scanner may run a page's script; what it does not do is act on it
        return Verdict(Actor.HUMAN, 90, "page.arrived")
    return burst or Verdict(found.actor, found.confidence, found.rule)


def _open_burst(look: Look, near: Sequence[Look], links: int) -> Verdict | None:
    proxied = look.found.rank == Rank.PROXIED
    if not proxied or _is_foreign(look):
        same = [(one.at_ms, one.recipient) for one in near if not one.click and one.source == look.source]
        if _dense([*same, (look.at_ms, look.recipient)], look.at_ms, span_ms=_RECIPIENTS_MS, need=_RECIPIENTS):
            return Verdict(Actor.MACHINE_SCANNER, 85, "burst.recipients")
    if proxied:
        return None
    clicks = [one for one in near if one.click and one.source == look.source and _is_close(one, look)]
    if any(one.trap for one in clicks) or any(_is_sweep(one, near, links) for one in clicks):
        return Verdict(Actor.MACHINE_SCANNER, 90, "burst.links")
    return None


def _click_burst(look: Look, near: Sequence[Look], links: int) -> Verdict | None:
    same = [one for one in near if one.click and one.source == look.source]
    if any(one.trap and one.message == look.message and _is_close(one, look) for one in same):
        return Verdict(Actor.MACHINE_SCANNER, 90, "click.trap")
    if _is_sweep(look, near, links):
        return Verdict(Actor.MACHINE_SCANNER, 90, "burst.links")
    recipients = [*((one.at_ms, one.recipient) for one in same), (look.at_ms, look.recipient)]
    if _dense(recipients, look.at_ms, span_ms=_RECIPIENTS_MS, need=_RECIPIENTS):
        return Verdict(Actor.MACHINE_SCANNER, 85, "burst.recipients")
    return None


def _is_sweep(look: Look, near: Sequence[Look], links: int) -> bool:
    """Several links of one recipient's message within seconds, or all of them within half a minute."""
    token = (look.message, look.recipient)
    same = [(one.at_ms, one.link) for one in near if one.click and (one.message, one.recipient) == token]
    same.append((look.at_ms, look.link))
    if _dense(same, look.at_ms, span_ms=_LINKS_MS, need=_LINKS):
        return True
    return links >= _LINKS and _dense(same, look.at_ms, span_ms=_ALL_LINKS_MS, need=links)


def _is_foreign(look: Look) -> bool:
    """Whether the proxy is another provider's than the mailbox, as far as both are known."""
    mailbox = _MAILBOXES.get(look.domain, "")
    return bool(look.found.provider and mailbox) and look.found.provider != mailbox


def _is_close(one: Look, other: Look) -> bool:
    return abs(one.at_ms - other.at_ms) <= NEAR_MS


def _dense(seen: Iterable[tuple[int, object]], at_ms: int, *, span_ms: int, need: int) -> bool:
    """Whether some stretch of that length around `at_ms` holds that many different things."""
    around = sorted((at, key) for at, key in seen if abs(at - at_ms) <= span_ms)
    if len(around) < need:
        return False
    for start, _ in around:
        if start > at_ms:
            return False
        if start + span_ms >= at_ms and len({key for at, key in around if start <= at <= start + span_ms}) >= need:
            return True
    return False


def tells_of_source(look: Look) -> bool:
    """Whether others of the same source matter. Not for what its user agent decided: there they are all the same."""
    return look.found.rank == Rank.SOFT or not look.found.rule.startswith("ua.") or _is_foreign(look)


def is_repeat(look: Look, of: Look) -> bool:
    """Whether this is the same fetch again: same token, same source, within half a minute, taken for the same."""
    return (
        (look.click, look.message, look.recipient, look.link, look.source)
        == (of.click, of.message, of.recipient, of.link, of.source)
        and look.found.actor == of.found.actor
        and 0 <= look.at_ms - of.at_ms <= REPEAT_MS
    )
