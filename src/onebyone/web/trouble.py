"""What is answered when a request cannot be: a page in words, or problem details for the API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from litestar import MediaType, Request, Response, get
from litestar.exceptions import HTTPException, NotFoundException, PermissionDeniedException, ValidationException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct, json

from onebyone.reports.sight import NoExactFile, TooFew
from onebyone.state.database import StateUnavailable
from onebyone.store import BadParameter, QueryRefused, StoreUnavailable
from onebyone.telemetry import Log
from onebyone.web.access import NEEDS_SIGHT, FormRefused, TheSite
from onebyone.web.address import NotUnderstood
from onebyone.web.desk import Desk, error_id
from onebyone.web.frame import MENU, unasked_frame


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

_TO_DO = {  # beside what happened, where that alone says too little
    403: "What is open to you is in the menu.",
    404: "Every page is in the menu, and Find looks up an order, an event, a hit or a person by what you know of it.",
    413: "Send it in smaller parts.",
    500: "Try again. If it stays, give the id below to whoever runs the server: the log has it.",
    503: "Try again in a moment. If it stays, System says what does not run.",
}

_NAMES = dict(named for _, pages in MENU for named in pages)

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
    if isinstance(error, FormRefused):
        return _page(request, status, title="This form was not taken", detail=detail, to_do="")
    return _page(request, status, title=_title(request, status), detail=_words(status, detail), error=shown)


@get("/s/{site_id:str}/{rest:path}", sync_to_thread=False, include_in_schema=False)
def no_page(site: TheSite, rest: FromPath[str]) -> None:
    """Of a site: a page that is none is told within the site's menu."""
    raise NotFoundException


ROUTES = (no_page,)


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


def _title(request: Request[Any, Any, Any], status: int) -> str:
    """With the page's name where it is not open."""
    at = request.scope["path"].split("/")[3:]
    name = _NAMES.get(at[0]) if at and status == 403 else None
    if name is None:
        return TITLES.get(status, TITLES[400 if status < 500 else 500])
    part = len(at) > 1 or request.scope["query_string"]
    return f"This part of {name} is not open to you" if part else f"{name} is not open to you"


def _words(status: int, detail: str) -> str:
    if status == 404 and detail in ("", "Not Found"):
        return "The address may be mistyped, or the page was never here."
    if status == 405:
        return "It is where a form goes. Open the page of the form, and send it from there."
    if status >= 500:
        return "No data is lost: hits are kept on disk, whatever happens to this page."
    return detail


def _not_understood(request: Request[Any, Any, Any], error: NotUnderstood) -> Response[Any]:
    if is_api(request):
        return problem(400, str(error))
    return _page(request, 400, title=error.title, detail=error.before, link=error)


def _page(request: Request[Any, Any, Any], status: int, *, title: str, **values: Any) -> Response[str]:
    """Within the menu, where somebody has signed in; of the site too, where they may see it."""
    desk: Desk = request.app.state.desk
    around = unasked_frame(request, title) if request.scope.get("user") else None
    at = request.scope["path"].split("/")
    html = desk.pages.html(
        "trouble.html",
        **{"frame": around, "menu": MENU, "title": title, "to_do": _TO_DO.get(status, ""), "link": None, "error": ""}
        | {"status": status, "again": _whole_address(request), "back": _back(request)}
        | {"site": at[2] if at[1] == "s" and len(at) > 3 and (not around or around.site) else ""}
        | values,
    )
    return Response(html, media_type=MediaType.HTML, status_code=status)


def _back(request: Request[Any, Any, Any]) -> str:
    """The page of the console that led here; "" where it was none, or this one."""
    came = urlsplit(request.headers.get("referer", ""))
    within = came.netloc == request.headers.get("host") and came.path.startswith("/") and came.path[1:2] != "/"
    address = came.path + (f"?{came.query}" if came.query else "")
    return address if within and address != _whole_address(request) and came.path != "/login" else ""


def _whole_address(request: Request[Any, Any, Any]) -> str:
    query = request.scope["query_string"].decode("latin-1")
    if request.method not in ("GET", "HEAD"):
        return "/"
    return request.scope["path"] + (f"?{query}" if query else "")
