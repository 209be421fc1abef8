"""Settings of a site's sessions: where one begins, and when it is engaged."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import session_form
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.pages.settings import SECTIONS
from onebyone.web.session_form import SessionForm


@get("/s/{site_id:str}/settings/sessions", sync_to_thread=True, include_in_schema=False)
def session_page(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    need(request, site, Role.ADMIN)
    return _page(request, desk, site, session_form.form_of(site))


@post("/s/{site_id:str}/sessions", sync_to_thread=True, include_in_schema=False)
def change_sessions(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    need(request, site, Role.ADMIN)
    typed = session_form.typed(form)
    wrong = session_form.check(typed)
    if wrong:
        return _page(request, desk, site, typed, wrong=dict(wrong), status=400)
    changed = desk.sites.change(session_form.changed(site, typed))
    desk.users.note(request.user.name, site.id, "sessions_changed", f"{typed.minutes} min")
    return _page(
        request,
        desk,
        changed,
        session_form.form_of(changed),
        said="Saved. Reports follow within seconds, past days too.",
    )


ROUTES = (session_page, change_sessions)


def _page(
    request: Ask,
    desk: Desk,
    site: Site,
    typed: SessionForm,
    *,
    wrong: dict[str, str] | None = None,
    said: str = "",
    status: int = 200,
) -> Response[str]:
    return page(
        desk,
        "sessions.html",
        frame(request, desk, "Settings", site=site, page="settings"),
        status=status,
        section="sessions",
        sections=SECTIONS,
        typed=typed,
        wrong=wrong or {},
        said=said,
    )
