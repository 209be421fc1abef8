"""What is answered when a request cannot be: a page in words, or problem details for the API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, PermissionDeniedException, ValidationException
from litestar.response import Redirect
from msgspec import Struct, json

from onebyone.reports.sight import NoExactFile, TooFew
from onebyone.state.database import StateUnavailable
from onebyone.store import BadParameter, QueryRefused, StoreUnavailable
from onebyone.telemetry import Log
from onebyone.web.access import NEEDS_SIGHT
from onebyone.web.address import NotUnderstood
from onebyone.web.desk import Desk, error_id


class Problem(Struct, omit_defaults=True):
    """RFC 9457."""

    title: str
    status: int
    type: str = "about:blank"
    detail: str = ""
    instance: str = ""


TITLES = {
    400: "This request cannot be read",
    401: "Sign in first",
    403: "This is not open to you",
    404: "There is no such page",
    405: "This address does not take that",
    413: "That is too much at once",
    500: "Something broke here",
    503: "The store does not answer",
}


_WITHOUT_SIGHT: dict[type[Exception], str] = {
    TooFew: "This would list fewer than 10 people. It {needs}",
    NoExactFile: "This file has numbers of fewer than 10 people, or what names one. The CSV hides them; this one "
    "{needs}",
}


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Registered for every exception that leaves a handler; a bug is logged with the id that the page shows."""
    if isinstance(error, NotUnderstood):
        return _not_understood(request, error)
    if isinstance(error, TooFew | NoExactFile):
        error = PermissionDeniedException(_WITHOUT_SIGHT[type(error)].format(needs=NEEDS_SIGHT))
    status = _status(error)
    detail = _detail(error) if isinstance(error, HTTPException | BadParameter) and status < 500 else ""
    shown = "" if status < 500 else error_id()
    if shown:
        Log().error("request_failed", error=shown, path=request.scope["path"], exc_info=error)
    if is_api(request):
        return problem(status, detail or TITLES.get(status, ""), instance=shown)
    if status == 401:
        return Redirect(f"/login?next={quote(_whole_address(request), safe='/')}", status_code=303)
    title = TITLES.get(status, TITLES[400] if status < 500 else TITLES[500])
    return _page(request, "trouble.html", status, title=title, detail=_words(status, detail), error=shown)


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, BadParameter):
        return 400
    return 503 if isinstance(error, StoreUnavailable | QueryRefused | StateUnavailable) else 500


def _detail(error: HTTPException | BadParameter) -> str:
    """With the name of each value that was not understood."""
    if isinstance(error, BadParameter):
        return str(error)
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        return "; ".join(f"{wrong.get('key', 'value')}: {wrong['message']}" for wrong in error.extra)
    return error.detail


def problem(status: int, detail: str, *, instance: str = "") -> Response[bytes]:
    body = json.encode(Problem(title=TITLES.get(status, "Error"), status=status, detail=detail, instance=instance))
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Response(body, media_type="application/problem+json", status_code=status, headers=headers)


def is_api(request: Request[Any, Any, Any]) -> bool:
    return request.scope["path"].startswith(("/api/", "/metrics"))


def _words(status: int, detail: str) -> str:
    if status == 404 and detail in ("", "Not Found"):
        return "The address may be mistyped, or the page was never here."
    if status >= 500:
        return "No data is lost: hits are kept on disk, whatever happens to this page. Try again, or look at System."
    return detail


def _not_understood(request: Request[Any, Any, Any], error: NotUnderstood) -> Response[Any]:
    if is_api(request):
        return problem(400, str(error))
    return _page(request, "not_understood.html", 400, title=error.title, error=error)


def _page(request: Request[Any, Any, Any], template: str, status: int, **values: Any) -> Response[str]:
    desk: Desk = request.app.state.desk
    return Response(desk.pages.html(template, **values), media_type=MediaType.HTML, status_code=status)


def _whole_address(request: Request[Any, Any, Any]) -> str:
    query = request.scope["query_string"].decode("latin-1")
    if request.method not in ("GET", "HEAD"):
        return "/"
    return request.scope["path"] + (f"?{query}" if query else "")
