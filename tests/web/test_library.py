"""Events: a site's own words for what is sent, and what is unusual about it."""

from __future__ import annotations

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.state.library import Described
from onebyone.web.library import LONGEST_ABOUT, LONGEST_LABEL, Wrong, read
from web.fakes import Place
from web.pages import form_secret

Client = TestClient[Litestar]


def save(place: Place, client: Client, **fields: str) -> tuple[int, str]:
    form = {"_csrf": form_secret(client), **{"name" if key == "event" else key: one for key, one in fields.items()}}
    answer = client.post(f"/s/{place.site.id}/events/about/save", data=form, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", answer.text)


def events(place: Place, client: Client, query: str = "") -> str:
    return client.get(f"/s/{place.site.id}/events{query}").text


def test_an_event_has_a_name_for_people_and_keeps_the_one_it_is_sent_under(place: Place, admin: Client) -> None:
    status, to = save(place, admin, event="add_to_cart", label=" Into  the cart", about="The button of a product")
    assert (status, to) == (303, f"/s/{place.site.id}/events/about?event=add_to_cart&said=saved")
    assert "Kept." in admin.get(to).text and "Into the cart</h1>" in admin.get(to).text
    page = events(place, admin)
    assert 'Into the cart <span class="sub mut">add_to_cart</span>' in page and "The button of a product</a>" in page
    assert "event=add_to_cart" in page  # filters go by what is sent
    (line,) = [one for one in place.users.trail(place.site.id) if one.what == "event_described"]
    assert line.detail == "add_to_cart: called Into the cart, described"
    save(place, admin, event="add_to_cart")
    assert not place.library.all(place.site.id) and "Into the cart" not in events(place, admin)
    assert "back to: called Into the cart; The button of a product" in admin.get(to).text
    save(place, admin, event="add_to_cart", undo="yes", label="typed meanwhile")
    assert "Into the cart</h1>" in admin.get(to).text and "back to: as it is sent" in admin.get(to).text
    save(place, admin, event="add_to_cart", undo="yes")  # an undo of the undo
    assert not place.library.all(place.site.id)


def test_what_is_hidden_stands_in_no_list_and_no_form_until_it_is_asked_for(place: Place, admin: Client) -> None:
    def listed(query: str = "") -> bool:
        return 'title="experiment_view"' in events(place, admin, query) or ">experiment_view<" in events(
            place, admin, query
        )

    assert listed() and 'value="experiment_view"' in admin.get(f"/s/{place.site.id}/retention").text
    save(place, admin, event="experiment_view", hidden="on")
    assert not listed() and "1 event is hidden by your choice" in events(place, admin)
    assert listed("?show=hidden")
    for form in ("retention", "funnels", "explore", "segments"):
        assert 'value="experiment_view"' not in admin.get(f"/s/{place.site.id}/{form}").text, form


def test_what_is_unusual_stands_above_and_leads_to_its_event(place: Place, admin: Client) -> None:
    page = events(place, admin)
    about = f"/s/{place.site.id}/events/about?event=add_to_cart"
    assert f'href="{about}">“add_to_cart” came 12 times on Wed 11 Nov; 137 on a usual day.' in page
    assert "“purchase” came" not in page
    assert "137 on a usual day" in admin.get(about).text
    assert "Unusual" not in events(place, admin, "?period=yesterday")  # one day is not usual


def test_an_event_that_never_came_can_be_described_before(place: Place, admin: Client) -> None:
    page = admin.get(f"/s/{place.site.id}/events/about?event=%3Cb%3Elater").text
    assert "Not sent in this period." in page and "&lt;b&gt;later</h1>" in page
    answer = admin.get(f"/s/{place.site.id}/events/about", follow_redirects=False)
    assert answer.headers["location"] == f"/s/{place.site.id}/events"


def test_a_viewer_reads_and_changes_nothing(place: Place, viewer: Client) -> None:
    assert "Your words" not in viewer.get(f"/s/{place.site.id}/events/about?event=purchase").text
    assert save(place, viewer, event="purchase", label="Order")[0] == 403


@pytest.mark.parametrize(
    "typed",
    [
        Described(name=""), Described(name="e" * 201), Described(name="a\x00b"),
        Described(name="e", label="l" * (LONGEST_LABEL + 1)), Described(name="e", about="a" * (LONGEST_ABOUT + 1)),
        Described(name="e", label="a\u202eb"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_told(typed: Described) -> None:
    with pytest.raises(Wrong):
        read(typed)


def test_two_events_of_one_name_are_refused_and_the_form_keeps_what_was_typed(place: Place, admin: Client) -> None:
    save(place, admin, event="purchase", label="Order")
    status, page = save(place, admin, event="add_to_cart", label="Order", about="typed here")
    assert status == 400 and "`purchase` is called so already" in page and 'value="typed here"' in page
    assert list(place.library.all(place.site.id)) == ["purchase"]
    assert save(place, admin, event="purchase", label="Order", about="more")[0] == 303


def test_words_of_one_site_are_not_anothers(place: Place, admin: Client) -> None:
    other = place.sites.add("Other", ["https://other.example"])
    save(place, admin, event="purchase", label="Order")
    assert not place.library.all(other.id)
    assert "Order</a>" not in admin.get(f"/s/{other.id}/events").text


def test_a_property_has_words_too_and_stands_under_them_in_tables_and_forms(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/events/about?event=search"
    status, to = save(place, admin, of="property", name="search_term", label="Which design", about="Set by the shop")
    assert (status, to) == (303, f"/s/{place.site.id}/events/property?prop=search_term&said=saved")
    assert "Which design</h1>" in admin.get(to).text and "Set by the shop</p>" in admin.get(to).text
    assert 'Which design <span class="sub mut">search_term, search</span>' in events(place, admin)
    assert "Which design" in admin.get(at).text
    for form in ("funnels", "explore", "paths"):
        assert (
            '<option value="prop.search_term">Which design</option>' in admin.get(f"/s/{place.site.id}/{form}").text
        ), form
    (line,) = [one for one in place.users.trail(place.site.id) if one.what == "property_described"]
    assert line.detail == "search_term: called Which design, described"
    assert not place.library.all(place.site.id)  # an event of that name is another thing


def test_a_hidden_property_stands_in_no_list_and_no_form_and_an_undo_brings_it_back(
    place: Place, admin: Client
) -> None:
    save(place, admin, of="property", name="search_term", hidden="on")
    listed = "prop=search_term"
    assert listed not in events(place, admin) and "1 property is hidden by your choice" in events(place, admin)
    assert listed in events(place, admin, "?show=hidden")
    for form in ("funnels", "explore", "paths"):
        assert 'value="prop.search_term"' not in admin.get(f"/s/{place.site.id}/{form}").text, form
    save(place, admin, of="property", name="search_term", undo="yes")
    assert listed in events(place, admin) and not place.property_library.all(place.site.id)


def test_what_is_wrong_with_a_property_is_said_on_its_page(place: Place, admin: Client, viewer: Client) -> None:
    status, page = save(place, admin, of="property", name="x" * 101)
    assert status == 400 and "Say which property it is" in page
    assert save(place, viewer, of="property", name="search_term", hidden="on")[0] == 403
    assert admin.get(f"/s/{place.site.id}/events/property", follow_redirects=False).status_code == 303
    assert "nothing carried in this period" in admin.get(f"/s/{place.site.id}/events/property?prop=%3Cb%3E").text


def test_the_api_says_the_same(place: Place, admin: Client) -> None:
    at = f"/api/v1/sites/{place.site.id}/event-library"
    token = place.users.add_token(place.users.first_admin().id, "test")
    headers = {"authorization": f"Bearer {token}"}
    body = {"event": "purchase", "label": "Order", "about": "Paid", "hidden": True}
    assert admin.put(at, json=body, headers=headers).json() == body
    assert admin.get(at, headers=headers).json() == [body]
    refused = admin.put(at, json={"event": "x", "label": "Order"}, headers=headers)
    assert refused.status_code == 400 and "is called so already" in refused.text
    at, body = at.replace("event-", "property-"), {"property": "theme", "label": "Look", "about": "", "hidden": False}
    assert admin.put(at, json=body, headers=headers).json() == body
    assert admin.get(at, headers=headers).json() == [body]
