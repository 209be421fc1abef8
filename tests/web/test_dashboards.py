"""Dashboards: cells of pages in an order of one's own, for the same days and filters; who may, and what fails alone."""

from __future__ import annotations

import re
from html import unescape

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace

from onebyone.state.saved import Cell, Saved
from onebyone.state.users import Role
from onebyone.web.board_cells import METRICS, MOST_CELLS, TABLES, offers, page_of, title_of
from onebyone.web.day_chart import MEASURES
from onebyone.web.saved import PAGES
from web.boards import CELLS, SLUG, add_board
from web.conftest import come_in
from web.fakes import Place
from web.pages import form_secret

Client = TestClient[Litestar]


def at(place: Place, more: str = "") -> str:
    return f"/s/{place.site.id}/dashboards/{SLUG}{more}"


def send(client: Client, address: str, **form: str) -> tuple[int, str]:
    answer = client.post(address, data={"_csrf": form_secret(client)} | form, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", answer.text)


def kept(place: Place) -> Saved:
    (board,) = [one for one in place.shelf.all(place.site.id) if one.kind == "board"]
    return board


def shown(place: Place) -> list[str]:
    return [one.what for one in kept(place).cells]


EVERY = [
    *(f"metric:{key}" for key in METRICS), *(f"chart:{key}" for key in MEASURES), *(f"table:{key}" for key in TABLES),
    "explore?", "explore?by=page&cols=events,last::page&sort=rows", "funnels?steps=a,b&within=7d",
]  # fmt: skip


def test_a_cell_is_added_from_a_page_with_its_days_and_filters(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/acquisition?period=7d&country=DE").text
    assert 'value="table:channels">Channels</option>' in html and 'value="period=7d&amp;country=DE"' in html
    add = f"/s/{place.site.id}/dashboards/add"
    form = {"query": "period=7d&country=DE", "what": "table:channels"}
    assert send(admin, add, **form, board="", name=" Every  morning ", shared="on") == (
        303,
        at(place, "?period=7d&country=DE"),
    )
    send(admin, add, what="metric:orders", board=SLUG)
    board = kept(place)
    assert (board.name, board.shared, [one.what for one in board.cells]) == (
        "Every morning", True, ["table:channels", "metric:orders"],
    )  # fmt: skip
    assert f'<option value="{SLUG}">Every morning</option>' in admin.get(f"/s/{place.site.id}/pages").text
    noted = [line.what for line in place.users.trail(place.site.id)]
    assert noted.count("cell_added") == 2 and "dashboard_saved" in noted


def test_all_cells_are_asked_for_the_days_and_filters_of_the_address(place: Place, admin: Client) -> None:
    add_board(place)
    place.reports.asked.clear()
    html = admin.get(at(place, "?from=2026-11-01&to=2026-11-07&country=DE&compare=none")).text
    asked = [
        params for name, params in place.reports.asked if name in ("totals", "channels", "power", "funnel", "overview")
    ]
    assert len(asked) == 5, "the power report has its whole in one answer, and two figures share one"
    assert {tuple(params["filters"]) for params in asked} == {("country=DE",)}  # type: ignore[arg-type]
    assert len({(params["from"], params["to"]) for params in asked}) == 1
    for title in ("Net revenue", "Channels", "Power report", "Funnel"):
        assert f">{title}<" in html
    assert f"/s/{place.site.id}/acquisition?from=2026-11-01&amp;to=2026-11-07&amp;compare=none&amp;country=DE" in html


def test_all_cells_are_asked_for_the_people_of_a_segment(place: Place, admin: Client) -> None:
    rule = "people who\n  did purchase"
    segment = Saved(site=place.site.id, kind="segment", slug="", name="Buyers", by="u", by_name="lea", rule=rule)
    place.shelf.add(segment)
    add_board(place, EVERY)
    place.reports.asked.clear()
    assert admin.get(at(place, "?segment=buyers")).status_code == 200
    of_frame = {"live_minutes", "live_now", "ledger_totals"}
    asked = {name: params.get("filters") for name, params in place.reports.asked if name not in of_frame}
    assert len(asked) > len(TABLES) and set(map(str, asked.values())) == {str([rule])}, asked
    place.reports.asked.clear()
    assert admin.get(f"/s/{place.site.id}/explore?segment=buyers").status_code == 200
    assert [params["filters"] for name, params in place.reports.asked if name == "power"] == [[rule]]


def test_one_cell_fails_alone(place: Place, admin: Client) -> None:
    add_board(place)
    place.reports.down.update({"channels", "totals"})
    html = admin.get(at(place)).text
    assert html.count("The store does not answer") == 4, "three figures and the table"
    assert "Net revenue by day" in html and "Germany" in html
    said = admin.get(f"/api/v1/sites/{place.site.id}/dashboards/{SLUG}").json()["cells"]
    assert [bool(one["error"]) for one in said] == [True, True, True, False, True, False, False]
    assert next(iter(said[6]["reports"].values()))[0]["people"] == 61_480


@pytest.mark.parametrize(
    "what", ["metric:net-worth", "loss?by=page", "explore?by=colour", "funnels?steps=a", "explore?after=1"]
)
def test_a_cell_that_cannot_be_read_says_so_and_the_others_stand(place: Place, admin: Client, what: str) -> None:
    add_board(place, [what, "table:devices"])
    html = admin.get(at(place)).text
    assert "This cell cannot be shown." in html and "Desktop" in html


def test_cells_move_are_named_and_taken_away(place: Place, admin: Client) -> None:
    add_board(place, ["metric:orders", "table:channels", "table:devices"])
    assert send(admin, at(place, "/up"), cell="c2", query="period=7d") == (303, at(place, "?period=7d"))
    assert shown(place) == ["metric:orders", "table:devices", "table:channels"]
    for what, cell in (("down", "c1"), ("up", "c0"), ("down", "c0"), ("down", "gone")):
        send(admin, at(place, f"/{what}"), cell=cell)
    assert shown(place) == ["table:devices", "metric:orders", "table:channels"]
    send(admin, at(place, "/name"), cell="c1", name="  Where <they> come from ")
    assert "Where &lt;they&gt; come from" in admin.get(at(place)).text
    send(admin, at(place, "/name"), cell="c1", name="Channels")
    assert kept(place).cells[2] == Cell("c1", "table:channels"), "the usual title is none of its own"
    send(admin, at(place, "/take-away"), cell="c2")
    assert shown(place) == ["metric:orders", "table:channels"]
    assert send(admin, at(place, "/explode"))[0] == 404


def test_it_opens_with_the_days_it_was_told_to(place: Place, admin: Client) -> None:
    add_board(place, ["metric:orders"])
    send(admin, at(place, "/opens-with"), query="period=7d&country=DE")
    answer = admin.get(at(place), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, at(place, "?period=7d&country=DE"))
    assert admin.get(at(place, "?period=90d")).status_code == 200
    for wrong in ("//evil.example", "x=1\r\nSet-Cookie: a=b", "a b"):
        send(admin, at(place, "/opens-with"), query=wrong)
        assert kept(place).query == "" or kept(place).query == "period=7d&country=DE"


def test_a_removed_one_is_put_back_and_its_name_can_change(place: Place, admin: Client) -> None:
    add_board(place)
    send(admin, at(place, "/rename"), name="Each evening")
    assert kept(place).name == "Each evening"
    base = f"/s/{place.site.id}"
    assert send(admin, f"{base}/saved/board/{SLUG}/remove") == (303, f"{base}/dashboards")
    assert admin.get(at(place)).status_code == 400
    assert "Put back Each evening" in admin.get(f"{base}/dashboards").text
    send(admin, f"{base}/saved/board/{SLUG}/put-back")
    assert admin.get(at(place)).status_code == 200
    noted = [line.what for line in place.users.trail(place.site.id)]
    assert {"dashboard_renamed", "dashboard_removed", "dashboard_put_back"} <= set(noted)


def test_find_knows_it_by_its_name_and_only_who_may_open_it(place: Place, admin: Client) -> None:
    shared = add_board(place)
    assert f'href="/s/{place.site.id}/dashboards/{shared.slug}">Every morning, ' in admin.get("/find?q=every+m").text
    own = add_board(place, shared=False, by="somebody else")
    assert f'/dashboards/{own.slug}"' not in admin.get("/find?q=every+m").text


def test_a_viewer_changes_their_own_alone_and_sees_nobody_elses_own(place: Place, admin: Client) -> None:
    viewer: Client = TestClient(place.app())
    come_in(viewer, place, "vera", place.site.id, Role.VIEWER)
    add_board(place, ["metric:orders"])
    html = viewer.get(at(place)).text
    assert "Orders" in html and "Take away" not in html and "Rename" not in html
    for what in ("up", "take-away", "rename", "opens-with"):
        assert send(viewer, at(place, f"/{what}"), cell="c0", name="x")[0] == 403
    add = f"/s/{place.site.id}/dashboards/add"
    assert send(viewer, add, board=SLUG, what="metric:orders")[0] == 403
    assert send(viewer, add, board="", name="For all", shared="on")[0] == 403
    assert send(viewer, add, board="", name="Mine") == (303, f"/s/{place.site.id}/dashboards/mine")
    assert admin.get(f"/s/{place.site.id}/dashboards/mine").status_code == 400
    assert [one["slug"] for one in admin.get(f"/api/v1/sites/{place.site.id}/dashboards").json()] == [SLUG]


def test_another_site_has_none_of_them(place: Place, admin: Client) -> None:
    add_board(place)
    other = place.sites.add("Other", ["https://other.example"])
    assert admin.get(f"/s/{other.id}/dashboards/{SLUG}").status_code == 400
    assert admin.get(f"/api/v1/sites/{other.id}/dashboards/{SLUG}").status_code == 400
    assert send(admin, f"/s/{other.id}/dashboards/{SLUG}/rename", name="x")[0] == 400


def test_what_cannot_be_added_is_told(place: Place, admin: Client) -> None:
    add = f"/s/{place.site.id}/dashboards/add"
    for form in ({"what": "metric:net-worth", "name": "A"}, {"name": ""}, {"name": "x" * 81}, {"name": "a\x07"}):
        assert send(admin, add, board="", **form)[0] == 400
    add_board(place, ["metric:orders"] * MOST_CELLS)
    assert "at most" in send(admin, add, board=SLUG, what="metric:orders")[1]
    assert send(admin, add, board="nowhere", what="metric:orders")[0] == 400


def test_an_empty_one_teaches(place: Place, admin: Client) -> None:
    assert "on one page" in admin.get(f"/s/{place.site.id}/dashboards").text
    add_board(place, [])
    assert "Add the first cell" in admin.get(at(place)).text


def test_every_cell_has_a_title_and_a_page_that_is_there() -> None:
    assert all(title_of(what) and page_of(what)[0] in PAGES for what in EVERY)


def test_every_page_offers_only_what_a_cell_can_show() -> None:
    found = {page: offers(page, "metric=orders&by=page&steps=a,b&cols=events&period=7d", "orders") for page in PAGES}
    assert all(title for cells in found.values() for _, title in cells)
    assert found["overview"][0] == ("chart:orders", "Orders over time")
    assert found["explore"] == [("explore?by=page&cols=events", "Power report")]
    assert {what for cells in found.values() for what, _ in cells if what.startswith("table:")} == {
        f"table:{name}" for name in TABLES
    }


def test_figures_that_follow_one_another_share_a_row(place: Place, admin: Client) -> None:
    add_board(place, [*CELLS, *(["metric:orders"] * 7)])
    html = admin.get(at(place)).text
    assert html.count('class="metrics m6"') == 3 and html.count('class="row c1"') == 4
    ids = re.findall(r'id="(line-[^"]+)"', unescape(html))
    assert len(ids) == len(set(ids))


def test_two_who_change_one_dashboard_at_a_time_lose_nothing(place: Place) -> None:
    stale = add_board(place, ["metric:orders"])
    for id in ("a", "b"):
        place.shelf.change(stale, lambda now, id=id: replace(now, cells=(*now.cells, Cell(id, "table:pages"))))  # type: ignore[misc]
    assert [one.id for one in kept(place).cells] == ["c0", "a", "b"]
    with pytest.raises(KeyError):
        place.shelf.change(replace(stale, slug="gone"), lambda now: now)
