"""POST /{prefix}/v1/consent: a choice, kept as a record; GET /{prefix}/v1/privacy: what holds for this visitor."""

from __future__ import annotations

import os
from urllib.parse import urlencode

import msgspec

from onebyone.collect import answers
from onebyone.collect.answers import Answer, Headers, Reply
from onebyone.collect.desk import Desk, encode, identify, make_hit, region_of, scope_of
from onebyone.collect.kept_choice import kept_choice
from onebyone.collect.request import Request
from onebyone.collect.sources.batch import Refusal, read, refuse
from onebyone.collect.vendor_cookies import end_ads_cookies
from onebyone.collect.visitors import CONSENT_COOKIE, CONSENT_MAX_AGE_S, find_cookie, set_cookie
from onebyone.consent.choice_body import MAX_BYTES, ChoiceBody, read_choice
from onebyone.consent.said import read_said
from onebyone.event import Drop, Permission, Reason, Via, event_uuid, hit_uuid
from onebyone.state.sites import Site

_NO_SITE = Refusal(Reason.UNKNOWN_SITE, 404, "No such site", "The address names no site of this collector.")
_NO_ORIGIN = Refusal(Reason.ORIGIN_NOT_ALLOWED, 403, "Another origin", "This page is not one of the site's.")


def matches(path: str) -> bool:
    return path.endswith(("/v1/consent", "/v1/privacy"))


def take(request: Request, desk: Desk) -> Reply | Answer:
    site = desk.registry.known.by_prefix.get(request.path.lstrip("/").partition("/")[0])
    origin = request.kept.get("origin", "")
    allowed = origin if site is not None and origin in site.origins else ""
    if request.method == "OPTIONS":
        return answers.preflight(allowed)
    extra = answers.cors(allowed) if allowed else []
    if request.path.endswith("/v1/privacy"):
        return _tell(request, desk, site, extra)
    if request.method != "POST":
        return answers.problem(405, "Method not allowed", "Send a POST.", [("allow", "POST, OPTIONS")])
    if site is None:
        return refuse(_NO_SITE, request, desk, Via.CONSENT)
    if origin and not allowed:
        return refuse(_NO_ORIGIN, request, desk, Via.CONSENT, site=site.id)
    return _take_choice(request, desk, site, extra)


def _take_choice(request: Request, desk: Desk, site: Site, extra: Headers) -> Reply:
    body = read(request, MAX_BYTES)
    if not isinstance(body, Refusal) and len(body) > MAX_BYTES:
        body = Refusal(Reason.BODY_TOO_LARGE, 413, "Body too large", f"At most {MAX_BYTES} bytes.", body)
    if isinstance(body, Refusal):
        return refuse(body, request, desk, Via.CONSENT, site=site.id, extra=extra)
    choice = read_choice(body)
    if isinstance(choice, Drop):
        told = Refusal(choice.reason, 400, "Not a choice", choice.detail, body)
        return refuse(told, request, desk, Via.CONSENT, site=site.id, extra=extra)
    now_ms = desk.now_ms()
    said = choice.said(headers=request.kept, received_ms=now_ms)
    who = identify(desk, request, site, said, now_ms, may_make=False)
    person, cookie = _person(request, site, grants=any(one.granted for one in said.choices))
    record = _record_id(choice, site, person)
    hit = make_hit(
        desk,
        request,
        Via.CONSENT,
        now_ms,
        site=site.id,
        body=body,
        region=who.region,
        asking=who.visitor or who.asking,
        query=urlencode({"record": record, "person": person}),
    )
    kept = kept_choice(request, site, request.kept.get("origin", ""))
    ended = end_ads_cookies(request, site, who.decision)
    cookies = [("set-cookie", each) for each in (who.cookie, cookie, kept, *ended) if each]
    told_back = {"record_id": record or hit_uuid(hit.id)}
    told_back["secret"] = desk.records.secret_of(told_back["record_id"])
    stored = answers.json(told_back, [*extra, *cookies])
    return Reply(record=encode(hit), count=1, via=Via.CONSENT, stored=stored, refused=answers.not_stored(extra))


def _person(request: Request, site: Site, *, grants: bool) -> tuple[str, str]:
    """The id by which this browser's choices are one history, and the cookie that keeps it: who refuses everything the
    first time gets none."""
    sent = find_cookie(request.used.get("cookie", ""), CONSENT_COOKIE)
    if len(sent) == 32 and sent.isalnum():
        return sent, ""
    if not grants:
        return "", ""
    made = os.urandom(16).hex()
    secure, domain = scope_of(request, site)
    return made, set_cookie(made, secure=secure, domain=domain, name=CONSENT_COOKIE, max_age_s=CONSENT_MAX_AGE_S)


def _record_id(choice: ChoiceBody, site: Site, person: str) -> str:
    """The sender's own; else, of a known person, one made of what was chosen when: a repetition has the same. ""
    leaves it to the hit."""
    if choice.id:
        return choice.id
    at = choice.block.get("at")
    return event_uuid(site.id, "consent_choice", f"{person}:{choice.block}") if person and at else ""


def _tell(request: Request, desk: Desk, site: Site | None, extra: Headers) -> Answer:
    """What holds where nobody has chosen, and which of the browser's own signals are honoured."""
    if site is None:
        return answers.NOT_FOUND
    said = read_said(headers=request.kept)
    region, now_ms = region_of(desk, request), desk.now_ms()
    policy = desk.policies.of(site.id, site.consent)
    decision = policy.decide(said, region, now_ms)
    told = {
        "region": region,
        "profile": decision.profile,
        "ask": policy.is_opt_in(region, now_ms),
        "permissions": {one.value: "granted" if decision.allows(one) else "denied" for one in Permission},
        "denied_mode": decision.mode or None,
        "signals": {
            "gpc": {"seen": said.gpc, "honored": said.gpc and not decision.allows(Permission.SELL_SHARE)},
            "dnt": {"seen": said.dnt, "honored": said.dnt and site.consent.honor_dnt},
        },
    }
    vary = ("vary", "Origin, Sec-GPC, DNT")
    return answers.answer(
        200,
        msgspec.json.encode(told),
        [
            ("content-type", "application/json"),
            ("cache-control", "no-store"),
            vary,
            *(e for e in extra if e[0] != "vary"),
        ],
    )
