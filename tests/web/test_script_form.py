from __future__ import annotations

import re

import pytest
from litestar import Litestar
from litestar.datastructures import FormMultiDict
from litestar.testing import TestClient
from msgspec.structs import replace

from onebyone.state.sites import Site
from onebyone.state.tag_settings import TagSettings
from onebyone.tags.modules import MODULES, READERS
from onebyone.web import script_form, script_words
from web.fakes import Place
from web.pages import form_secret

Client = TestClient[Litestar]
SITE = Site(id="s1", name="A", prefix="brvkt", origins=("https://a.example",))
FORM = script_form.form_of(SITE)


def test_what_is_not_touched_stays_as_it_was() -> None:
    assert script_form.check(FORM, SITE) == {} and script_form.changed(SITE, FORM) == SITE


def test_every_switch_has_its_words() -> None:
    assert set(script_words.MODULES) == set(MODULES) and set(script_words.READERS) == set(READERS)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("consent", "nonsense", "Choose one of the three."),
        ("wait_ms", "-1", "no time to wait"),
        ("wait_ms", "2001", "no time to wait"),
        ("days", "400", "no time to remember"),
        ("policy_url", "javascript:alert(1)", "Write it like"),
        ("policy_url", "shop", "Write it like"),
        ("categories", "our-numbers", "write a name, =, and one of functional, statistics, marketing"),
        ("categories", "our-numbers = spying", "write a name"),
        ("scroll_marks", "25 half", "“half” is no mark"),
        ("scroll_marks", "101", "“101” is no mark"),
        ("download_endings", "pdf .exe", "“.exe” is no ending"),
        ("data_layer", "window.x", "no name of a variable"),
    ],
)
def test_what_is_wrong_is_said_in_words(field: str, value: str, says: str) -> None:
    form = replace(FORM, **{field: value})
    assert says in script_form.check(form, SITE)[field]


def test_a_platform_needs_a_reader_and_a_banner_a_purpose() -> None:
    assert "readers" in script_form.check(replace(FORM, consent="platform", readers=()), SITE)
    assert "purposes" in script_form.check(replace(FORM, consent="banner", purposes=()), SITE)


def test_a_form_from_a_browser_becomes_the_sites_settings() -> None:
    sent = FormMultiDict.from_form_data(
        {
            "consent": "platform", "readers": ["klaro", "google", "unknown"], "categories": "our numbers = statistics",
            "wait_ms": "700", "strict": "on", "purposes": ["statistics"], "days": "90", "ask_again": "on",
            "modules": ["errors", "spa"], "scroll_marks": "90 25 25", "download_endings": "pdf  zip",
            "data_layer": "dl",
        }
    )  # fmt: skip
    form = script_form.typed(sent)
    assert script_form.check(form, SITE) == {}
    site = script_form.changed(SITE, form)
    gate, banner = site.tag.consent, site.tag.banner
    assert (gate.on, gate.readers, gate.categories) == (True, ("google", "klaro"), {"our numbers": "statistics"})
    assert (gate.wait_ms, gate.strict, site.consent.honor_dnt, site.visitor_cookie) == (700, True, False, False)
    assert (banner.on, banner.revision, banner.purposes, banner.days) == (False, 2, ("statistics",), 90)
    assert (site.tag.modules, site.tag.scroll_marks, site.tag.data_layer) == (("spa", "errors"), (25, 90), "dl")


def test_the_page_saves_and_shows_the_size(place: Place, admin: Client) -> None:
    address = f"/s/{place.site.id}/settings/script"
    before = size_on(admin.get(address).text)
    data = {"_csrf": form_secret(admin), "consent": "none", "wait_ms": "500", "days": "180", "data_layer": "dataLayer",
            "modules": ["spa", "errors"], "cookie": "on", "honor_dnt": "on", "spa_query": "on"}  # fmt: skip
    answer = admin.post(f"/s/{place.site.id}/script", data=data)
    assert answer.status_code == 200 and "Saved." in answer.text and size_on(answer.text) > before + 200
    saved = place.sites.find(place.site.id)
    assert saved is not None and saved.tag.modules == ("spa", "errors") and saved.visitor_cookie
    assert place.users.trail(place.site.id)[0].what == "script_changed"


def test_a_wrong_form_saves_nothing_and_keeps_what_was_typed(place: Place, admin: Client) -> None:
    data = {"_csrf": form_secret(admin), "consent": "banner", "wait_ms": "soon", "days": "180", "data_layer": "x"}
    answer = admin.post(f"/s/{place.site.id}/script", data=data)
    assert answer.status_code == 400 and "Nothing was saved." in answer.text and 'value="soon"' in answer.text
    saved = place.sites.find(place.site.id)
    assert saved is not None and saved.tag == TagSettings()


def test_a_viewer_may_not(place: Place, viewer: Client) -> None:
    assert viewer.get(f"/s/{place.site.id}/settings/script").status_code == 403
    assert viewer.post(f"/s/{place.site.id}/script", data={"_csrf": form_secret(viewer)}).status_code == 403


def size_on(html: str) -> int:
    found = re.search(r"is ([\d,]+) bytes large", html)
    assert found is not None
    return int(found[1].replace(",", ""))
