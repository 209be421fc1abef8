"""What each page of a site says and does."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec import structs

from onebyone.event import Reason
from onebyone.log import DeadLetter
from onebyone.state.tag_settings import PublishedContainer
from onebyone.state.users import Role
from onebyone.web import app
from onebyone.web.definitions import FILES
from onebyone.web.frame import MENU
from onebyone.web.waiting import Counts, WaitingHit
from web.conftest import come_in
from web.deliveries import add_deliveries
from web.fakes import FakeWaiting, Place
from web.month import HIT, NOW, a_live_row
from web.pages import form_secret

Client = TestClient[Litestar]


def _text(html: str) -> str:
    """As it is read: without marks, spaces as one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#39;", "'")


# Sites ------------------------------------------------------------------------------------------------------


def test_sites_show_a_line_each_and_take_a_new_one(place: Place, admin: Client) -> None:
    page = admin.get("/").text
    assert "€207,896.10" in page and "61,480" in page and 'class="spark"' in page
    data = {"_csrf": form_secret(admin), "name": "Zweite", "origins": "zweite.ch", "zone": "UTC", "currency": ""}
    answer = admin.post("/sites", data=data, follow_redirects=False)
    made = place.sites.find("Zweite")
    assert made is not None and (made.zone, made.currency) == ("Europe/Zurich", "CHF")
    assert answer.headers["location"] == f"/s/{made.id}/start"
    assert place.users.trail(made.id)[0].what == "site_added"


def test_a_line_says_what_its_browsers_missed_and_which_destinations_need_help(place: Place, admin: Client) -> None:
    assert "2,492 €207,896.10 61,480 22.0% – 14:32:06" in _text(admin.get("/").text)
    add_deliveries(place)
    place.reports.answers["loss"] = lambda params: []
    page = admin.get("/").text
    assert "61,480 – 1 needs help 14:32:06" in _text(page)
    assert 'title="nothing to measure yet"' in page


def test_the_overviews_missed_is_the_loss_pages_or_says_that_it_cannot_be(place: Place, admin: Client) -> None:
    overview, loss = f"/s/{place.site.id}/overview", f"/s/{place.site.id}/loss"
    assert "Missed by browsers 22.0% 20.3 – 23.8%" in _text(admin.get(overview).text)
    by_browser = admin.get(f"{overview}?browser=Brave").text
    assert f'href="{loss}?browser=Brave"' in by_browser
    by_channel = admin.get(f"{overview}?channel=Email").text
    assert "Missed by browsers – unknown with these filters" in _text(by_channel)
    assert f'class="miss" href="{loss}"' in by_channel
    assert admin.get(loss).status_code == 200


def test_a_wrong_site_form_keeps_what_was_typed_and_says_what_is_wrong(place: Place, admin: Client) -> None:
    data = {"_csrf": form_secret(admin), "name": "Zweite", "origins": "nix", "zone": "Mars", "currency": "EUR"}
    answer = admin.post("/sites", data=data)
    assert answer.status_code == 400
    assert "“nix” is no address" in answer.text and "“Mars” is no time zone" in answer.text
    assert 'value="Zweite"' in answer.text and len(place.sites.all()) == 1


def test_a_viewer_sees_their_sites_and_no_form(place: Place, viewer: Client) -> None:
    place.sites.add("Secret", ["https://secret.example"])
    page = viewer.get("/").text
    assert "Nordlight" in page and "Secret" not in page and "Add site" not in page
    data = {"_csrf": form_secret(viewer), "name": "Mine", "origins": "mine.example"}
    assert viewer.post("/sites", data=data).status_code == 403


# Overview ---------------------------------------------------------------------------------------------------


def test_the_overview_says_it_first_and_shows_how_the_count_came_about(place: Place, admin: Client) -> None:
    text = _text(admin.get(f"/s/{place.site.id}/overview").text)
    assert "2,492 orders , each counted once. 631 doubles set aside, and 478 that no browser reported." in text
    assert "4,821 reports of an order arrived −1,698 server and browser copy joined" in text
    assert "Without your server you would miss 478 of these 2,492." in text
    assert "1,204,506 hits = 1,163,205 kept + 41,300 dropped + 1 failed; 12 waiting" in text


def test_the_overview_keeps_its_view_in_every_link(place: Place, admin: Client) -> None:
    page = admin.get(f"/s/{place.site.id}/overview?period=7d&metric=orders").text
    assert "Orders by day" in page
    links = re.findall(rf'href="(/s/{place.site.id}/overview\?[^"]*metric=[^"]*)"', page)
    assert links and all(
        "period=" in link or "from=" in link or link.endswith("overview?metric=orders") for link in links
    )
    assert f"/api/v1/sites/{place.site.id}/overview?period=7d&amp;metric=orders" in page


def test_the_overview_asks_every_report_for_its_site_and_its_instants(place: Place, admin: Client) -> None:
    place.reports.asked.clear()
    admin.get(f"/s/{place.site.id}/overview?from=2026-11-01&to=2026-11-02&compare=none")
    asked = {name: params for name, params in place.reports.asked}
    assert {params["site"] for params in asked.values()} == {place.site.id}
    assert str(asked["totals"]["from"]) == "2026-10-31 23:00:00+00:00"
    assert str(asked["totals"]["to"]) == "2026-11-02 23:00:00+00:00"


def test_an_address_that_is_not_understood_shows_no_numbers(place: Place, admin: Client) -> None:
    answer = admin.get(f"/s/{place.site.id}/overview?chanel=Email")
    assert answer.status_code == 400
    assert "chanel is no filter. Did you mean channel ?" in _text(answer.text).replace("  ", " ")
    assert "207,896" not in answer.text


def test_the_overview_as_a_file(place: Place, viewer: Client) -> None:
    answer = viewer.get(f"/s/{place.site.id}/overview.csv?period=7d")
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(answer.text.splitlines()) == 8


def test_what_a_table_leaves_out_is_on_its_own_page_and_in_its_file(place: Place, viewer: Client) -> None:
    page = viewer.get(f"/s/{place.site.id}/overview?period=7d&metric=orders").text
    assert f'href="/s/{place.site.id}/acquisition?period=7d&amp;table=countries">All 7</a>' in page
    assert "Belgium" not in page
    assert "Belgium" in viewer.get(f"/s/{place.site.id}/acquisition?period=7d&table=countries").text
    assert len(viewer.get(f"/s/{place.site.id}/countries.csv?period=7d").text.splitlines()) == 8


def test_a_file_is_refused_rather_than_empty_while_the_store_does_not_answer(place: Place, admin: Client) -> None:
    place.reports.down.add("*")
    for page in FILES:
        answer = admin.get(f"/s/{place.site.id}/{page}.csv")
        assert answer.status_code == 503 and "No data is lost" in answer.text


# Live -------------------------------------------------------------------------------------------------------


def test_every_page_that_a_key_leads_to_is_one_of_the_menu(place: Place, admin: Client) -> None:
    script = (Path(app.__file__).parent / "static/console.js").read_text()
    told = re.search(r"const PAGES = \{([^}]+)\}", script)
    assert told
    pages = re.findall(r'(\w): "(\w+)"', told[1])
    listed = re.findall(r"<kbd>(\w)</kbd>", admin.get(f"/s/{place.site.id}/overview").text.partition('id="keys"')[2])
    assert len(pages) == 10 and {key for key, _ in pages} <= set(listed)
    assert {page for _, page in pages} <= {page for _, group in MENU for page, _ in group}


def test_live_asks_behind_the_newest_row_and_gets_204_while_nothing_is_new(place: Place, admin: Client) -> None:
    page = admin.get(f"/s/{place.site.id}/live").text
    assert page.count("data-row=") == 12 and "not counted" in page
    poll = re.search(r'data-poll="([^"]+)"', page)
    assert poll
    address = poll[1].replace("&amp;", "&")
    assert admin.get(address).status_code == 204
    newer = a_live_row(0, "purchase", "/danke", order_id="NEW-1", value=100, currency="EUR")
    place.reports.answers["live"] = lambda _: [newer]
    part = admin.get(address)
    assert part.status_code == 200 and "NEW-1" in part.text and part.text.count("data-row=") == 1
    assert newer["hit"] in part.text and "data-part" in part.text


def test_live_can_be_narrowed(place: Place, admin: Client) -> None:
    drops = admin.get(f"/s/{place.site.id}/live?show=drops").text
    people = admin.get(f"/s/{place.site.id}/live?show=people").text
    assert drops.count("data-row=") == 5
    assert "GPTBot" not in people and "not counted," not in people and people.count("data-row=") == 5


# Fate and Find ----------------------------------------------------------------------------------------------


def test_a_fate_anywhere_goes_to_the_one_site_that_knows_it(place: Place, admin: Client) -> None:
    answer = admin.get("/fate/NL-48213", follow_redirects=False)
    assert answer.headers["location"] == f"/s/{place.site.id}/fate/NL-48213"


def test_find_goes_straight_to_an_exact_id_and_else_names_what_is_near(place: Place, admin: Client) -> None:
    found = admin.get("/find?q=+NL-48213+", follow_redirects=False)
    assert found.headers["location"] == f"/s/{place.site.id}/fate/NL-48213"
    page = admin.get("/find?q=NL-9").text
    assert "Nothing has exactly the id “NL-9”" in page and "NL-48211" in page
    assert f"/s/{place.site.id}/ledger" in admin.get("/find?q=ledg").text
    assert f"/s/{place.site.id}/lifetime" in admin.get("/find?q=lifetime").text


def test_find_names_campaigns_and_paths_that_were_seen_and_where_they_are_told_of(place: Place, admin: Client) -> None:
    here = f"/s/{place.site.id}"
    page = admin.get(f"/find?q=em&site={place.site.id}").text
    assert f'href="{here}/acquisition?campaign=Email">Campaign Email' in page
    assert f'href="{here}/pages?page=A%5C,+B">Page A, B' in page  # a comma of its own is no list
    assert "Seen in the last" not in admin.get(f"/find?q=e&site={place.site.id}").text  # too little to look for
    assert "Seen in the last" not in admin.get("/find?q=em").text  # of no site


def _commands(client: Client, site: str, q: str, at: str = "") -> dict[str, str]:
    html = client.get("/find", params={"q": q, "site": site, "at": at}).text
    told = html.partition("<h2>Commands</h2>")[2].partition("</ul>")[0]
    return {name: href.replace("&amp;", "&") for href, name in re.findall(r'href="([^"]+)">([^<]+)<', told)}


def test_find_lists_commands_for_the_page_one_came_from(place: Place, admin: Client) -> None:
    here, at = f"/s/{place.site.id}", f"/s/{place.site.id}/acquisition?period=7d&country=DE&sort=sources:source"
    assert _commands(admin, place.site.id, "compare", at) == {
        f"Compare Acquisition with {name}": f"{here}/acquisition?compare={key}&period=7d&country=DE&sort=sources:source"
        for name, key in (("the period before", "previous"), ("a year before", "year"), ("nothing", "none"))
    }
    assert _commands(admin, place.site.id, "expo", at) == {
        "Export Acquisition as CSV": f"{here}/channels.csv?period=7d&country=DE"
    }
    assert _commands(admin, place.site.id, "last week", at) == {
        "2 – 8 Nov of Acquisition": f"{here}/acquisition?from=2026-11-02&to=2026-11-08&country=DE&sort=sources:source"
    }
    assert _commands(admin, place.site.id, "this mo")["This month of Overview"] == f"{here}/overview?period=mtd"
    assert _commands(admin, place.site.id, "new") == {
        "New segment": f"{here}/segments", "New dashboard": f"{here}/dashboards", "Add a site": "/#add",
    }  # fmt: skip
    for name, href in _commands(admin, place.site.id, "", at).items():
        assert admin.get(href).status_code == 200, name


def test_commands_are_for_those_who_may_and_the_page_before_is_remembered(
    place: Place, admin: Client, viewer: Client
) -> None:
    assert set(_commands(viewer, place.site.id, "new")) == {"New dashboard"}
    form = {"_csrf": form_secret(admin), "q": "compare", "site": place.site.id}
    came = {"referer": f"https://console.example/s/{place.site.id}/pages?period=7d"}
    asked = admin.post("/find/ask", data=form, headers=came, follow_redirects=False).headers["location"]
    assert f"/s/{place.site.id}/pages?compare=year&amp;period=7d" in admin.get(asked).text
    foreign = _commands(admin, place.site.id, "compare", "//evil.example/pages")
    assert all(href.startswith(f"/s/{place.site.id}/overview?") for href in foreign.values())


def test_find_never_tells_of_a_site_one_may_not_see(place: Place, viewer: Client) -> None:
    other = place.sites.add("Secret", ["https://secret.example"])
    page = viewer.get("/find?q=secret").text
    assert other.id not in page and "of Secret" not in page
    assert viewer.get(f"/s/{other.id}/fate/NL-48213").status_code == 403


def test_an_unknown_id_is_told_with_the_three_nearest(place: Place, admin: Client) -> None:
    answer = admin.get(f"/s/{place.site.id}/fate/NL-9")
    assert answer.status_code == 404
    assert "No record of NL-9" in answer.text and "Ids are kept 400 days; it may never have arrived." in answer.text
    assert re.findall(r">(NL-4821\d)<", answer.text) == ["NL-48211", "NL-48212", "NL-48213"]


def test_a_hit_that_waits_is_found_in_the_log(place: Place, admin: Client) -> None:
    at_ms = int(NOW.timestamp() * 1000)
    place.waiting.hits["01a1c6c4-0000-7000-8000-000000000000"] = WaitingHit(
        "01a1c6c4-0000-7000-8000-000000000000", place.site.id, at_ms, "tag", 3
    )
    page = admin.get(f"/s/{place.site.id}/fate/01a1c6c4-0000-7000-8000-000000000000").text
    assert "Received, waiting." in page and "14:32:06.000" in page


def test_an_id_with_a_slash_or_a_mark_is_looked_up_as_it_is(place: Place, admin: Client) -> None:
    admin.get(f"/s/{place.site.id}/fate/{HIT}/0")
    asked = [params["ids"] for name, params in place.reports.asked if name == "fate_events"]
    assert asked[0] == [f"{HIT}/0"]
    answer = admin.get(f"/s/{place.site.id}/fate/%3Cscript%3E")
    assert "<script>" not in answer.text and "&lt;script&gt;" in answer.text


# Ledger -----------------------------------------------------------------------------------------------------


def test_the_ledger_adds_up_and_tells_each_reason_and_what_to_do(place: Place, admin: Client) -> None:
    text = _text(admin.get(f"/s/{place.site.id}/ledger").text)
    assert "1,204,506 hits received and decided −41,300 dropped, each with a reason −1 failed in a step" in text
    assert "Impossible amount or currency" in text and "Send amounts as decimals" in text
    assert "Failed: ZeroDivisionError" in text


def test_dead_letters_are_shown_their_bodies_only_to_admins(place: Place, admin: Client, viewer: Client) -> None:
    place.waiting.letters = [
        DeadLetter(
            at_ms=int(NOW.timestamp() * 1000),
            site=place.site.id,
            hit=HIT,
            n=0,
            reason=Reason.BODY_UNREADABLE,
            step="decode",
            detail="not JSON at byte 7",
            body=b"{<secret>",
        )
    ]
    page = admin.get(f"/s/{place.site.id}/ledger").text
    assert "Body unreadable" in page and "{&lt;secret&gt;" in page and "not JSON at byte 7" in page
    assert "secret" not in viewer.get(f"/s/{place.site.id}/ledger").text


def _a_letter(place: Place, n: int, body: bytes) -> DeadLetter:
    return DeadLetter(
        at_ms=int(NOW.timestamp() * 1000), site=place.site.id, hit=HIT, n=n, reason=Reason.WRONG_SHAPE, step="decode",
        detail="events: missing", body=body,
    )  # fmt: skip


def test_a_dead_letter_is_opened_corrected_and_sent_again(place: Place, admin: Client, viewer: Client) -> None:
    place.waiting.letters = [_a_letter(place, 0, b'{"evnts":[]}'), _a_letter(place, 1, b"")]
    at = f"/s/{place.site.id}/ledger/letters/{HIT}/0"
    assert at in admin.get(f"/s/{place.site.id}/ledger").text and viewer.get(at).status_code == 403
    came = '{"evnts":[]}'
    assert "evnts" in admin.get(at).text
    form = {"_csrf": form_secret(admin), "shown": came}
    wrong = admin.post(f"{at}/send", data=form | {"text": '{"evts":[]}'})
    assert wrong.status_code == 400 and "events is missing" in wrong.text and "evts" in wrong.text
    sent = admin.post(f"{at}/send", data=form | {"text": '{"events":[]}'}, follow_redirects=False)
    assert sent.headers["location"] == f"/s/{place.site.id}/fate/{1:032x}"
    assert place.mending.sent == [(HIT, 0, '{"events":[]}')]
    assert (place.users.trail(place.site.id)[0].what, admin.get(at).status_code) == ("letter_corrected", 404)


def test_letters_of_a_reason_say_how_many_before_all_go(place: Place, admin: Client) -> None:
    place.waiting.letters = [_a_letter(place, n, b"{}" if n else b"") for n in range(4)]
    at = f"/s/{place.site.id}/ledger/letters"
    text = _text(admin.get(f"{at}?reason=wrong_shape").text)
    assert "3 more reports are received" in text and "1 can not be sent again and stays" in text and "Discard 4" in text
    form = {"_csrf": form_secret(admin), "reason": "wrong_shape"}
    assert "3 sent again." in admin.post(f"{at}/send", data=form).text and len(place.waiting.letters) == 1
    assert admin.post(f"{at}/discard", data=form).status_code == 400 and len(place.waiting.letters) == 1
    assert "1 discarded." in admin.post(f"{at}/discard", data=form | {"word": "Discard"}).text
    assert [one.what for one in place.users.trail(place.site.id)[:2]] == ["letters_discarded", "letters_sent_again"]
    assert place.waiting.letters == [] and admin.get(f"{at}?reason=wrong_shape").status_code == 404


def test_discarding_one_letter_needs_its_word(place: Place, admin: Client) -> None:
    place.waiting.letters = [_a_letter(place, 0, b""), _a_letter(place, 1, b"{}")]
    at, form = f"/s/{place.site.id}/ledger/letters/{HIT}/0", {"_csrf": form_secret(admin)}
    assert "no longer holds its hit" in admin.get(at).text and "Send again</button>" not in admin.get(at).text
    assert admin.post(f"{at}/discard", data=form | {"word": "yes"}).status_code == 400
    assert admin.post(f"{at}/discard", data=form | {"word": "discard"}).status_code == 200
    assert [one.n for one in place.waiting.letters] == [1]


# Set up -----------------------------------------------------------------------------------------------------


def test_set_up_waits_and_then_tells_of_the_first_event(place: Place, admin: Client) -> None:
    page = admin.get(f"/s/{place.site.id}/start").text
    assert "The first event arrived at" in page and f"/s/{place.site.id}/fate/{HIT}" in page
    place.reports.answers["event_names"] = lambda _: []
    place.reports.answers["drops"] = lambda _: []
    waiting = admin.get(f"/s/{place.site.id}/start").text
    assert "Nothing yet. Open your site in another window." in waiting
    assert admin.get(f"/s/{place.site.id}/start/new").status_code == 204
    place.reports.answers["drops"] = lambda _: [{"reason": "origin_not_allowed", "last_at": "2026-11-12T13:32:06Z"}]
    assert "data-reload" in admin.get(f"/s/{place.site.id}/start/new").text
    assert "Something arrived and was not kept: another origin." in admin.get(f"/s/{place.site.id}/start").text


def test_set_up_tells_the_integrity_of_the_published_container(place: Place, admin: Client) -> None:
    assert "Integrity" not in admin.get(f"/s/{place.site.id}/start").text
    held = PublishedContainer(hash="ab12", integrity="sha256-x+y/z=", number=3)
    place.sites.change(structs.replace(place.site, container=held))
    page = admin.get(f"/s/{place.site.id}/start").text
    assert f"/{place.site.prefix}/c/ab12.js" in page and "version 3" in page and "sha256-x+y/z=" in page


def test_conversions_are_ticked_from_what_is_known(place: Place, admin: Client) -> None:
    data = {"_csrf": form_secret(admin), "event": ["purchase", "add_to_cart", "made_up"]}
    admin.post(f"/s/{place.site.id}/start/conversions", data=data)
    assert place.sites.all()[0].conversions == ("purchase", "add_to_cart") and place.sites.all()[0].not_by == {}


def test_what_copies_of_a_conversion_are_matched_by_is_ticked_too(place: Place, admin: Client) -> None:
    by = ["purchase:event_id", "purchase:weak", "purchase:reload", "sign_up:event_id", "made_up:weak"]
    data = {"_csrf": form_secret(admin), "event": ["purchase", "sign_up"], "keys": "1", "by": by}
    admin.post(f"/s/{place.site.id}/start/conversions", data=data)
    assert place.sites.all()[0].not_by == {"sign_up": ("reload", "weak")}
    page = admin.get(f"/s/{place.site.id}/start").text
    assert 'value="sign_up:event_id" aria-label="sign_up: event id" checked' in page
    assert 'value="sign_up:weak" aria-label="sign_up: same person">' in page


def test_a_server_key_is_shown_once(place: Place, admin: Client) -> None:
    made = admin.post(f"/s/{place.site.id}/start/key", data={"_csrf": form_secret(admin)}).text
    found = re.search(r'id="made">(obo_live_[^<]+)<', made)
    assert found and len(place.keys.all(place.site.id)) == 1
    assert found[1] not in admin.get(f"/s/{place.site.id}/start").text


# Settings ---------------------------------------------------------------------------------------------------


def test_settings_are_changed_checked_and_noted(place: Place, admin: Client) -> None:
    data = {
        "_csrf": form_secret(admin), "name": "Nordlicht", "origins": "https://nordlight.example\nwww.nordlight.example",
        "zone": "Europe/Vienna", "currency": "EUR", "conversions": "purchase", "excluded_referrers": "paypal.com",
    }  # fmt: skip
    assert "Saved." in admin.post(f"/s/{place.site.id}/change", data=data).text
    changed = place.sites.all()[0]
    assert changed.name == "Nordlicht" and changed.origins[1] == "https://www.nordlight.example"
    assert place.users.trail(place.site.id)[0].detail == "name, origins, zone, conversions, excluded_referrers"
    wrong = admin.post(f"/s/{place.site.id}/change", data=data | {"zone": "Mars"})
    assert wrong.status_code == 400 and place.sites.all()[0].zone == "Europe/Vienna"


def test_a_key_is_revoked_only_when_its_name_is_typed(place: Place, admin: Client) -> None:
    secret = form_secret(admin)
    made = admin.post(f"/s/{place.site.id}/keys/add", data={"_csrf": secret, "name": "shop"}).text
    assert "it is not shown again" in made
    (key,) = place.keys.all(place.site.id)
    address = f"/s/{place.site.id}/keys/{key.id}/revoke"
    assert admin.post(address, data={"_csrf": secret, "confirm": "other"}).status_code == 400
    assert len(place.keys.all(place.site.id)) == 1
    admin.post(address, data={"_csrf": secret, "confirm": "shop"})
    assert place.keys.all(place.site.id) == []


def test_a_new_person_gets_a_link_that_works_once_and_a_role_here(place: Place, admin: Client, visitor: Client) -> None:
    data = {"_csrf": form_secret(admin), "name": "noah", "role": "viewer"}
    page = admin.post(f"/s/{place.site.id}/people/set", data=data).text
    link = re.search(r'id="made">[^<]*(/login\?token=[^<]+)<', page)
    assert link and visitor.get(link[1]).status_code == 200
    assert visitor.get(f"/s/{place.site.id}/overview").status_code == 200
    admin.post(f"/s/{place.site.id}/people/set", data=data | {"role": "none"})
    assert visitor.get(f"/s/{place.site.id}/overview").status_code == 403


@pytest.mark.parametrize("section", ["keys", "people", "trail"])
def test_what_is_an_admins_says_so_to_others(place: Place, viewer: Client, section: str) -> None:
    answer = viewer.get(f"/s/{place.site.id}/settings/{section}")
    assert answer.status_code == 403 and "An admin can give it." in answer.text


@pytest.mark.parametrize("address", ["change", "keys/add", "people/set", "start/conversions", "start/key"])
def test_a_viewer_changes_nothing(place: Place, viewer: Client, address: str) -> None:
    data = {"_csrf": form_secret(viewer), "name": "x", "role": "admin"}
    assert viewer.post(f"/s/{place.site.id}/{address}", data=data).status_code == 403
    assert place.users.trail(place.site.id) == []


def test_an_editor_says_what_counts_but_makes_no_keys(place: Place, visitor: Client) -> None:
    come_in(visitor, place, "eda", place.site.id, Role.EDITOR)
    data = {"_csrf": form_secret(visitor), "event": ["purchase"]}
    assert visitor.post(f"/s/{place.site.id}/start/conversions", data=data).status_code == 200
    assert visitor.post(f"/s/{place.site.id}/start/key", data=data).status_code == 403


# System -----------------------------------------------------------------------------------------------------


def test_the_system_page_compares_the_log_with_the_store(place: Place, admin: Client) -> None:
    text = _text(admin.get("/system").text)
    assert "Balanced at 13:32:06 UTC" in text and "pipeline does not run" in text
    place.waiting = FakeWaiting(Counts(1_204_600, 9, 3))
    client = TestClient(place.app())
    come_in(client, place, "second", "*", Role.ADMIN)
    assert "Not balanced at 13:32:06 UTC: log and store differ by 82" in _text(client.get("/system").text)


def test_a_page_says_up_to_when_its_numbers_are_whole(place: Place) -> None:
    """The store lags by 55 seconds; less than five are nothing to tell of."""

    def told(behind_ms: int) -> str:
        place.waiting = FakeWaiting(Counts(1_204_600, 9, 3, int(NOW.timestamp() * 1000) - behind_ms))
        client = TestClient(place.app())
        come_in(client, place, f"at-{behind_ms}", "*", Role.ADMIN)
        return re.sub(r"\s+", " ", _text(client.get(f"/s/{place.site.id}/overview").text))

    assert "Data to 14:31:11, 55 s behind" in told(55_000)
    assert "Data to 14:32:06 " in told(4_000)


def test_a_log_that_does_not_answer_is_told(place: Place, admin: Client) -> None:
    place.waiting.down = True
    assert "The log does not answer" in admin.get("/system").text
    assert "The log does not answer" in admin.get(f"/s/{place.site.id}/overview").text
    assert "They cannot be read just now" in admin.get(f"/s/{place.site.id}/ledger").text


def test_system_is_for_admins_of_every_site(viewer: Client) -> None:
    assert viewer.get("/system").status_code == 403


def test_two_sites_with_the_same_ids_stay_apart(place: Place, admin: Client) -> None:
    other = place.sites.add("Zweite", ["https://zweite.example"])
    place.reports.asked.clear()
    for page in ("overview", "live", "ledger", "start", "fate/NL-48213"):
        admin.get(f"/s/{other.id}/{page}")
    assert {params["site"] for _, params in place.reports.asked} == {other.id}


def test_a_session_ends_by_itself(place: Place, admin: Client) -> None:
    place.clock_now = NOW + timedelta(days=31)
    assert admin.get("/", follow_redirects=False).status_code == 303
