"""How a page counts: what each of its numbers means, the SQL that says it, and its rows as files."""

from __future__ import annotations

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from onebyone.reports.filters import FIELDS
from onebyone.web import on_page, retention
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD, OF_SOME
from onebyone.web.definitions import ON_PAGE, definitions
from onebyone.web.desk import TheDesk
from onebyone.web.frame import MENU, frame, page
from onebyone.web.view import asked, controls, params

_OF_THE_PAGE = set(OF_SOME) - set(FIELDS)
UNDER = {  # a tab: its name, and the page of the menu that it stands under
    key: (name, menu)
    for menu, tabs in (("pages", on_page.TABS), ("retention", retention.TABS))
    for key, name in tabs.items()
    if key != menu
} | {"segments": ("Segments", "people"), "paths": ("Paths", "explore")}


@get("/s/{site_id:str}/definitions/{of:str}", sync_to_thread=True, include_in_schema=False)
def page_definitions(request: Ask, desk: TheDesk, site: TheSite, of: FromPath[str]) -> Response[str]:
    """`of` is a page. Keys that only that page understands are left aside: they change no definition."""
    if of not in ON_PAGE:
        raise NotFoundException(f"There are no definitions for a page {of!r}.")
    name, menu = UNDER.get(of) or next((name, key) for _, pages in MENU for key, name in pages if key == of)
    view = asked(request, desk, site, narrows=EVERY_FIELD, but=_OF_THE_PAGE)
    return page(
        desk,
        "definitions.html",
        frame(request, desk, f"How {name} counts", site=site, page=menu),
        view=view,
        of=of,
        name=name,
        shown=definitions(of, params(view, site)),
        **controls(view, desk, site, compares=False),
    )


ROUTES = (page_definitions,)
