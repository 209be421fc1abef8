"""Who asks, and whether they may: sessions, bearer tokens, form tokens, roles."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, FormMultiDict
from litestar.di import NamedDependency
from litestar.exceptions import (
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
    ValidationException,
)
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import FromPath, SkipValidation

from onebyone.state.sites import Site
from onebyone.state.users import SESSION_MS, Role, User
from onebyone.web.desk import Settings, TheDesk

Ask = Request[User, str, Any]  # `auth` is the session's token, "" with a bearer token

NEEDS_SIGHT = (
    "needs the right to see personal data of this site. An admin can give it under Settings, People and roles."
)
OPEN = {"exclude_from_auth": True}  # for a route that needs no login
FORM_FIELD = "_csrf"
_In = TypeVar("_In")


class FormRefused(PermissionDeniedException):
    """No page of ours sent it to this session."""


def cookie_name(settings: Settings) -> str:
    """With the prefix that makes a browser insist on Secure and on no other host."""
    return "__Host-onebyone" if settings.secure_cookie else "onebyone_console"


def session_cookie(settings: Settings, token: str) -> Cookie:
    """An empty token takes the cookie away."""
    return Cookie(
        key=cookie_name(settings),
        value=token,
        path="/",
        httponly=True,
        samesite="strict",
        secure=settings.secure_cookie,
        max_age=SESSION_MS // 1000 if token else 0,
    )


class Login(AbstractAuthenticationMiddleware):
    """A session by cookie, or a bearer token for the API. Anything else is not authorized."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        desk = connection.app.state.desk
        bearer = bearer_token(connection)
        if bearer and connection.scope["path"].startswith("/api/"):
            user, token = await asyncio.to_thread(desk.users.find_token, bearer), ""
        else:
            token = connection.cookies.get(cookie_name(desk.settings), "")
            user = await asyncio.to_thread(desk.users.find_session, token) if token else None
        if user is None:
            raise NotAuthorizedException
        return AuthenticationResult(user=user, auth=token)


def bearer_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_local(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """From this machine, and not passed on by a proxy on it."""
    passed_on = any(name in connection.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))
    return connection.client is not None and connection.client.host in ("127.0.0.1", "::1") and not passed_on


def form_token(secret: str) -> str:
    """What a form must carry to prove that a page of ours made it; made from a secret that only the cookie holds."""
    return hmac.new(secret.encode(), b"onebyone form", hashlib.sha256).hexdigest()


def check_form(request: Request[Any, Any, Any], form: FormMultiDict, secret: str) -> None:
    """Raises FormRefused unless a page of ours sent this form."""
    came_from = request.headers.get("sec-fetch-site", "same-origin")
    sent = str(form.get(FORM_FIELD, ""))
    if not secret or came_from not in ("same-origin", "none") or not hmac.compare_digest(sent, form_token(secret)):
        raise FormRefused(
            "It was not made by the console, or you have signed in anew since. Load its page and send it again."
        )


async def posted(request: Ask) -> FormMultiDict:
    """Dependency `form` of every handler that changes something: the fields, checked."""
    form = await request.form()
    check_form(request, form, request.auth)
    return form


Form = NamedDependency[SkipValidation[FormMultiDict]]


def open_site(request: Ask, desk: TheDesk, site_id: FromPath[str]) -> Site:
    """Dependency `site`: the one of the address, for those who may see it; a page of what went wrong finds it there."""
    site = next((one for one in desk.sites.all() if one.id == site_id), None)
    if site is None:
        raise NotFoundException(f"There is no site {site_id} here.")
    need(request, site, Role.VIEWER)
    request.state.site = site
    return site


TheSite = NamedDependency[SkipValidation[Site]]


def need_token(request: Ask, site: Site, role: Role) -> None:
    """As `need`, and by a bearer token: a page of somebody else's cannot send one, as it could a form."""
    if request.auth:
        raise PermissionDeniedException("Send 'Authorization: Bearer' with a token of your account.")
    need(request, site, role)


def read_body(raw: bytes, kind: type[_In]) -> _In:
    """The JSON of a request. Raises ValidationException, which says where it is wrong."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValidationException(f"body: {error}") from error


def need_sight(request: Ask, site: Site) -> None:
    """Raises PermissionDeniedException for who may not see personal data there."""
    if not request.user.sees_people(site.id):
        raise PermissionDeniedException(f"This {NEEDS_SIGHT}")


def need(request: Ask, site: Site | None, role: Role) -> None:
    """Raises PermissionDeniedException. Without a site: the role on every site."""
    user = request.user
    if user.may(site.id, role) if site else user.may_everywhere(role):
        return
    where = "this site" if site else "every site"
    raise PermissionDeniedException(f"This needs the role {role} on {where}. An admin can give it.")
