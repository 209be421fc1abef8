"""Dead letters of the Ledger: opened, corrected, sent again, discarded, by admins who may see personal data."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from onebyone.log import LogUnavailable
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import drops, words
from onebyone.web.access import Ask, Form, TheSite, need, need_sight
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.waiting import Unmendable

LONGEST = 1_000_000  # of a correction, as of what a server may send
_DOWN = "The log does not answer. Nothing was sent or discarded; try again in a moment."
_WORD = "Type the word discard to confirm."


@get("/s/{site_id:str}/ledger/letters", sync_to_thread=True, include_in_schema=False)
def letters_of_reason(request: Ask, desk: TheDesk, site: TheSite, reason: FromQuery[str] = "") -> Response[str]:
    _need(request, site)
    return _group(request, desk, site, reason)


@post("/s/{site_id:str}/ledger/letters/send", sync_to_thread=True, include_in_schema=False)
def send_letters(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    _need(request, site)
    reason = str(form.get("reason", ""))
    try:
        sent = desk.mending.send_all(site, reason)
    except LogUnavailable:
        return _group(request, desk, site, reason, wrong=_DOWN)
    desk.users.note(request.user.name, site.id, "letters_sent_again", f"{sent} of {reason}")
    return Redirect(f"/s/{site.id}/ledger?sent={sent}#letters", status_code=303)


@post("/s/{site_id:str}/ledger/letters/discard", sync_to_thread=True, include_in_schema=False)
def discard_letters(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    _need(request, site)
    reason = str(form.get("reason", ""))
    if not _confirmed(form):
        return _group(request, desk, site, reason, word=_WORD)
    try:
        gone = desk.mending.discard_all(site.id, reason)
    except LogUnavailable:
        return _group(request, desk, site, reason, wrong=_DOWN)
    desk.users.note(request.user.name, site.id, "letters_discarded", f"{gone} of {reason}")
    return Redirect(f"/s/{site.id}/ledger?gone={gone}#letters", status_code=303)


@get("/s/{site_id:str}/ledger/letters/{hit:str}/{n:int}", sync_to_thread=True, include_in_schema=False)
def letter(request: Ask, desk: TheDesk, site: TheSite, hit: FromPath[str], n: FromPath[int]) -> Response[str]:
    _need(request, site)
    return _one(request, desk, site, hit, n)


@post("/s/{site_id:str}/ledger/letters/{hit:str}/{n:int}/send", sync_to_thread=True, include_in_schema=False)
def send_letter(
    request: Ask, desk: TheDesk, site: TheSite, form: Form, hit: FromPath[str], n: FromPath[int]
) -> Response[Any]:
    """Corrected if the text is another than the page showed. Its new hit has a story of its own."""
    _need(request, site)
    text, shown = (str(form.get(key, "")).replace("\r\n", "\n") for key in ("text", "shown"))
    corrected = text[:LONGEST] if text != shown else None
    try:
        fresh = desk.mending.send(site, hit, n, corrected)
    except (Unmendable, LogUnavailable) as error:
        wrong = str(error) if isinstance(error, Unmendable) else _DOWN
        return _one(request, desk, site, hit, n, text=text, wrong=wrong)
    did = "letter_sent_again" if corrected is None else "letter_corrected"
    desk.users.note(request.user.name, site.id, did, f"{hit}/{n} as {fresh}")
    return Redirect(f"/s/{site.id}/fate/{fresh}", status_code=303)


@post("/s/{site_id:str}/ledger/letters/{hit:str}/{n:int}/discard", sync_to_thread=True, include_in_schema=False)
def discard_letter(
    request: Ask, desk: TheDesk, site: TheSite, form: Form, hit: FromPath[str], n: FromPath[int]
) -> Response[Any]:
    _need(request, site)
    if not _confirmed(form):
        return _one(request, desk, site, hit, n, word=_WORD)
    try:
        gone = desk.mending.discard(site.id, hit, n)
    except LogUnavailable:
        return _one(request, desk, site, hit, n, wrong=_DOWN)
    desk.users.note(request.user.name, site.id, "letter_discarded", f"{hit}/{n}")
    return Redirect(f"/s/{site.id}/ledger?gone={gone}#letters", status_code=303)


ROUTES = (letters_of_reason, send_letters, discard_letters, letter, send_letter, discard_letter)


def _need(request: Ask, site: Site) -> None:
    """The right to see personal data, too: a letter is what a page or a server sent, ids and all."""
    need(request, site, Role.ADMIN)
    need_sight(request, site)


def _confirmed(form: Any) -> bool:
    return str(form.get("word", "")).strip().lower() == "discard"


def _one(
    request: Ask, desk: Desk, site: Site, hit: str, n: int, *, text: str = "", wrong: str = "", word: str = ""
) -> Response[str]:
    try:
        opened = desk.mending.open(site.id, hit, n)
    except LogUnavailable:
        return _down(request, desk, site)
    if opened is None:
        raise NotFoundException("This dead letter is no longer there: it was sent again, discarded, or it made room.")
    shown = drops.letter(opened.letter, site, shows_body=True, sees=True)
    return page(
        desk,
        "letter.html",
        frame(request, desk, shown.title, site=site, page="ledger"),
        status=400 if wrong or word else 200,
        letter=shown,
        told=words.of_reason(opened.letter.reason),
        n=n,
        text=opened.text,
        typed=text or opened.text,
        why_not=opened.why_not,
        wrong=wrong,
        word=word,
    )


def _group(request: Ask, desk: Desk, site: Site, reason: str, *, wrong: str = "", word: str = "") -> Response[str]:
    try:
        count = desk.mending.reasons(site.id).get(reason, 0)
        sendable = desk.mending.can_send(site.id, reason) if count else 0
    except LogUnavailable:
        return _down(request, desk, site)
    if not count:
        raise NotFoundException(
            "There is no dead letter of that reason: they were sent again, discarded, or made room."
        )
    return page(
        desk,
        "letters.html",
        frame(request, desk, "Dead letters", site=site, page="ledger"),
        status=400 if wrong or word else 200,
        reason=reason,
        told=words.of_reason(reason),
        count=count,
        sendable=sendable,
        wrong=wrong,
        word=word,
    )


def _down(request: Ask, desk: Desk, site: Site) -> Response[str]:
    return page(
        desk, "letters.html", frame(request, desk, "Dead letters", site=site, page="ledger"), status=503, count=0
    )
