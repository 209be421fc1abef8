"""Settings of a site's consent: what is collected where, of whom, and what the rules mean before they are saved."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import ValidationException
from msgspec.structs import replace

from onebyone.consent.settings import Settings
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import consent_form
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.consent_form import ConsentForm
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.pages.settings import SECTIONS


class _Before(msgspec.Struct, frozen=True):
    """What an undo goes back to."""

    consent: Settings
    cookies: bool


@get("/s/{site_id:str}/settings/consent", sync_to_thread=True, include_in_schema=False)
def consent_rules(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    need(request, site, Role.ADMIN)
    return _page(request, desk, site, consent_form.form_of(site, desk.law))


@post("/s/{site_id:str}/consent-rules", sync_to_thread=True, include_in_schema=False)
def change_consent(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    """With `look` only what they would mean."""
    need(request, site, Role.ADMIN)
    typed = consent_form.typed(form, desk.law)
    wrong = consent_form.check(typed, desk.law)
    if wrong:
        return _page(request, desk, site, typed, wrong=dict(wrong), status=400)
    fresh = consent_form.changed(site, typed)
    if "look" in form:
        return _page(request, desk, fresh, typed, looked=True)
    before = msgspec.json.encode(_Before(site.consent, site.visitor_cookie)).decode()
    saved = desk.sites.change(fresh)
    desk.users.note(request.user.name, site.id, "consent_rules_changed")
    return _page(request, desk, saved, consent_form.form_of(saved, desk.law), before=before)


@post("/s/{site_id:str}/consent-rules/undo", sync_to_thread=True, include_in_schema=False)
def undo_consent(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    need(request, site, Role.ADMIN)
    try:
        before = msgspec.json.decode(str(form.get("before", "")), type=_Before)
    except msgspec.DecodeError as error:
        raise ValidationException("before: not what this page sent") from error
    saved = desk.sites.change(replace(site, consent=before.consent, visitor_cookie=before.cookies))
    desk.users.note(request.user.name, site.id, "consent_rules_changed", "undone")
    return _page(request, desk, saved, consent_form.form_of(saved, desk.law), said="The rules are as they were.")


ROUTES = (consent_rules, change_consent, undo_consent)


def _page(
    request: Ask, desk: Desk, site: Site, typed: ConsentForm, *, wrong: dict[str, str] | None = None, before: str = "",
    looked: bool = False, said: str = "", status: int = 200,
) -> Response[str]:  # fmt: skip
    return page(
        desk,
        "consent_rules.html",
        frame(request, desk, "Settings", site=site, page="settings"),
        status=status,
        section="consent",
        sections=SECTIONS,
        typed=typed,
        wrong=wrong or {},
        before=before,
        looked=looked,
        said=said,
        profiles=desk.law.profiles,
        modes=consent_form.MODES,
        scopes=consent_form.SCOPES,
        overrides=consent_form.OVERRIDES,
        meanings=consent_form.meanings(site.consent, desk.law, desk.clock()),
        version=desk.law.version,
    )
