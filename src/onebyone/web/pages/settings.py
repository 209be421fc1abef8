"""Settings of a site: general, keys, people, the audit trail."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from onebyone.event import utc
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import numbers, site_form, words
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.site_form import SiteForm

SECTIONS = {
    "general": "General",
    "script": "Script",
    "sessions": "Sessions",
    "consent": "Consent",
    "keeping": "Retention",
    "alarms": "Alarms",
    "exports": "Exports",
    "keys": "Keys",
    "people": "People and roles",
    "trail": "Audit trail",
}

OPEN_SECTIONS = ("general", "alarms")  # for everybody of the site


@get("/s/{site_id:str}/settings", sync_to_thread=False, include_in_schema=False)
def settings(site_id: FromPath[str]) -> Redirect:
    return Redirect(f"/s/{site_id}/settings/general", status_code=303)


@get("/s/{site_id:str}/settings/{section:str}", sync_to_thread=True, include_in_schema=False)
def section_page(request: Ask, desk: TheDesk, site: TheSite, section: FromPath[str]) -> Response[str]:
    if section not in SECTIONS:
        raise NotFoundException
    if section != "general":
        need(request, site, Role.ADMIN)
    return _section(request, desk, site, section)


@post("/s/{site_id:str}/change", sync_to_thread=True, include_in_schema=False)
def change_site(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    need(request, site, Role.ADMIN)
    typed = site_form.typed(form)
    wrong = site_form.check(typed)
    if wrong:
        return _section(request, desk, site, "general", status=400, typed=typed, wrong=dict(wrong))
    changed = desk.sites.change(site_form.changed(site, typed, round(desk.clock().timestamp() * 1000)))
    desk.users.note(request.user.name, site.id, "site_changed", _difference(site, changed))
    return _section(request, desk, changed, "general", said="Saved. The collector knows it within seconds.")


@post("/s/{site_id:str}/keys/add", sync_to_thread=True, include_in_schema=False)
def add_key(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[str]:
    need(request, site, Role.ADMIN)
    name = str(form.get("name", "")).strip()[:100] or "server"
    key = desk.keys.add(site.id, name)
    desk.users.note(request.user.name, site.id, "key_created", name)
    return _section(request, desk, site, "keys", made=key)


@post("/s/{site_id:str}/keys/{key_id:str}/revoke", sync_to_thread=True, include_in_schema=False)
def revoke_key(request: Ask, desk: TheDesk, site: TheSite, form: Form, key_id: FromPath[str]) -> Response[Any]:
    """The name must be typed: whoever still uses the key is turned away at once."""
    need(request, site, Role.ADMIN)
    key = next((key for key in desk.keys.all(site.id) if key.id == key_id), None)
    if key is None:
        raise NotFoundException
    if str(form.get("confirm", "")).strip() != key.name:
        return _section(request, desk, site, "keys", status=400, refused=key.id)
    desk.keys.revoke(key.id)
    desk.users.note(request.user.name, site.id, "key_revoked", key.name)
    return Redirect(f"/s/{site.id}/settings/keys", status_code=303)


@post("/s/{site_id:str}/people/set", sync_to_thread=True, include_in_schema=False)
def set_person(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[str]:
    """Give somebody a role here; who is new gets a login link, shown once."""
    need(request, site, Role.ADMIN)
    name, role = str(form.get("name", "")).strip()[:80], str(form.get("role", ""))
    if not name or role not in (*Role, "none"):
        return _section(request, desk, site, "people", status=400, wrong={"name": "Give a name and choose a role."})
    given = Role(role) if role != "none" else None
    sees = given is not None and form.get("sees") == "yes"
    made = desk.users.admit(name, site.id, given, sees=sees)
    link = f"/login?token={desk.users.make_link(made.id)}" if made is not None else ""
    desk.users.note(request.user.name, site.id, "role_set", f"{name}: {role}")
    what = "personal_data_shown" if sees else "personal_data_hidden"
    desk.users.note(request.user.name, site.id, what, name)
    return _section(request, desk, site, "people", link=link and f"{str(request.base_url).rstrip('/')}{link}")


ROUTES = (settings, section_page, change_site, add_key, revoke_key, set_person)


def sections_of(request: Ask, site: Site) -> dict[str, str]:
    """Those that this person may open."""
    if request.user.may(site.id, Role.ADMIN):
        return SECTIONS
    return {key: SECTIONS[key] for key in OPEN_SECTIONS}


def _section(
    request: Ask,
    desk: Desk,
    site: Site,
    section: str,
    *,
    status: int = 200,
    typed: SiteForm | None = None,
    wrong: dict[str, str] | None = None,
    said: str = "",
    made: str = "",
    refused: str = "",
    link: str = "",
) -> Response[str]:
    is_admin = request.user.may(site.id, Role.ADMIN)
    return page(
        desk,
        "settings.html",
        frame(request, desk, "Settings", site=site, page="settings"),
        status=status,
        section=section,
        sections=sections_of(request, site),
        typed=typed or site_form.form_of(site),
        wrong=wrong or {},
        said=said,
        made=made,
        refused=refused,
        link=link,
        may_change=is_admin,
        currencies=site_form.CURRENCIES,
        keys=[(key, numbers.long_day(utc(key.created_ms).date())) for key in desk.keys.all(site.id)],
        people=[user for user in desk.users.all() if user.may(site.id, Role.VIEWER)],
        roles=words.ROLES,
        trail=[(numbers.moment(utc(line.at_ms), site.zone), line) for line in desk.users.trail(site.id)],
    )


def _difference(before: Site, after: Site) -> str:
    names = ("name", "origins", "zone", "currency", "conversions", "excluded_referrers", "loss")
    return ", ".join(name for name in names if getattr(before, name) != getattr(after, name)) or "nothing"
