"""Coming in and going out: the printed link, name and password, one's own account."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import Cookie, FormMultiDict
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ServiceUnavailableException
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.response import Redirect

from onebyone.event import utc
from onebyone.state.users import SHORTEST_PASSWORD, PasswordTooShort, Refused
from onebyone.web import numbers
from onebyone.web.access import OPEN, Ask, Form, check_form, form_token, session_cookie
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page

LOGIN_COOKIE = "onebyone_login"  # holds what the login form's token is made from


# Both handlers of /login are async and step into a thread themselves: Litestar wraps sync ones twice on a shared path.


@get("/login", include_in_schema=False, opt=OPEN)
async def login(
    request: Request[Any, Any, Any], desk: TheDesk, token: FromQuery[str] = "", next: FromQuery[str] = "/"
) -> Response[str]:
    if not token:
        return _form(desk, next)
    if "prefetch" in request.headers.get("sec-purpose", ""):
        raise ServiceUnavailableException  # a link works once: it waits for the click
    session = await asyncio.to_thread(desk.users.follow_link, token)
    if session is None:
        return _form(
            desk, next, said="This link was used already, or is too old. Print a new one with “onebyone login”."
        )
    return _arrived(desk, session, next)


async def login_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    """Dependency `login`: the fields, checked against the cookie of the login page."""
    form = await request.form()
    check_form(request, form, request.cookies.get(LOGIN_COOKIE, ""))
    return form


LoginForm = NamedDependency[SkipValidation[FormMultiDict]]


@post(
    "/login",
    dependencies={"login_form": Provide(login_form)},
    include_in_schema=False,
    opt=OPEN,
    status_code=200,
)
async def login_by_password(request: Request[Any, Any, Any], desk: TheDesk, login_form: LoginForm) -> Response[str]:
    name, next_ = str(login_form.get("name", "")), str(login_form.get("next", "/"))
    address = request.client.host if request.client else ""
    opened = await asyncio.to_thread(desk.users.sign_in, name, str(login_form.get("password", "")), address)
    if isinstance(opened, Refused):
        if opened.wait_ms:
            minutes = -(-opened.wait_ms // 60_000)
            return _form(desk, next_, name=name, said=f"Too many wrong tries. Try again in {minutes} min.", status=429)
        return _form(desk, next_, name=name, said="Name and password do not match.", status=403)
    return _arrived(desk, opened, next_)


@post("/logout", sync_to_thread=True, include_in_schema=False)
def logout(request: Ask, desk: TheDesk, form: Form) -> Response[Any]:
    desk.users.sign_out(request.auth)
    answer = Redirect("/login", status_code=303)
    answer.cookies.append(session_cookie(desk.settings, ""))
    return answer


@get("/account", sync_to_thread=True, include_in_schema=False)
def account(request: Ask, desk: TheDesk) -> Response[str]:
    return _account(request, desk)


@post("/account/password", sync_to_thread=True, include_in_schema=False)
def set_password(request: Ask, desk: TheDesk, form: Form) -> Response[Any]:
    first, second = str(form.get("password", "")), str(form.get("again", ""))
    if first != second:
        return _account(request, desk, wrong="The two passwords differ.")
    try:
        desk.users.set_password(request.user.id, first, keep=request.auth)
    except PasswordTooShort:
        return _account(request, desk, wrong=f"Use {SHORTEST_PASSWORD} characters or more.")
    desk.users.note(request.user.name, "", "password_set")
    return _account(request, desk, said="The password is set. Other sessions of yours have ended.")


@post("/account/tokens", sync_to_thread=True, include_in_schema=False)
def add_token(request: Ask, desk: TheDesk, form: Form) -> Response[Any]:
    name = str(form.get("name", "")).strip()[:100] or "API"
    sees = form.get("sees") == "yes"
    token = desk.users.add_token(request.user.id, name, sees=sees)
    desk.users.note(request.user.name, "", "api_token_created", f"{name}{', sees personal data' if sees else ''}")
    return _account(request, desk, made=token)


@post("/account/tokens/{token_id:str}/revoke", sync_to_thread=True, include_in_schema=False)
def revoke_token(request: Ask, desk: TheDesk, form: Form, token_id: FromPath[str]) -> Redirect:
    desk.users.revoke_token(request.user.id, token_id)
    desk.users.note(request.user.name, "", "api_token_revoked", token_id)
    return Redirect("/account", status_code=303)


ROUTES = (login, login_by_password, logout, account, set_password, add_token, revoke_token)


def _form(desk: Desk, next_: str, *, name: str = "", said: str = "", status: int = 200) -> Response[str]:
    secret = secrets.token_urlsafe(18)
    html = desk.pages.html("login.html", form_secret=form_token(secret), next=_inside(next_), name=name, said=said)
    cookie = Cookie(
        key=LOGIN_COOKIE,
        value=secret,
        path="/login",
        httponly=True,
        samesite="strict",
        secure=desk.settings.secure_cookie,
        max_age=3600,
    )
    return Response(html, media_type=MediaType.HTML, status_code=status, cookies=[cookie])


def _arrived(desk: Desk, session: str, next_: str) -> Response[str]:
    """A page that goes on by itself: a redirect from another site's link would not carry a SameSite=Strict cookie."""
    html = desk.pages.html("arrived.html", next=_inside(next_))
    return Response(html, media_type=MediaType.HTML, cookies=[session_cookie(desk.settings, session)])


def _inside(next_: str) -> str:
    """Only an address of this console."""
    plain = next_.startswith("/") and not next_.startswith(("//", "/\\")) and next_.isprintable()
    return next_ if plain and not next_.startswith("/login") else "/"


def _account(request: Ask, desk: Desk, *, wrong: str = "", said: str = "", made: str = "") -> Response[str]:
    user = desk.users.find(request.user.name) or request.user
    return page(
        desk,
        "account.html",
        frame(request, desk, "Your account", page="account"),
        status=400 if wrong else 200,
        account=user,
        tokens=[(token, numbers.long_day(utc(token.created_ms).date())) for token in desk.users.tokens(user.id)],
        shortest=SHORTEST_PASSWORD,
        wrong=wrong,
        said=said,
        made=made,
    )
