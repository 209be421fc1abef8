"""Every number leads to the list that it counts, and the list says the same number."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.reports.catalogue import Reports
from onebyone.store import Param
from onebyone.store.engine import Embedded
from onebyone.web.behind_address import joined, split
from reports.golden import Case
from store.rows import put
from web.behind_rows import orders
from web.fakes import Place
from web.mails import add_mails
from web.month import nothing

Client = TestClient[Litestar]
DAY = "from=2026-11-20&to=2026-11-20"
PAGES = ("overview", "acquisition", "pages", "events")
_NUMBER = re.compile(r'<td class="n[^"]*"><a href="(/s/[^"]+/behind/[^"]+)">([^<]+)</a>(?:<span|</td>)')


def shop_of(place: Place, store: Embedded) -> None:
    """The golden day of a shop is this site's, and its reports are real."""
    put(store, Case(title="", params={}, given="shop").outcomes(site=place.site.id))
    real = Reports(store)
    place.reports.answers = {name: asking(real, name) for name in real.names()}


def asking(real: Reports, name: str) -> Callable[[Mapping[str, Param]], list[dict[str, Any]]]:
    return lambda params: real.run(name, **params).dicts()


def clicked(place: Place, client: Client, page: str, query: str = "") -> list[tuple[str, str]]:
    text = client.get(f"/s/{place.site.id}/{page}?{DAY}{query}").text
    return [(html.unescape(href), number) for href, number in _NUMBER.findall(text)]


def said(client: Client, href: str) -> str:
    answer = client.get(href)
    assert answer.status_code == 200, href
    found = re.search(r"<h1>[^<]+</h1><p>([^<]+)</p>", answer.text)
    assert found, href
    return found[1]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES if os.environ.get("PROVE") else ["pages"])
def test_the_list_behind_a_number_says_that_number(place: Place, admin: Client, store: Embedded, page: str) -> None:
    """Every number of every page with PROVE=1."""
    shop_of(place, store)
    numbers = clicked(place, admin, page)
    assert len(numbers) > (1 if page == "events" else 12)
    asked = numbers if os.environ.get("PROVE") else numbers[:3]
    told = [(href, number, said(admin, href)) for href, number in asked]
    wrong = [one for one in told if not re.search(rf"(?<![\d.,]){re.escape(one[1])}(?!\d)", one[2])]
    assert wrong == []


def test_a_number_of_a_narrowed_page_leads_to_the_narrowed_list(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/behind"
    links = dict(reversed(clicked(place, admin, "acquisition", "&device=phone&traffic=all")))
    assert f"{at}/visitors?{DAY}&traffic=all&by=channel&is=Email&device=phone" in links
    assert links[f"{at}/orders?{DAY}&traffic=all&by=campaign&is=brand-de,google,&device=phone"] == "298"
    links = dict(reversed(clicked(place, admin, "pages")))
    assert links[f"{at}/events?{DAY}&event=page_view&host=nordlight.example&page=/warenkorb"] == "5,120"


def test_numbers_of_people_and_of_machines_lead_to_lists_narrowed_as_their_page_is(place: Place, admin: Client) -> None:
    at, kept = f"/s/{place.site.id}/behind", "period=90d&unit=day"
    links = dict(leads(admin, f"/s/{place.site.id}/populations?period=90d&unit=day&country=DE"))
    assert links[f"{at}/visitors?{kept}&by=population&is=2026-11-12,fresh&country=DE"] == "10,600"
    links = dict(leads(admin, f"/s/{place.site.id}/paths?period=7d&first=page_view&prop=device&device=phone"))
    assert f"{at}/visitors?period=7d&first=page_view&prop=device&by=path&is=all,all&device=phone" in links
    links = dict(leads(admin, f"/s/{place.site.id}/traffic?period=7d&browser=Chrome"))
    assert f"{at}/events?period=7d&by=verdict&is=people&browser=Chrome" in links
    assert f"{at}/events?from=2026-11-12&to=2026-11-12&by=verdict&is=people&browser=Chrome" in links
    links = dict(leads(admin, f"/s/{place.site.id}/people?traffic=all&device=phone"))
    assert any(f"{at}/orders?traffic=all&by=person&device=phone&person=" in link for link in links)


def leads(client: Client, address: str) -> list[tuple[str, str]]:
    found = re.findall(r'<a\b[^>]*href="(/s/[^"]+/behind/[^"]+)"[^>]*>([^<]+)</a>', client.get(address).text)
    return [(html.unescape(href), number) for href, number in found]


def test_a_number_that_is_not_told_leads_to_no_list(place: Place, masked: Client) -> None:
    place.reports.answers |= {
        "populations": lambda _: [
            {"starts": "2026-11-02", "seen": 40, "fresh": 4, "returning": 36, "resurrected": 0, "dormant": 20},
        ],
        "days_active": lambda _: [{"days": 1, "people": 50, "events": 60}, {"days": 2, "people": 3, "events": 9}],
    }
    assert leads(masked, f"/s/{place.site.id}/populations?period=90d") == []
    assert leads(masked, f"/s/{place.site.id}/days_active?period=90d") == []
    few = masked.get(f"/s/{place.site.id}/behind/visitors?by=days&is=2").text
    assert "Fewer than 10 people are behind this number." in few


def test_the_numbers_of_a_letter_lead_to_its_recipients_and_orders(place: Place, admin: Client) -> None:
    message = add_mails(place)[0].id
    links = dict(leads(admin, f"/s/{place.site.id}/email"))
    days = "from=2026-10-31&to=2026-11-12"
    at = f"/s/{place.site.id}/behind"
    assert links[f"{at}/recipients?{days}&by=mail&is={message},clicks_by_machines"] == "210"
    assert links[f"{at}/orders?{days}&by=mail&is={message}"] == "14"
    text = said(admin, f"{at}/recipients?{days}&by=mail&is={message},openers")
    assert text == "3 recipients with 9 opens or clicks. They read it."


def test_nothing_is_behind_a_dash(place: Place, admin: Client) -> None:
    text = admin.get(f"/s/{place.site.id}/acquisition?{DAY}").text
    assert '<td class="n sorted mut">–</td>' in text and ">–</a>" not in text


def test_an_order_of_the_list_opens_its_story(place: Place, admin: Client) -> None:
    text = admin.get(f"/s/{place.site.id}/behind/orders?by=country&is=DE").text
    assert "3 orders, €327.70 net of refunds. Country is Germany." in text
    assert f'href="/s/{place.site.id}/fate/NL-48213"' in text and "Server only" in text and "No more." not in text


def test_a_long_list_is_read_on_behind_its_last_row(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/behind/events?event=page_view&page=/&traffic=all"
    link = re.search(r'href="([^"]+)">Next 50<', admin.get(at).text)
    assert link
    admin.get(html.unescape(link[1]))
    params = place.reports.asked_of("event_list")
    assert params["filters"] == ["page=/"] and params["traffic"] == "all" and params["event"] == "page_view"
    assert params["after_id"] == "01920000-0000-7000-8000-000000000049.0"
    assert int(str(params["after_ms"])) < 2**60


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("orders?by=page&is=a,b", "no table with orders"),
        ("visitors?by=weather&is=x", "no table with visitors"),
        ("orders", "no table with orders"),
        ("events?after=x.y", "cannot be read"),
        ("events?by=fault&is=one", "names no row"),
        ("events?by=weather", "names no row"),
        ("orders?by=loss&is=seen&event=purchase", "no such number"),
        ("orders?by=loss&is=both,weather,x&event=purchase", "no such number"),
        ("orders?by=loss&is=both", "no such number"),
        ("orders?by=loss&is=both&event=purchase&channel=Email", "does not narrow this page"),
        ("visitors?by=cohort&is=2026-02-30,1", "no such cell"),
        ("visitors?by=cohort&is=2026-02-03,99999", "no such cell"),
        ("visitors?by=cohort&is=2026-02-03&unit=year", "is no unit"),
        ("recipients", "no table with recipients"),
        ("recipients?by=channel&is=Email", "no table with recipients"),
        ("recipients?by=mail&is=x,openers", "no such number"),
        (f"recipients?by=mail&is={1:032x},readers", "no such number"),
        ("orders?by=mail&is=x", "no such number"),
        ("events?by=verdict&is=somebody", "no such number"),
        ("events?by=verdict&is=all,rule", "no such number"),
        ("events?by=verdict&is=all&channel=Email", "does not narrow this page"),
        ("events?by=kept&country=DE", "does not narrow this page"),
        ("events?by=loads&is=page,x", "no such number"),
        ("events?by=loads&is=device,phone,weather", "no such number"),
        ("visitors?by=population&is=2026-11-02,some", "no such number"),
        ("visitors?by=population&is=soon,seen", "no such number"),
        ("visitors?by=population&is=2026-11-02,seen&unit=year", "is no unit"),
        ("visitors?by=days&is=0", "no such number"),
        ("visitors?by=worth&is=soon", "no such number"),
        ("visitors?by=path&is=all,path", "no such number"),
        ("visitors?by=variant&is=all,b", "no such number"),
        ("visitors?by=variant&is=some,b&shown=experiment_view", "no such number"),
        ("visitors?by=variant&is=all,b&shown=experiment_view&wait=9d", "no time to wait"),
        ("visitors?by=path&is=all,all&prop=channel", "of a visit"),
    ],
)
def test_a_list_that_there_is_not_is_told(place: Place, admin: Client, address: str, word: str) -> None:
    answer = admin.get(f"/s/{place.site.id}/behind/{address}")
    assert answer.status_code == 400 and word in answer.text


def test_a_list_leads_back_to_its_page_with_the_filters_that_this_takes(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}"
    asked = "events?event=page_view&by=chosen&consent=all&country=DE"
    back = re.search(r'<span class="crumb"><a href="([^"]+)">Consent<', admin.get(f"{at}/behind/{asked}").text)
    assert back and back[1] == f"{at}/consent?country=DE" and admin.get(back[1]).status_code == 200


def test_a_row_that_is_gone_has_an_empty_list_and_no_zeros_of_a_bug(place: Place, admin: Client) -> None:
    place.reports.answers = {**place.reports.answers, "credited_orders": lambda _: []}
    text = admin.get(f"/s/{place.site.id}/behind/orders?by=channel&is=Email").text
    assert "No order stands behind this number now." in text and "<table" not in text


def test_a_list_is_a_file_too(place: Place, admin: Client) -> None:
    text = admin.get(f"/s/{place.site.id}/behind/orders.csv?by=channel&is=Email").text
    assert text.startswith("id,first_hit,order_id,placed_at,gross_minor,net_minor,currency,visitor,")
    assert len(text.splitlines()) == 1 + len(orders({"to": place.clock_now})) and "counted" not in text


def test_a_site_without_a_hit_is_told_what_will_be_here(place: Place, admin: Client) -> None:
    place.reports.answers = dict(nothing())
    for page in ("acquisition", "people", "ledger", "email"):
        text = admin.get(f"/s/{place.site.id}/{page}").text
        assert "Here will stand" in text and f'href="/s/{place.site.id}/start"' in text and "<main" in text, page
        assert "0" not in re.sub(r"<[^>]+>", "", text.partition("<main")[2]), page


@given(st.lists(st.text(max_size=20), min_size=1, max_size=3))
def test_the_name_of_a_row_is_read_as_it_was_written(values: list[str]) -> None:
    assert split(joined(values)) == values
