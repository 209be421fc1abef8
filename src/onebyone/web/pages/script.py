"""Settings of a site's script: what it waits for, and what it reports."""

from __future__ import annotations

import gzip
from typing import Any

from litestar import Response, get, post

from onebyone.state.users import Role
from onebyone.tags.script import script_for
from onebyone.web import numbers, script_form, script_words
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.pages.settings import SECTIONS
from onebyone.web.script_form import ScriptForm


@get("/s/{site_id:str}/settings/script", sync_to_thread=True, include_in_schema=False)
def script_page(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    need(request, site, Role.ADMIN)
    return _page(request, desk, site, script_form.form_of(site))


@post("/s/{site_id:str}/script", sync_to_thread=True, include_in_schema=False)
def change_script(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    need(request, site, Role.ADMIN)
    typed = script_form.typed(form)
    wrong = script_form.check(typed, site)
    if wrong:
        return _page(request, desk, site, typed, wrong=dict(wrong), status=400)
    changed = desk.sites.change(script_form.changed(site, typed))
    desk.users.note(request.user.name, site.id, "script_changed", ", ".join(changed.tag.modules) or "no modules")
    return _page(request, desk, changed, script_form.form_of(changed), said="Saved. Pages get it within five minutes.")


ROUTES = (script_page, change_script)


def _page(
    request: Ask,
    desk: Desk,
    site: TheSite,
    typed: ScriptForm,
    *,
    wrong: dict[str, str] | None = None,
    said: str = "",
    status: int = 200,
) -> Response[str]:
    return page(
        desk,
        "script.html",
        frame(request, desk, "Settings", site=site, page="settings"),
        status=status,
        section="script",
        sections=SECTIONS,
        typed=typed,
        wrong=wrong or {},
        said=said,
        words=script_words,
        size=numbers.count(len(gzip.compress(script_for(site), 9))),
    )
