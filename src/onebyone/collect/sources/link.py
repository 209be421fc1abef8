"""GET /{prefix}/v1/l/{token}: a link of an e-mail. It leads where it was signed to lead, or nowhere."""

from __future__ import annotations

import base64
from functools import partial
from urllib.parse import parse_qsl

from onebyone.collect import mail_pages
from onebyone.collect.answers import Answer, Later, Reply, not_stored
from onebyone.collect.desk import Desk, encode, make_hit
from onebyone.collect.mailing import Sheet
from onebyone.collect.request import Request
from onebyone.collect.sources.mail_hit import hit_request, path_site, token_text
from onebyone.event import Hit, Reason, Via
from onebyone.mail.facts import CLICK_PARAM, Facts
from onebyone.mail.speculative import speculation
from onebyone.mail.targets import is_allowed, read_target, with_params
from onebyone.mail.tokens import CARRIED, TRAP_LINK, BadToken, Kind, Token

PLACE = "/v1/l/"
_NO_SHEET = Sheet((), {}, False)


def matches(path: str) -> bool:
    return PLACE in path


def take(request: Request, desk: Desk) -> Reply | Answer | Later:
    now_ms = desk.now_ms()
    token, target = _read(request, desk, now_ms)
    if isinstance(token, BadToken):
        return _refuse(request, desk, token, now_ms)
    if not target and not desk.mailing.knows(token.message):
        return Later(partial(desk.mailing.look_up, token.message))
    if desk.mailing.too_often(token.recipient):
        return mail_pages.TOO_OFTEN
    hit = _hit(request, desk, token, now_ms, site=desk.mailing.site_of(token.message))
    if request.method not in ("GET", "HEAD"):
        return _reply(hit, mail_pages.NO_LINK)
    if speculation(request.kept):
        return _reply(hit, mail_pages.SPECULATIVE)
    return _reply(hit, _lead(desk, token, target, hit))


def _read(request: Request, desk: Desk, now_ms: int) -> tuple[Token | BadToken, str]:
    """The token, and the target that it carries if it does."""
    text, ring = token_text(request), desk.mailing.ring
    token = ring.read(text, Kind.CLICK, now_ms=now_ms)
    if isinstance(token, BadToken) and token.token is not None and token.token.link == CARRIED:
        target = dict(parse_qsl(request.query, max_num_fields=None, errors="replace")).get("u", "")
        return ring.read(text, Kind.CLICK, now_ms=now_ms, target=target), target
    return token, ""


def _lead(desk: Desk, token: Token, carried: str, hit: Hit) -> Answer:
    site = desk.registry.known.by_id.get(hit.site)
    sheet = _NO_SHEET if carried else desk.mailing.sheet(token.message) or _NO_SHEET
    target = read_target(carried or _target(sheet, token.link))
    if site is None or target is None or not is_allowed(target, site.mail.hosts):
        return mail_pages.NO_LINK
    params = dict(sheet.params)
    if sheet.click_id and token.link != TRAP_LINK:
        params[CLICK_PARAM] = base64.urlsafe_b64encode(hit.id).rstrip(b"=").decode()
    return mail_pages.redirect(with_params(target, params))


def _target(sheet: Sheet, index: int) -> str:
    """A trap leads where the first link does: an odd answer would make a scanner suspicious of the sender."""
    index = 0 if index == TRAP_LINK else index
    return sheet.targets[index] if index < len(sheet.targets) else ""


def _refuse(request: Request, desk: Desk, bad: BadToken, now_ms: int) -> Reply:
    if bad.why == "altered" and bad.token is not None:
        site = desk.mailing.site_of(bad.token.message)
        return _reply(_hit(request, desk, bad.token, now_ms, site=site, bad=bad.why), mail_pages.NO_LINK)
    seen, site = hit_request(request, PLACE), path_site(request, desk)
    hit = make_hit(desk, seen, Via.LINK, now_ms, site=site, refused=Reason.TOKEN_INVALID)
    return _reply(hit, mail_pages.NO_LINK)


def _hit(request: Request, desk: Desk, token: Token, now_ms: int, *, site: str, bad: str = "") -> Hit:
    body = Facts(token.message.hex(), token.recipient.hex(), token.link, bad).encode()
    return make_hit(desk, hit_request(request, PLACE), Via.LINK, now_ms, site=site, body=body)


def _reply(hit: Hit, told: Answer) -> Reply:
    """A reader who clicks arrives, whether or not the log takes it: only what is counted must be on disk."""
    refused = told.plus("x-onebyone-stored", "no") if told.head.startswith(b"HTTP/1.1 302") else not_stored()
    return Reply(encode(hit), 1, Via.LINK, told, refused)
