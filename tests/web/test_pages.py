"""What holds for every page: login, headers, no inline script or style, words where there is no data or no store."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.web.app import CSP
from web.fakes import Place
from web.month import nothing
from web.pages import ANSWERED, PAGES, form_secret

Client = TestClient[Litestar]


class Marks(HTMLParser):
    """What a strict policy would refuse, ids that are there twice, and addresses outside this host."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.ids: list[str] = []
        self.outside: list[str] = []
        self.drawn: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.refused += [name for name in named if name == "style" or name.startswith("on")]
        self.refused += ["script"] * (tag == "script" and "src" not in named) + ["style"] * (tag == "style")
        self.drawn |= {named["href"] or ""} if tag == "use" else set()
        self.ids += [named["id"] or ""] if "id" in named else []
        loads = named.get("src") or (named.get("href") if tag == "link" else "") or ""
        self.outside += [loads] * ("//" in loads)


@pytest.mark.parametrize("address", ANSWERED)
def test_a_page_is_whole_and_needs_no_inline_script_or_style(read_place: Place, reader: Client, address: str) -> None:
    answer = reader.get(address.format(site=read_place.site.id))
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == CSP
    marks = Marks()
    marks.feed(answer.text)
    assert marks.refused == [] and marks.outside == []
    assert len(marks.ids) == len(set(marks.ids))
    assert marks.drawn <= {f"#{id}" for id in marks.ids}


@pytest.mark.parametrize("address", ANSWERED)
def test_a_page_without_data_says_so_in_words(read_place: Place, reader: Client, address: str) -> None:
    read_place.reports.answers = dict(nothing())
    answer = reader.get(address.format(site=read_place.site.id))
    assert answer.status_code == (404 if "fate" in address or "people/" in address else 200)
    assert "None" not in re.sub(r"<[^>]+>|None: every hit|None of these models", "", answer.text)


@pytest.mark.parametrize("address", ANSWERED)
def test_a_page_lives_while_the_store_does_not_answer(read_place: Place, reader: Client, address: str) -> None:
    read_place.reports.down.add("*")
    answer = reader.get(address.format(site=read_place.site.id))
    assert answer.status_code == (503 if "fate" in address else 200)
    if address.partition("?")[0].endswith(("{site}/overview", "live", "ledger", "NL-48213", "system")):
        assert "The store does not answer" in answer.text
        assert re.search(r"E-[A-Z2-9]{4}", answer.text)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_needs_a_login_and_comes_back_to_the_whole_address(place: Place, visitor: Client, address: str) -> None:
    wanted = address.format(site=place.site.id)
    answer = visitor.get(wanted, follow_redirects=False)
    if wanted.startswith("/api/"):
        assert answer.status_code == 401
        return
    assert answer.status_code == 303
    login = visitor.get(answer.headers["location"])
    assert f'name="next" value="{wanted.replace("&", "&amp;")}"' in login.text


def test_one_cell_may_fail_alone(place: Place, admin: Client) -> None:
    place.reports.down.add("channels")
    page = admin.get(f"/s/{place.site.id}/overview").text
    assert page.count("The store does not answer") == 1
    assert "€207,896" in page and "Germany" in page


def test_days_before_that_are_mostly_without_numbers_are_called_so(place: Place, admin: Client) -> None:
    address, told = f"/s/{place.site.id}/overview", "numbers from Thu 8 Oct on only"
    every = place.reports.answers["overview"]
    assert "differences to them say little" not in admin.get(address).text
    place.reports.answers["overview"] = lambda params: [row for row in every(params) if row["day"] >= "2026-10-08"]
    assert told in admin.get(address).text
    assert told not in admin.get(address + "?compare=none").text and told not in admin.get(address + "?country=DE").text


def test_every_post_refuses_a_form_that_no_page_of_ours_made(place: Place, admin: Client) -> None:
    posts = {
        route.path for route in place.app().routes for method in getattr(route, "methods", set()) if method == "POST"
    }
    assert len(posts) >= 10
    for path in posts:
        address = path.replace("{site_id:str}", place.site.id)
        address = re.sub(r"\{\w+:(?:str|int)\}", "1", address.replace("{what:str}", "sent"))
        assert admin.post(address, data={"_csrf": "forged"}).status_code == 403, path


def test_a_form_from_another_site_is_refused_even_with_the_token(place: Place, admin: Client) -> None:
    data = {"_csrf": form_secret(admin), "name": "Zweite", "origins": "zweite.de"}
    assert admin.post("/sites", data=data, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert [site.name for site in place.sites.all()] == ["Nordlight"]


def test_no_page_for_an_address_that_is_none(admin: Client) -> None:
    answer = admin.get("/nothing")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
