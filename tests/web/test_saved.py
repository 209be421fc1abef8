"""Saved views and segments: kept from a page, opened by address, removed and put back; who may, and of which site."""

from __future__ import annotations

import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.state.saved import Saved
from onebyone.state.users import Role
from web.conftest import come_in
from web.fakes import Place
from web.pages import form_secret
from web.test_filters import filters_of

Client = TestClient[Litestar]


def save(client: Client, place: Place, here: str, /, **form: str) -> str:
    """Where it leads, or the answer's text."""
    data = {"_csrf": form_secret(client), "at": f"/s/{place.site.id}/{here}", "name": "Mail on phones", "kind": "view"}
    answer = client.post(f"/s/{place.site.id}/saved/add", data=data | form, follow_redirects=False)
    return answer.headers.get("location", "") or f"{answer.status_code} {answer.text}"


def change(client: Client, place: Place, what: str, *, site: str = "") -> int:
    answer = client.post(f"/s/{site or place.site.id}/saved/{what}", data={"_csrf": form_secret(client)})
    return answer.status_code


def a_segment(place: Place, *filters: str, site: str = "") -> Saved:
    kept = Saved(
        site=site or place.site.id, kind="segment", slug="", name="Phones", by="u", by_name="lea", filters=filters
    )
    return place.shelf.add(kept)


def opened(client: Client, place: Place, slug: str, query: str = "") -> tuple[int, str]:
    answer = client.get(f"/s/{place.site.id}/v/{slug}{query}", follow_redirects=False)
    return answer.status_code, answer.headers.get("location", answer.text)


def test_a_view_is_saved_from_a_page_and_opens_it_again(place: Place, admin: Client) -> None:
    at = "acquisition?period=7d&channel=Email&after=x&device!=phone"
    assert save(admin, place, at) == f"/s/{place.site.id}/acquisition?period=7d&channel=Email&device!=phone"
    status, address = opened(admin, place, "mail-on-phones")
    assert (status, address) == (303, f"/s/{place.site.id}/acquisition?period=7d&channel=Email&device!=phone")
    assert "Saved as Mail on phones" in admin.get(address).text
    assert "Saved as" not in admin.get(f"/s/{place.site.id}/acquisition?period=7d").text
    assert "Mail on phones, Nordlight" in admin.get(f"/find?site={place.site.id}").text


def test_what_an_address_adds_to_a_view_comes_on_top(place: Place, admin: Client) -> None:
    save(admin, place, "overview?period=7d&metric=orders&country=DE")
    _, address = opened(admin, place, "mail-on-phones", "?from=2026-11-01&to=2026-11-02&metric=visitors&country!=AT")
    query = sorted(address.partition("?")[2].split("&"))
    assert query == ["country!=AT", "country=DE", "from=2026-11-01", "metric=visitors", "to=2026-11-02"]


def test_ones_own_view_is_seen_by_nobody_else_and_a_shared_one_by_all(
    place: Place, admin: Client, viewer: Client
) -> None:
    save(viewer, place, "overview", name="Mine")
    save(admin, place, "overview", name="Ours", shared="on")
    assert opened(admin, place, "mine")[0] == 400 and opened(viewer, place, "mine")[0] == 303
    assert opened(viewer, place, "ours")[0] == 303
    assert "Mine" not in admin.get(f"/s/{place.site.id}/saved").text


def test_a_viewer_shares_nothing_and_removes_only_their_own(place: Place, admin: Client, viewer: Client) -> None:
    save(admin, place, "overview", name="Ours", shared="on")
    segment = a_segment(place, "device=phone")
    assert save(viewer, place, "overview", shared="on").startswith("403")
    assert save(viewer, place, "overview?device=phone", kind="segment").startswith("403")
    assert change(viewer, place, "view/ours/remove") == 403
    assert change(viewer, place, f"segment/{segment.slug}/remove") == 403
    save(viewer, place, "overview", name="Mine")
    assert change(viewer, place, "view/mine/remove") == 200
    assert opened(viewer, place, "mine")[0] == 400
    html = viewer.get(f"/s/{place.site.id}/saved").text
    assert "Put back Mine" in html and "Remove Ours" not in html and "Remove Phones" not in html


def test_what_was_removed_is_put_back_and_both_are_in_the_trail(place: Place, admin: Client) -> None:
    save(admin, place, "overview")
    change(admin, place, "view/mail-on-phones/remove")
    assert opened(admin, place, "mail-on-phones")[0] == 400
    assert change(admin, place, "view/mail-on-phones/put-back") == 200
    assert opened(admin, place, "mail-on-phones")[0] == 303
    trail = [line.what for line in place.users.trail(place.site.id)]
    assert trail == ["view_put_back", "view_removed", "view_saved"]


def test_a_form_of_another_origin_saves_nothing(place: Place, admin: Client) -> None:
    assert save(admin, place, "overview", _csrf="0" * 64).startswith("403")
    assert place.shelf.all(place.site.id) == []


@pytest.mark.parametrize(
    ("at", "form"),
    [
        ("people/7?q=anna", {}), ("../../login", {}), ("overview/../people", {}), ("v/x", {}), ("nonsense", {}),
        (f"overview?event={'x' * 4001}", {}), ("overview", {"name": " "}), ("overview", {"name": "x" * 81}),
        ("overview", {"name": "a\x00b"}), ("overview", {"kind": "segment"}),
        ("overview?page~=-", {"kind": "segment"}), ("overview", {"at": "https://evil.example/"}),
        ("overview", {"at": "/s/other/overview"}),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_told(place: Place, admin: Client, at: str, form: dict[str, str]) -> None:
    assert save(admin, place, at, **form).startswith("400")
    assert place.shelf.all(place.site.id) == []


def test_a_view_of_people_keeps_its_columns_and_not_whom_it_was_asked_for(place: Place, admin: Client) -> None:
    assert save(admin, place, "people?cols=views,last&q=anna&period=7d")
    (kept,) = place.shelf.all(place.site.id)
    assert (kept.page, sorted(kept.query.split("&"))) == ("people", ["cols=views,last", "period=7d"])


def test_a_segment_is_saved_from_the_filters_and_narrows_in_their_place(place: Place, admin: Client) -> None:
    at = save(admin, place, "overview?period=7d&device=phone&channel=Email", kind="segment")
    assert at == f"/s/{place.site.id}/overview?period=7d&segment=mail-on-phones"
    html = admin.get(f"{at}&country=DE").text
    assert filters_of(place, "totals") == ["channel=Email", "country=DE", "device=phone"]
    assert 'aria-label="Remove the segment Mail on phones"' in html
    assert 'title="Channel is Email, Device is phone"' in html
    assert "Views and orders are of visitors with such a session" in html
    link = re.search(r'href="([^"]+)" aria-label="Remove the segment', html)
    assert link and link[1].replace("&amp;", "&") == f"/s/{place.site.id}/overview?period=7d&country=DE"


def test_the_event_that_a_page_is_about_is_no_part_of_a_segment(place: Place, admin: Client) -> None:
    at = save(admin, place, "conversions?event=sign_up&device=phone", kind="segment")
    assert at == f"/s/{place.site.id}/conversions?event=sign_up&segment=mail-on-phones"
    assert [one.filters for one in place.shelf.all(place.site.id)] == [("device=phone",)]
    save(admin, place, "overview?event=sign_up", kind="segment")
    assert [one.filters for one in place.shelf.all(place.site.id)] == [("device=phone",), ("event=sign_up",)]


def test_a_segment_stays_when_a_funnel_or_cohorts_are_asked_another_way(place: Place, admin: Client) -> None:
    a_segment(place, "device=phone")
    at = f"/s/{place.site.id}"
    for page in ("funnels", "retention"):
        assert '<input type="hidden" name="segment" value="phones">' in admin.get(f"{at}/{page}?segment=phones").text
    answer = admin.get(f"{at}/funnels/choose?at=page_view&at=purchase&segment=phones", follow_redirects=False)
    assert answer.headers["location"] == f"{at}/funnels?segment=phones&steps=page_view,purchase"


def test_a_segment_works_in_files_and_the_api(place: Place, admin: Client) -> None:
    a_segment(place, "device=phone")
    for address in ("s/{}/channels.csv", "api/v1/sites/{}/totals", "api/v1/sites/{}/conversions"):
        assert admin.get(f"/{address.format(place.site.id)}?segment=phones").status_code == 200
    for report in ("channels", "totals", "conversion_records"):
        assert filters_of(place, report) == ["device=phone"]


def test_a_page_that_cannot_take_all_of_a_segment_shows_no_number(place: Place, admin: Client) -> None:
    a_segment(place, "channel=Email", "device=phone")
    for page in ("ledger", "loss", "email", "drops.csv"):
        answer = admin.get(f"/s/{place.site.id}/{page}?segment=phones")
        assert answer.status_code == 400 and "The segment “Phones” narrows by channel" in answer.text, page


@pytest.mark.parametrize(
    ("slug", "says"),
    [("phone", "Did you mean <a"), ("zzzz", "is no segment of this site"), ("~aaaaaaaa", "is no segment"),
     ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;</code> is no segment")],
)  # fmt: skip
def test_an_unknown_segment_shows_no_number(place: Place, admin: Client, slug: str, says: str) -> None:
    a_segment(place, "device=phone")
    answer = admin.get(f"/s/{place.site.id}/overview", params={"segment": slug})
    assert answer.status_code == 400 and says in answer.text
    assert admin.get(f"/api/v1/sites/{place.site.id}/totals", params={"segment": slug}).status_code == 400


def test_a_removed_segment_and_that_of_another_site_are_unknown(place: Place, admin: Client) -> None:
    other = place.sites.add("Other", ["https://other.example"])
    a_segment(place, "device=phone", site=other.id)
    at = f"/s/{place.site.id}/overview?segment=phones"
    assert admin.get(at).status_code == 400
    a_segment(place, "device=phone")
    assert admin.get(at).status_code == 200
    change(admin, place, "segment/phones/remove")
    assert admin.get(at).status_code == 400


def test_nobody_reaches_what_another_site_keeps(place: Place, admin: Client) -> None:
    other = place.sites.add("Other", ["https://other.example"])
    a_segment(place, "device=phone", site=other.id)
    place.shelf.add(Saved(site=other.id, kind="view", slug="", name="Theirs", by="u", by_name="x", page="overview"))
    guest: Client = TestClient(place.app())
    come_in(guest, place, "guest", place.site.id, Role.EDITOR)
    assert opened(guest, place, "theirs")[0] == 400
    assert guest.get(f"/s/{other.id}/v/theirs").status_code == 403
    assert change(guest, place, "view/theirs/remove") == 404
    assert change(guest, place, "view/theirs/remove", site=other.id) == 403
    assert "Theirs" not in guest.get("/find").text


def test_the_list_says_what_a_segment_is_and_which_views_use_it(place: Place, admin: Client) -> None:
    a_segment(place, "country=DE", "saw~=/checkout")
    save(admin, place, "pages?segment=phones")
    html = admin.get(f"/s/{place.site.id}/saved").text
    assert "Country is Germany, Person saw page contains /checkout" in html and "in 1 saved view" in html
