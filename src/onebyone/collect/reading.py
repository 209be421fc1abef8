"""What the collector tells of consent records to whoever knows their secret. It asks the state, so it may block."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qs

import msgspec

from onebyone.collect import answers
from onebyone.collect.answers import Answer
from onebyone.collect.desk import Desk
from onebyone.collect.request import Request
from onebyone.collect.visitors import CONSENT_COOKIE, find_cookie

_PART = "/v1/consent/"
_NO_STORE = ("cache-control", "no-store")


def matches(path: str) -> bool:
    return _PART in path


def read_record(request: Request, desk: Desk) -> Answer:
    """GET /{prefix}/v1/consent/{id} and /{id}/receipt, with the record's `secret` or the cookie of its person."""
    prefix, _, rest = request.path.partition(_PART)
    site = desk.registry.known.by_prefix.get(prefix.lstrip("/"))
    record, _, what = rest.partition("/")
    entry = desk.records.find(record) if site is not None and what in ("", "receipt") else None
    if site is None or entry is None or entry.site != site.id or not _may_read(request, desk, site.id, record):
        return answers.NOT_FOUND  # whether it exists is nobody else's business
    if what == "receipt":
        receipt = {"receipt": desk.receipts.sign(entry), "key": desk.receipts.key}
        return answers.answer(200, msgspec.json.encode(receipt), [("content-type", "application/json"), _NO_STORE])
    body = b'{"record":' + entry.body.encode() + b',"entry_hash":"' + entry.hash.hex().encode() + b'"}'
    return answers.answer(200, body, [("content-type", "application/json"), _NO_STORE])


def _may_read(request: Request, desk: Desk, site: str, record: str) -> bool:
    given = parse_qs(request.query[:512]).get("secret", [""])[0]
    if hmac.compare_digest(given.encode(), desk.records.secret_of(record).encode()):
        return True
    person = find_cookie(request.used.get("cookie", ""), CONSENT_COOKIE)
    return bool(person) and any(one.record == record for one in desk.records.history(site, "consent", person))


def tell_gpc(desk: Desk) -> Answer:
    """/.well-known/gpc.json: whether the browser's signal is honoured, by all sites of this collector."""
    honored = all(site.consent.gpc for site in desk.registry.known.by_id.values())
    told = {"gpc": honored, "lastUpdate": desk.policies.version}
    return answers.answer(200, msgspec.json.encode(told), [("content-type", "application/json")])
