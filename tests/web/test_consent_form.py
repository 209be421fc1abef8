"""The rules of consent in the console: what is typed, what it means before it is saved, and how it is taken back."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from consent.deciding import REGIONS
from onebyone.consent.settings import Settings
from onebyone.consent.vocabulary import Mode
from onebyone.web.consent_form import changed, check, form_of, meanings
from web.conftest import Client
from web.fakes import Place
from web.month import NOW
from web.pages import form_secret

GOOD = {
    "unknown_region": "A", "mode_A": "drop", "places": "us-ca=count", "gpc": "on", "gpc_scope": "worldwide",
    "gpc_override": "explicit", "exempt": "fr, nl", "tcf_vendor": "12", "cookies": "on", "query": "Category page",
}  # fmt: skip


def post(client: Client, place: Place, what: str = "", **fields: str) -> tuple[int, str]:
    data = {"_csrf": form_secret(client), **fields}
    answer = client.post(f"/s/{place.site.id}/consent-rules{what}", data=data)
    return answer.status_code, re.sub(r"\s+", " ", answer.text)


def test_what_is_typed_is_kept_and_typed_again(place: Place, admin: Client) -> None:
    assert post(admin, place, **GOOD)[0] == 200
    site = place.sites.find(place.site.id)
    assert site is not None and site.visitor_cookie
    assert site.consent == Settings(
        unknown_region="A", denied_mode={"A": Mode.DROP, "US-CA": Mode.COUNT}, gpc_override="explicit",
        honor_dnt=False, analytics_exempt=("FR", "NL"), tcf_vendor=12, query_kept=("category", "page"),
    )  # fmt: skip
    form = form_of(site, REGIONS)
    assert not check(form, REGIONS) and changed(site, form) == site
    assert place.users.trail(site.id)[0].what == "consent_rules_changed"


def test_it_is_looked_at_first_and_taken_back(place: Place, admin: Client) -> None:
    status, text = post(admin, place, **GOOD, look="1")
    before = place.sites.find(place.site.id)
    assert status == 200 and "What it would mean" in text and before is not None and before.consent == Settings()
    _, text = post(admin, place, **GOOD)
    held = re.search(r'name="before" value="([^"]*)"', text)
    assert held is not None
    status, text = post(admin, place, "/undo", before=held[1].replace("&#34;", '"'))
    after = place.sites.find(place.site.id)
    assert status == 200 and after is not None and replace(after, version=0) == replace(before, version=0)
    assert post(admin, place, "/undo", before="{}")[0] == 400


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("unknown_region", "Q", "Choose one of the rules."),
        ("mode_A", "half", "Choose what is collected"),
        ("places", "DE=half", "DE=half is no place with a mode"),
        ("places", "Germany", "Germany is no place with a mode"),
        ("gpc_scope", "moon", "Choose one of the answers."),
        ("exempt", "US-CA", "Write codes of countries"),
        ("tcf_vendor", "70000", "Write the number of your company"),
        ("query", "a=b", "Write at most 50 names"),
        ("query", "<script>", "Write at most 50 names"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    place: Place, admin: Client, field: str, value: str, says: str
) -> None:
    status, text = post(admin, place, **{**GOOD, field: value})
    assert status == 400 and says in text and "<script>" not in text.partition("<main")[2]
    kept = place.sites.find(place.site.id)
    assert kept is not None and kept.consent == Settings()


def test_the_meaning_follows_the_rules() -> None:
    rows = {one.place: one for one in meanings(Settings(), REGIONS, NOW)}
    assert rows["Germany"].allowed == "nothing" and "ask first" in rows["Germany"].rule
    assert "statistics" in rows["Japan"].allowed and "may opt out" in rows["California"].rule
    ours = Settings(sensitive=True, denied_mode={"DE": Mode.DROP}, analytics_exempt=("FR",))
    rows = {one.place: one for one in meanings(ours, REGIONS, NOW)}
    assert rows["Germany"].refused == "nothing" and rows["France"].allowed == "statistics"
    assert "ask first" in rows["California"].rule


def test_only_an_admin_changes_them(place: Place, viewer: Client) -> None:
    assert viewer.get(f"/s/{place.site.id}/settings/consent").status_code == 403
    assert post(viewer, place, **GOOD)[0] == 403
