"""The console as one ASGI application."""

from __future__ import annotations

from functools import partial
from typing import Any

from litestar import Litestar, Request, Response, Router, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import MutableScopeHeaders, ResponseHeader, State
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotAuthorizedException, NotFoundException
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.params import FromPath
from litestar.types import Message, Scope
from msgspec.structs import replace

from onebyone.reports.few import Hidden
from onebyone.reports.sight import Known, TableSight
from onebyone.web import (
    api,
    api_alarms,
    api_attribution,
    api_behaviour,
    api_consent,
    api_conversions,
    api_dashboards,
    api_explore,
    api_exports,
    api_funnels,
    api_library,
    api_lift_tests,
    api_loss,
    api_notes,
    api_paths,
    api_people,
    api_rights,
    api_segments,
    mail_api,
    pages,
    reconcile_api,
    sign_in,
    trouble,
)
from onebyone.web.access import OPEN, Login, bearer_token, is_local, open_site, posted
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.published import Published

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
HIDDEN_CELLS = "Onebyone-Hidden-Cells"
MAX_BODY = 256 * 1024


def console(desk: Desk) -> Litestar:
    """Pages under /, JSON under /api/v1, /metrics. What blocks runs in threads; nothing here keeps state."""
    return Litestar(
        route_handlers=[
            static,
            favicon,
            metrics,
            *sign_in.ROUTES,
            *pages.ROUTES,
            *api_consent.ROUTES,
            *api_conversions.ROUTES,
            *api_alarms.ROUTES,
            *api_attribution.ROUTES,
            *api_behaviour.ROUTES,
            *api_explore.ROUTES,
            *api_exports.ROUTES,
            *api_funnels.ROUTES,
            *api_paths.ROUTES,
            *api_dashboards.ROUTES,
            *api.ROUTES,
            *api_loss.ROUTES,
            *api_library.ROUTES,
            *api_lift_tests.ROUTES,
            *api_notes.ROUTES,
            *api_people.ROUTES,
            *api_rights.ROUTES,
            *api_segments.ROUTES,
            *mail_api.ROUTES,
            *reconcile_api.ROUTES,
            *trouble.ROUTES,
        ],
        dependencies={
            "desk": Provide(_desk, sync_to_thread=False),
            "site": Provide(open_site, sync_to_thread=True),
            "form": Provide(posted),
        },
        state=State({"desk": desk}),
        before_send=[_say_hidden],
        type_encoders={Hidden: _null, Known: str},
        middleware=[DefineMiddleware(Login)],
        exception_handlers={HTTPException: trouble.answer, Exception: trouble.answer},
        response_headers=[
            *(ResponseHeader(name=name, value=value) for name, value in HEADERS.items()),
            ResponseHeader(name=HIDDEN_CELLS, description=api.ABOUT_HIDDEN, documentation_only=True),
        ],
        compression_config=CompressionConfig(backend="gzip", minimum_size=1000, gzip_compress_level=6),
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="onebyone",
            version="1",
            path="/api/v1/openapi.json",
            description=api.ABOUT,
            render_plugins=[Published(path="/")],
            openapi_router=Router(path="/api/v1/openapi.json", route_handlers=[], opt=OPEN, include_in_schema=False),
            components=api.COMPONENTS,
            security=[{"bearer": []}],
        ),
        request_max_body_size=MAX_BODY,
    )


def _desk(state: State, scope: Scope) -> Desk:
    """As the one who asks may see it; before a login, as it is."""
    desk: Desk = state.desk
    user = scope.get("user")
    if user is None:
        return desk
    return replace(desk, reports=TableSight(desk.reports, user.sees_people, counted=partial(_count, scope)))


def _null(_: Hidden) -> None:
    return None


def _count(scope: Scope, hidden: int) -> None:
    scope["state"][HIDDEN_CELLS] = scope["state"].get(HIDDEN_CELLS, 0) + hidden


async def _say_hidden(message: Message, scope: Scope) -> None:
    """How many numbers of an answer are null because they may not be told."""
    hidden = scope["state"].get(HIDDEN_CELLS, 0) if message["type"] == "http.response.start" else 0
    if hidden and scope["path"].startswith("/api/"):
        MutableScopeHeaders.from_message(message)[HIDDEN_CELLS] = str(hidden)


@get("/static/{address:path}", sync_to_thread=False, include_in_schema=False, opt=OPEN)
def static(address: FromPath[str], desk: TheDesk) -> Response[bytes]:
    """Sealed by hash: an address never changes its bytes."""
    found = desk.pages.assets.find(address)
    if found is None:
        raise NotFoundException
    cache = "public, max-age=31536000, immutable"
    return Response(found.body, media_type=found.kind, headers={"Cache-Control": cache})


@get("/favicon.ico", sync_to_thread=False, include_in_schema=False, opt=OPEN)
def favicon(desk: TheDesk) -> Response[bytes]:
    """For what asks without reading the page."""
    found = desk.pages.assets.find(desk.pages.assets.address("favicon.svg").removeprefix("/static/"))
    if found is None:
        raise NotFoundException
    return Response(found.body, media_type=found.kind)


@get("/metrics", sync_to_thread=True, include_in_schema=False, opt=OPEN)
def metrics(request: Request[Any, Any, Any], desk: TheDesk) -> Response[str]:
    """For a Prometheus on this machine as it is; from elsewhere with a bearer token."""
    if not is_local(request) and desk.users.find_token(bearer_token(request)) is None:
        raise NotAuthorizedException
    return Response(desk.metrics_text(), media_type="text/plain; version=0.0.4; charset=utf-8")
