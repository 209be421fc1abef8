"""Overview: what happened, and is the count right?"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import behind, notes, overview_tables
from onebyone.web.above import Above, questions, read_above
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.needs import needs
from onebyone.web.view import asked, controls


@get("/s/{site_id:str}", sync_to_thread=False, include_in_schema=False)
def site_home(site_id: FromPath[str]) -> Redirect:
    return Redirect(f"/s/{quote(site_id)}/overview", status_code=303)


@get("/s/{site_id:str}/overview", sync_to_thread=True, include_in_schema=False)
def overview(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, narrows=EVERY_FIELD)
    answers = desk.ask_all(questions(site, view))
    written = notes.all_of(desk, site)
    above = read_above(answers, site, view, desk.clock(), notes.on_days(written))
    may_note = request.user.may(site.id, Role.EDITOR)
    empty = not above.failed and not _ever(desk, site, above)
    return page(
        desk,
        "overview_empty.html" if empty else "overview.html",
        frame(request, desk, "Overview", site=site, page="overview"),
        view=view,
        above=above,
        unseen_link=behind.link(view, "orders", "seen", ["server-only"]),
        needs=needs(desk, site),
        tables=overview_tables.tables(answers, site.currency, view),
        page_of=overview_tables.PAGE_OF,
        ever=answers["ever"],
        may_note=may_note,
        notes=notes.lines(
            written,
            view.period,
            today=desk.today(site.zone),
            now_ms=int(desk.clock().timestamp() * 1000),
            may_edit=may_note,
        ),
        **controls(view, desk, site),
    )


ROUTES = (site_home, overview)


def _ever(desk: Desk, site: Site, above: Above) -> bool:
    """Whether the site has any event; asked only where this period has none."""
    if above.totals.views or above.totals.all_orders or above.totals.machine_views:
        return True
    return bool(
        desk.ask("event_names", site=site.id, to=desk.clock(), **{"from": datetime(1990, 1, 1, tzinfo=UTC)}).rows
    )
