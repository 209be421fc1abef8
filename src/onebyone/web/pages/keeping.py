"""Settings of a site: how long what is kept, since when it is, and what a shorter term would delete."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from msgspec.structs import asdict

from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import keeping_form, numbers
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.desk import Answer, Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.keeping_form import KINDS, Typed
from onebyone.web.pages.settings import SECTIONS


@get("/s/{site_id:str}/settings/keeping", sync_to_thread=True, include_in_schema=False)
def keeping(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    need(request, site, Role.ADMIN)
    return _page(request, desk, site, keeping_form.form_of(site))


@post("/s/{site_id:str}/keeping", sync_to_thread=True, include_in_schema=False)
def change_keeping(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    """What would go sooner is told first: without `sure` a shorter term is not saved, for nothing brings it back."""
    need(request, site, Role.ADMIN)
    typed = keeping_form.typed(form)
    wrong = keeping_form.check(typed, desk.keeping)
    if wrong:
        return _page(request, desk, site, typed, wrong=dict(wrong), status=400)
    fresh = keeping_form.changed(site, typed)
    before, after = (keeping_form.in_force(one.keeping, desk.keeping) for one in (site, fresh))
    if keeping_form.is_shorter(after, before) and "sure" not in form:
        return _page(request, desk, fresh, typed, looked=True)
    saved = desk.sites.change(fresh)
    told = ", ".join(f"{name} {days}" for name, days in asdict(after).items())
    desk.users.note(request.user.name, site.id, "keeping_changed", told)
    return _page(request, desk, saved, keeping_form.form_of(saved), said="Saved. What is older goes within a day.")


ROUTES = (keeping, change_keeping)


def _page(
    request: Ask, desk: Desk, site: Site, typed: Typed, *, wrong: dict[str, str] | None = None, looked: bool = False,
    said: str = "", status: int = 200,
) -> Response[str]:  # fmt: skip
    held = keeping_form.in_force(site.keeping, desk.keeping)
    kept = desk.ask("kept_rows", site=site.id, **keeping_form.asking(held, desk.clock()))
    return page(
        desk,
        "keeping.html",
        frame(request, desk, "Settings", site=site, page="settings"),
        status=status,
        section="keeping",
        sections=SECTIONS,
        typed=typed,
        wrong=wrong or {},
        looked=looked,
        said=said,
        kept=kept,
        fields=[(name, *texts, asdict(desk.keeping.own)[name]) for name, texts in KINDS.items()],
        kinds=_kinds(kept, asdict(held), site.zone),
        others=desk.keeping.others,
    )


def _kinds(kept: Answer, days: dict[str, int], zone: str) -> list[tuple[str, int, str, str, str]]:
    """Of each kind: what, for how long, how many there are, since when, and how many go at the next run."""
    rows = {row["kind"]: row for row in kept.rows}
    found = []
    for name, (what, _) in KINDS.items():
        row = rows.get(name.removesuffix("_days"), {})
        since = numbers.moment(row["since"], zone) if row else numbers.NONE
        found.append((what, days[name], numbers.count(row.get("rows", 0)), since, numbers.count(row.get("older", 0))))
    return found
