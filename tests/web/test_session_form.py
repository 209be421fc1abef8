from __future__ import annotations

import pytest
from litestar import Litestar
from litestar.datastructures import FormMultiDict
from litestar.testing import TestClient
from msgspec.structs import replace

from onebyone.state.sites import SessionRules, Site
from onebyone.web import session_form
from onebyone.web.session_form import SessionForm
from web.fakes import Place
from web.pages import form_secret

Client = TestClient[Litestar]
SITE = Site(id="s1", name="Shop", prefix="abcde", origins=())
RULES = SessionRules(timeout_s=90, at_midnight=True, at_campaign=False, max_events=500, engaged_s=20)


def test_what_stands_in_the_form_is_what_is_saved() -> None:
    site = replace(SITE, sessions=RULES)
    assert session_form.form_of(site).minutes == "1.5"
    assert session_form.changed(SITE, session_form.form_of(site)) == site


@pytest.mark.parametrize(
    ("field", "text"),
    [("minutes", "soon"), ("minutes", "0.5"), ("minutes", "241"), ("minutes", "nan"), ("max_events", "1"),
     ("max_events", "2.5"), ("engaged_s", ""), ("engaged_s", "3601")],
)  # fmt: skip
def test_a_number_that_is_none_or_too_large_is_said(field: str, text: str) -> None:
    form = replace(session_form.form_of(SITE), **{field: text})
    assert list(session_form.check(form)) == [field]


def test_a_form_from_a_browser_is_read() -> None:
    sent = FormMultiDict.from_form_data(
        {"minutes": " 30 ", "max_events": "10,000", "engaged_s": "10", "at_campaign": "on"}
    )
    form = session_form.typed(sent)
    assert form == SessionForm(minutes="30", max_events="10,000", engaged_s="10", at_campaign=True)
    assert session_form.changed(SITE, form).sessions == SessionRules(at_campaign=True)


def test_the_page_saves_what_is_right_and_keeps_what_was_typed(place: Place, admin: Client) -> None:
    address = f"/s/{place.site.id}/sessions"
    data = {"_csrf": form_secret(admin), "minutes": "5", "max_events": "10000", "engaged_s": "10", "at_midnight": "on"}
    answer = admin.post(address, data=data)
    assert answer.status_code == 200 and "Saved." in answer.text
    saved = place.sites.find(place.site.id)
    assert saved is not None and saved.sessions == SessionRules(timeout_s=300, at_midnight=True)
    answer = admin.post(address, data=data | {"minutes": "never"})
    assert answer.status_code == 400 and "Nothing was saved." in answer.text and 'value="never"' in answer.text


def test_a_viewer_may_not(place: Place, viewer: Client) -> None:
    assert viewer.get(f"/s/{place.site.id}/settings/sessions").status_code == 403
    assert viewer.post(f"/s/{place.site.id}/sessions", data={"_csrf": form_secret(viewer)}).status_code == 403
