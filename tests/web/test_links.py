"""Every link at the foot of a page and behind its definitions leads to what it says, in the form it says."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar
from litestar.testing import TestClient

from onebyone.web.definitions import ON_PAGE
from web.claims import add_claims
from web.fakes import Place
from web.mails import add_mails
from web.pages import ANSWERED

Client = TestClient[Litestar]
EMPTY = ("/exports", "/event-library", "/property-library", "/segments", "/rights/erasures")  # of a site that has none
ELSEWHERE = {"/metrics"}  # of this machine alone
_FOOT = re.compile(r'<footer class="prov">.*?</footer>|<div class="ways2">.*?</div>', re.DOTALL)
KINDS = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet", "sql": "text/plain"}
DEFINED = tuple(f"/s/{{site}}/definitions/{page}?period=7d" for page in ON_PAGE)


def links(html: str) -> list[tuple[str, str]]:
    """What a link says, and where it leads."""
    found = re.findall(r'<a\b[^>]*href="([^"]+)"[^>]*>([^<]+)</a>', " ".join(_FOOT.findall(html)))
    return [(said, unescape(to)) for to, said in found]


def holds_something(body: Any) -> bool:
    """The rows of a report, or an answer that is more than the period it is about."""
    return bool(body["rows"] if isinstance(body, dict) and "rows" in body else body)


def wrong_with(client: Client, said: str, to: str) -> str:
    """ "" if it is what it says."""
    answer = client.get(to)
    path, kind = urlsplit(to).path, answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code != 200:
        return f"{answer.status_code} {answer.text[:200] if kind != 'text/html' else ''}"
    if path.startswith("/api/v1/"):
        return "" if path == "/api/v1" or path.endswith(EMPTY) or holds_something(answer.json()) else "empty"
    wanted = KINDS.get(path.rpartition(".")[2], "text/html")
    if kind != wanted:
        return f"{kind} where {wanted} was said"
    if wanted == "text/csv" and len(list(csv.reader(io.StringIO(answer.text)))) < 2:
        return "no rows"
    if wanted == KINDS["parquet"] and (answer.content[:4] != b"PAR1" or b"PAR1 [] PAR1" in answer.content):
        return "no rows"
    return ""


def test_every_link_of_every_foot_and_definition_leads_there(place: Place, admin: Client) -> None:
    add_mails(place)
    add_claims(place)
    seen: set[str] = set()
    wrong: dict[str, str] = {}
    for at in (*ANSWERED, *DEFINED):
        page = admin.get(at.format(site=place.site.id))
        for said, to in links(page.text):
            if to not in seen | ELSEWHERE and (why := wrong_with(admin, said, to)):
                wrong[f"{at}: {said} {to}"] = why
            seen.add(to)
    assert not wrong, "\n".join(f"{at}: {why}" for at, why in wrong.items())
    assert len(seen) > 200
