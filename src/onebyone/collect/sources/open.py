"""GET /{prefix}/v1/o/{token}.gif: the image of an e-mail. The same bytes for every token, good or bad."""

from __future__ import annotations

from onebyone.collect.answers import MAIL_IMAGE, MAIL_IMAGE_NOT_STORED, Answer, Reply
from onebyone.collect.desk import Desk, encode, make_hit
from onebyone.collect.request import Request
from onebyone.collect.sources.mail_hit import hit_request, path_site
from onebyone.event import Reason, Via
from onebyone.mail.facts import Facts
from onebyone.mail.tokens import BadToken, Kind

PLACE = "/v1/o/"


def matches(path: str) -> bool:
    return PLACE in path


def take(request: Request, desk: Desk) -> Reply | Answer:
    now_ms = desk.now_ms()
    text = request.path.rpartition("/")[2].removesuffix(".gif")
    token = desk.mailing.ring.read(text, Kind.OPEN, now_ms=now_ms)
    seen, body, refused = hit_request(request, PLACE), b"", ""
    if isinstance(token, BadToken):
        site, refused = path_site(request, desk), str(Reason.TOKEN_INVALID)
    else:
        site = desk.mailing.site_of(token.message)
        body = Facts(token.message.hex(), token.recipient.hex()).encode()
        if token.recipient in desk.mailing.silent:  # that something was asked for, and nothing of whom
            seen, body, refused = Request(client="", method="GET", path=PLACE), b"", str(Reason.MEASURING_STOPPED)
    hit = make_hit(desk, seen, Via.OPEN, now_ms, site=site, body=body, refused=refused)
    return Reply(encode(hit), 1, Via.OPEN, MAIL_IMAGE, MAIL_IMAGE_NOT_STORED)
