"""People and a person: what is shown to whom, and that a change says first what it moves."""

from __future__ import annotations

import re

import pytest
from httpx import Response

from onebyone.consent.decision import Known
from onebyone.consent.said import Choice
from onebyone.event import Permission, visitor_hash
from onebyone.identity.facts import Fact, Relation
from onebyone.identity.nodes import Kind, user_node, value_node
from onebyone.identity.values import keyed_hash
from onebyone.state.choices import Choices, Remembered
from onebyone.state.users import Role
from web.conftest import Client, come_in
from web.fakes import Place
from web.month import people as month_people
from web.pages import form_secret

AT_MS = 1_793_952_660_000  # 2026-11-06


def bob(place: Place) -> int:
    """Signed in on two browsers, one of which gave an address."""
    site = place.site.id
    user, value = user_node(site, "bob"), keyed_hash(place.user_data.key(site), Kind.EMAIL, "bob@shop.test")
    facts = [
        Fact(
            left=browser, right=user, relation=Relation.IDENTIFY, kinds=(Kind.BROWSER, Kind.USER),
            first_ms=AT_MS + browser, last_ms=AT_MS + browser, by="tag", text="bob", hit=bytes(16),
        )
        for browser in (7001, 7002)
    ]  # fmt: skip
    email = Fact(
        left=user, right=value_node(site, Kind.EMAIL, value), relation=Relation.VALUE, kinds=(Kind.USER, Kind.EMAIL),
        first_ms=AT_MS, last_ms=AT_MS, hit=bytes(16), by="server", text=value, left_text="bob",
    )  # fmt: skip
    with place.engine.begin() as connection:
        place.identity.add(connection, [*facts, email], site, place.site.identity)
    return user


def take_back(place: Place, browser: int) -> None:
    choices = Choices(place.engine)
    for at_ms, granted in ((AT_MS, True), (AT_MS + 60_000, False)):
        known = Known((Choice(Permission.ANALYTICS, granted, at_ms, "cmp:usercentrics"),))
        choices.learn(place.site.id, browser, Remembered(at_ms, Permission.ANALYTICS.bit * granted, "DE", known))
    choices.commit()


def change(client: Client, place: Place, person: int, **fields: str) -> tuple[int, str]:
    token = form_secret(client)
    answer = client.post(
        f"/s/{place.site.id}/people/{person}/change", data={"_csrf": token, **fields}, follow_redirects=False
    )
    return answer.status_code, re.sub(r"\s+", " ", answer.text)


def test_a_person_is_shown_across_browsers_with_what_joined_them(place: Place, admin: Client) -> None:
    take_back(place, 7001)
    text = admin.get(f"/s/{place.site.id}/people/{bob(place)}").text
    assert text.count("<p>User bob signed in on browser v_") == 2 and "gave an e-mail address" in text
    assert "<code>bob</code>" in text and "bob@" not in text
    assert "Allowed from here on: nothing. Said by cmp:usercentrics, on browser v_" in text


def test_a_viewer_sees_no_ids_and_changes_nothing(place: Place, viewer: Client) -> None:
    person = bob(place)
    text = viewer.get(f"/s/{place.site.id}/people/{person}").text
    assert "bob" not in text.replace("nobody", "") and "Undo" not in text
    assert change(viewer, place, person, action="split", left="7002", right=str(person), confirm="yes")[0] == 403
    assert "bob" not in viewer.get(f"/s/{place.site.id}/people").text
    assert "bob" not in viewer.get(f"/s/{place.site.id}/people.csv").text
    assert "bob" not in viewer.get(f"/api/v1/sites/{place.site.id}/people/{person}").text


def test_undo_says_what_moves_and_does_it_when_confirmed(place: Place, admin: Client) -> None:
    person = bob(place)
    code, text = change(admin, place, person, action="split", left="7002", right=str(person))
    assert code == 200 and "1 identifier changes its person" in text and "14 events, 1 order of" in text
    assert place.identity.person(place.site.id, person).browsers == [7001, 7002]
    code, _ = change(admin, place, person, action="split", left="7002", right=str(person), confirm="yes")
    assert code == 303 and place.identity.person(place.site.id, person).browsers == [7001]
    shown = admin.get(f"/s/{place.site.id}/people/{person}").text
    assert "Taken away by admin" in shown and "Join again" in shown
    change(admin, place, person, action="restore", left="7002", right=str(person), confirm="yes")
    assert place.identity.person(place.site.id, person).browsers == [7001, 7002]
    whats = [line.what for line in place.users.trail(place.site.id)]
    assert whats == ["person_restored", "person_seen_with_ids", "person_split"]


def test_two_persons_are_joined_by_hand_and_by_a_name_somebody_types(place: Place, admin: Client) -> None:
    person = bob(place)
    code, text = change(admin, place, 9009, action="merge", other="bob@shop.test")
    assert code == 200 and "Join the two?" in text
    change(admin, place, 9009, action="merge", other="bob", confirm="yes")
    assert place.identity.person(place.site.id, 9009).id == person
    assert (
        admin.get(f"/s/{place.site.id}/people/9009", follow_redirects=False).headers["location"].endswith(str(person))
    )


def test_a_browser_that_took_back_its_consent_is_joined_with_nobody(place: Place, admin: Client) -> None:
    person = bob(place)
    take_back(place, 9009)
    for confirm in ("", "yes"):
        code, text = change(admin, place, 9009, action="merge", other="bob", confirm=confirm)
        assert code == 200 and "One of them does not allow it." in text and "Join the two</button>" not in text
    assert place.identity.person(place.site.id, person).browsers == [7001, 7002]


def test_nobody_is_found_by_a_name_nobody_has(place: Place, admin: Client) -> None:
    code, text = change(admin, place, bob(place), action="merge", other="carl")
    assert code == 404 and "No person was found" in text


@pytest.mark.parametrize("typed", ["bob", " Bob@Shop.test "])
def test_search_finds_a_person_by_user_id_and_address(place: Place, admin: Client, typed: str) -> None:
    person = bob(place)
    data = {"_csrf": form_secret(admin), "q": typed}
    answer = admin.post(f"/s/{place.site.id}/people/find", data=data, follow_redirects=False)
    assert answer.headers["location"] == f"/s/{place.site.id}/people/{person}"


def test_an_address_never_gets_into_the_address_bar(place: Place, admin: Client) -> None:
    data = {"_csrf": form_secret(admin), "q": "eve@shop.test"}
    answer = admin.post(f"/s/{place.site.id}/people/find", data=data, follow_redirects=False)
    assert answer.status_code == 404 and "Nobody is known by this address" in answer.text
    answer = admin.post(f"/s/{place.site.id}/people/find", data=data | {"q": "gold"}, follow_redirects=False)
    assert answer.headers["location"] == f"/s/{place.site.id}/people?q=gold"


def test_find_knows_an_address_too_and_keeps_it_out_of_its_own(place: Place, admin: Client) -> None:
    person = bob(place)

    def found(text: str, site: str = "") -> Response:
        data = {"_csrf": form_secret(admin), "q": text, "site": site}
        return admin.post("/find/ask", data=data, follow_redirects=False)

    assert found(" Bob@Shop.test ").headers["location"] == f"/s/{place.site.id}/people/{person}"
    unknown = found("eve@shop.test", place.site.id)
    assert unknown.status_code == 404 and "eve@" not in unknown.text and "Nobody is known by this" in unknown.text
    assert found("NL-9", place.site.id).headers["location"] == f"/find?q=NL-9&site={place.site.id}"
    assert found("bob", "elsewhere").headers["location"] == "/find?q=bob"
    assert f'href="/s/{place.site.id}/settings/sessions"' in admin.get("/find?q=session").text


def test_nobody_of_another_site_is_found(place: Place) -> None:
    person, client = bob(place), Client(place.app())
    other = place.sites.add("Other", ["https://other.example"], zone="UTC", currency="EUR")
    come_in(client, place, "tom", other.id, Role.VIEWER)
    for site in ("", place.site.id, other.id):
        data = {"_csrf": form_secret(client), "q": "bob@shop.test", "site": site}
        answer = client.post("/find/ask", data=data, follow_redirects=False)
        assert answer.status_code == 404 and str(person) not in answer.text


def test_a_form_of_another_page_is_refused(place: Place, admin: Client) -> None:
    answer = admin.post(f"/s/{place.site.id}/people/{bob(place)}/change", data={"_csrf": "0" * 64, "action": "split"})
    assert answer.status_code == 403


def test_the_api_tells_the_same(place: Place, admin: Client) -> None:
    person = bob(place)
    told = admin.get(f"/api/v1/sites/{place.site.id}/people/{person}").json()
    assert (told["person"], len(told["identifiers"]), len(told["ties"]), len(told["events"])) == (str(person), 4, 3, 5)
    assert {one["user_id"] for one in told["identifiers"]} == {"", "bob"}
    first, *_ = admin.get(f"/api/v1/sites/{place.site.id}/people").json()["rows"]
    assert first["user_id"] == "bob"


def test_a_fate_names_the_person(place: Place, admin: Client) -> None:
    text = admin.get(f"/s/{place.site.id}/fate/NL-48213").text
    assert re.search(rf'href="/s/{place.site.id}/people/\d+">p_', text)


def test_a_number_nobody_has_is_no_page(place: Place, admin: Client) -> None:
    place.reports.answers = dict(place.reports.answers) | {"person_events": lambda _: []}
    assert admin.get(f"/s/{place.site.id}/people/{visitor_hash('x', 'y')}").status_code == 404
    assert admin.get(f"/s/{place.site.id}/people/0").status_code == 404


def heads(page: str) -> list[str]:
    return [re.sub("<[^>]*>", "", head).strip() for head in re.findall(r"<th\b[^>]*>(.*?)</th>", page)]


def test_people_have_the_columns_of_the_address_in_its_order_and_so_has_the_file(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/people"
    assert heads(admin.get(at).text)[:3] == ["Person", "Known as", "Browsers"]
    page = admin.get(f"{at}?cols=last,country,views").text
    assert heads(page)[:4] == ["Person", "Last seen", "Country", "Views"] and ">Germany</td>" in page
    assert f'href="{at}.csv?cols=last,country,views"' in page
    links = re.findall(r'href="([^"]+)">(?:Definitions|API)<', admin.get(f"{at}?cols=last&q=bob").text)
    assert [admin.get(link).status_code for link in links] == [200, 200]
    lines = admin.get(f"{at}.csv?cols=last,country,views").text.splitlines()
    assert lines[0] == "person,last_at,country,views"
    assert lines[1] == "3672583452883726997,2026-11-12T12:02:11.000Z,DE,39"
    assert "device" in admin.get(f"{at}.csv").text.splitlines()[0]  # a program reads every one


@pytest.mark.parametrize(
    ("form", "cols"),
    [
        ("col=last&col=&col=views&col=last", "?cols=last,views"),  # left out, and said twice
        ("col=known&col=browsers&col=events&col=orders&col=revenue&col=first&col=last", ""),  # the usual ones
        ("col=last&period=7d&country=DE", "?period=7d&cols=last&country=DE"),
    ],
)
def test_the_form_leads_to_the_address_of_its_columns(place: Place, admin: Client, form: str, cols: str) -> None:
    answer = admin.get(f"/s/{place.site.id}/people/columns?{form}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/s/{place.site.id}/people{cols}")


@pytest.mark.parametrize(
    ("cols", "said"), [("last,age", "is no column of People"), ("last,last", "stands there twice")]
)
def test_a_column_that_there_is_not_shows_no_people(place: Place, admin: Client, cols: str, said: str) -> None:
    for form in ("", ".csv"):
        answer = admin.get(f"/s/{place.site.id}/people{form}?cols={cols}")
        assert answer.status_code == 400 and said in answer.text and "bob" not in answer.text


def test_a_column_tells_a_viewer_no_id(place: Place, viewer: Client) -> None:
    (one, *_) = month_people({})
    place.reports.answers["people"] = lambda _: [one | {"person": str(n)} for n in range(1, 12)]
    page = viewer.get(f"/s/{place.site.id}/people?cols=known").text
    assert ">signed in</td>" in page and "bob" not in page
    assert "bob" not in viewer.get(f"/s/{place.site.id}/people.csv?cols=known").text


def test_people_sort_by_their_heads_and_go_on_behind_the_first_hundred(place: Place, admin: Client) -> None:
    at, (one, *_) = f"/s/{place.site.id}/people", month_people({})
    everybody = [
        one | {"person": str(n), "orders": n, "last_at": f"2026-11-11T10:{n % 60:02}:00.000Z"} for n in range(1, 151)
    ]
    place.reports.answers["people"] = lambda _: everybody
    html = admin.get(f"{at}?sort=-orders&cols=orders").text
    assert place.reports.asked_of("people")["sort"] == "-orders" and 'aria-sort="descending"' in html
    (link,) = re.findall(r'href="([^"]*)" rel="next">Next 100', html)
    assert link == f"{at}?cols=orders&amp;sort=-orders&amp;after=100"
    rest = admin.get(link.replace("&amp;", "&")).text
    shown = [re.findall(rf'href="{at}/(\d+)"', text) for text in (html, rest)]
    assert shown == [[str(n) for n in range(150, 50, -1)], [str(n) for n in range(50, 0, -1)]]
    assert "101 – 150" in rest and 'rel="next"' not in rest
    assert admin.get(f"{at}.csv?sort=-orders").text.splitlines()[1].startswith("150,")
    rows = admin.get(f"/api/v1/sites/{place.site.id}/people?sort=-orders&limit=1").json()["rows"]
    assert rows[0]["person"] == "150"
    assert admin.get(f"{at}?sort=-wealth").status_code == 400 == admin.get(f"{at}?after=x").status_code
