"""GET, POST /{prefix}/v1/u/{token}: the way out of an e-mail (RFC 8058).

A GET changes nothing: scanners follow it. A POST is answered when it is on disk, and the pipeline makes it true.
"""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import parse_qs

from onebyone.collect import mail_pages
from onebyone.collect.answers import Answer, Reply, not_stored
from onebyone.collect.desk import Desk, encode, make_hit
from onebyone.collect.request import Request
from onebyone.collect.sources.mail_hit import hit_request, path_site, token_text
from onebyone.event import Hit, Reason, Via
from onebyone.mail.facts import Facts
from onebyone.mail.tokens import BadToken, Kind

PLACE = "/v1/u/"
_PART = re.compile(rb'name="?(List-Unsubscribe|measuring)"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n([^\r\n]*)', re.I)
_TOLD = {"leave": mail_pages.LEFT, "silence": mail_pages.SILENCED}


def matches(path: str) -> bool:
    return PLACE in path


def take(request: Request, desk: Desk) -> Reply | Answer:
    now_ms = desk.now_ms()
    token = desk.mailing.ring.read(token_text(request), Kind.UNSUBSCRIBE, now_ms=now_ms)
    asks = request.method == "POST"
    if isinstance(token, BadToken):
        if not asks:
            return mail_pages.NO_LINK
        seen, site = hit_request(request, PLACE), path_site(request, desk)
        hit = make_hit(desk, seen, Via.UNSUBSCRIBE, now_ms, site=site, refused=Reason.TOKEN_INVALID)
        return _reply(hit, mail_pages.NO_LINK)
    if not asks:
        return mail_pages.ASK_TO_LEAVE
    wants = _wants(request.body)
    if not wants:
        return mail_pages.NOT_ASKED
    body = Facts(token.message.hex(), token.recipient.hex(), wants=wants).encode()
    site = desk.mailing.site_of(token.message)
    hit = make_hit(desk, hit_request(request, PLACE), Via.UNSUBSCRIBE, now_ms, site=site, body=body)
    return _reply(hit, _TOLD[wants])


def _wants(body: bytes) -> Literal["leave", "silence", ""]:
    """Of a form, or of one in parts."""
    said = {name.decode().lower(): value.strip().lower() for name, value in _PART.findall(body)}
    if not said:
        pairs = parse_qs(body.decode("latin-1"), max_num_fields=20) if body.count(b"&") < 20 else {}
        said = {name.lower(): values[-1].strip().lower().encode("latin-1") for name, values in pairs.items()}
    if said.get("list-unsubscribe") == b"one-click":
        return "leave"
    return "silence" if said.get("measuring") == b"stop" else ""


def _reply(hit: Hit, told: Answer) -> Reply:
    return Reply(encode(hit), 1, Via.UNSUBSCRIBE, told, not_stored())
