"""Who may not see personal data finds nobody's id and no number of few people: on no page, in no file or answer."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from onebyone.reports.few import LEAST
from onebyone.reports.sight import CELLS, LISTS
from onebyone.state.users import EVERY_SITE, Role
from onebyone.store import Param
from onebyone.web.api import ReportName
from onebyone.web.numbers import SOME_HIDDEN
from web.conftest import Client, come_in
from web.fakes import FakeReports, Place
from web.letters import add_letters
from web.mails import add_mails
from web.month import HIT, Answers, Row, month
from web.pages import ANSWERED, form_secret
from web.test_every_page import furnish
from web.test_reports_agree import MORE, PARAMS

IDS = {  # what names somebody, by the column in which the reports have it
    "user_id": "anna.lindqvist@post.example",
    "query": "mail=q.anna%40post.example",
    "referrer": "https://ref.example/?mail=anna",
    "user_agent": "Mozilla/5.0 (Annas own telephone)",
    "network": "203.0.113.77",
    "click_ids": {"gclid": "annas-click-id"},
    "browser_ids": {"fbp": "fb.1.annas-browser"},
    "identifiers": {"email": "9d1c0ffee5annashash"},
    "sealed": "annas-sealed-bytes",
    "properties": {"nickname": "anna-the-great"},
    "examples": ["annas-example@post.example"],
}
Answer = Callable[[Mapping[str, Param]], list[Row]]
SECRETS = [re.sub(r"[{}\[\]']|.*: ", "", str(value)) for value in IDS.values()]
FORMS = (".csv", ".parquet")
MORE_API = ("people/3672583452883726997", "fate/NL-48213")


def naming(answers: Answers) -> Answers:
    """Rows that name somebody wherever they could, of twelve people or more where they are people."""

    def named(answer: Answer, name: str) -> Answer:
        def rows(params: Mapping[str, Param]) -> list[Row]:
            ids = {key: value for key, value in IDS.items() if key != "examples" or name == "properties"}
            found = [row | {key: ids[key] for key in ids.keys() & row.keys()} for row in answer(params)]
            return found * (1 + LEAST // len(found)) if name in LISTS and found else found

        return rows

    return {name: named(answer, name) for name, answer in answers.items()}


def few(answers: Answers, by: int) -> Answers:
    """Numbers of people so many times smaller. Nobody at all stays nobody."""

    def smaller(name: str, answer: Answer) -> Answer:
        def rows(params: Mapping[str, Param]) -> list[Row]:
            cells = CELLS[name]
            keys = (*cells.people, *cells.beside)
            found = [
                {key: _smaller(value, by) if key in keys else value for key, value in row.items()}
                for row in answer(params)
            ]
            return found

        return rows

    return {name: smaller(name, answer) if name in CELLS else answer for name, answer in answers.items()}


def _smaller(value: Any, by: int) -> Any:
    return -(-value // by) if isinstance(value, int) else value


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Client, Client]]:
    """A place where every row names Anna; somebody who may see it, and somebody who may do all but that."""
    place = Place(tmp_path_factory.mktemp("named"), FakeReports(naming(month())))
    furnish(place)
    clients = []
    for name, sees in (("lea", True), ("otto", False)):
        client = TestClient(place.app())
        come_in(client, place, name, place.site.id, Role.ADMIN, sees=sees)
        clients.append(client)
    yield place, clients[0], clients[1]
    place.engine.dispose()


def _addresses(place: Place) -> list[str]:
    site = place.site.id
    recipients = [one.id.hex() for message in place.mail.messages(site) for one in place.mail.recipients(message.key)][
        :1
    ]
    routes = [route.path_format for route in place.app().routes if "GET" in getattr(route, "methods", ())]
    of_site = [path for path in routes if re.fullmatch(r"/(api/v1/sites|s)/\{site_id\}/[^{]+", path)]
    names = (*ReportName.__args__, *MORE_API)  # type: ignore[attr-defined]
    return [
        *(address.format(site=site) for address in ANSWERED if address != "/system"),
        *(path.format(site_id=site) for path in of_site if path.startswith("/api/") or path.endswith(FORMS)),
        *(f"/api/v1/sites/{site}/{name}" for name in names),
        *(f"/s/{site}/email/recipients/{one}" for one in recipients),
    ]


def test_nothing_that_names_somebody_is_on_any_page_in_any_file_or_answer(named: tuple[Place, Client, Client]) -> None:
    place, seeing, masked = named
    place.app()
    texts = {address: masked.get(address).text for address in _addresses(place)}
    secrets = [*SECRETS, "ann@post.example"]
    found = {address: [one for one in secrets if one in text] for address, text in texts.items()}
    assert {address: names for address, names in found.items() if names} == {}
    api = f"/api/v1/sites/{place.site.id}"
    shown = "".join(seeing.get(f"{api}/{name}").text for name in ("fate/NL-48213", "properties", "people"))
    assert [one for one in SECRETS if one not in shown] == []  # so the look above could have found them


@pytest.mark.parametrize("by", [300, pytest.param(9_000, marks=pytest.mark.slow)])
def test_every_page_and_answer_bears_numbers_of_few_people(tmp_path: Path, by: int) -> None:
    place = Place(tmp_path, FakeReports(few(month(), by)))
    furnish(place)
    client = TestClient(place.app())
    come_in(client, place, "otto", EVERY_SITE, Role.ADMIN, sees=False)
    answers = {one: client.get(one) for one in _addresses(place) if not one.endswith(".parquet")}
    assert [one for one, answer in answers.items() if answer.status_code not in (200, 204, 303, 400, 403)] == []
    refused = [answer.text for answer in answers.values() if answer.status_code == 403]
    assert all("10 people" in text or "the right to see personal data" in text for text in refused)
    assert [one for one, answer in answers.items() if re.search(r"\bnan\b", answer.text)] == []
    assert sum("&lt;10" in answer.text for answer in answers.values()) > 15
    place.engine.dispose()


def _rows(place: Place, *visitors: int) -> None:
    rows = month()["countries"]({})
    place.reports.answers["countries"] = lambda _: [
        row | {"visitors": n} for row, n in zip(rows, visitors, strict=False)
    ]


def test_a_page_a_file_and_the_api_hide_the_same_numbers(place: Place, admin: Client, masked: Client) -> None:
    _rows(place, 900, 40, 4)
    at, api = f"/s/{place.site.id}", f"/api/v1/sites/{place.site.id}/countries"
    html = masked.get(f"{at}/acquisition?table=countries").text
    assert "&lt;10" in html and ">hidden<" in html and ">4<" not in html
    lines = masked.get(f"{at}/countries.csv").text.splitlines()
    assert [line.split(",")[1] for line in lines] == ["visitors", "900", "hidden", "<10"]
    answer = masked.get(api)
    assert [row["visitors"] for row in answer.json()["rows"]] == [900, None, None]
    assert answer.headers["onebyone-hidden-cells"] == "4"  # of each of these rows visitors and views
    exact = admin.get(api)
    assert [row["visitors"] for row in exact.json()["rows"]] == [900, 40, 4]
    assert "onebyone-hidden-cells" not in exact.headers
    refused = masked.get(f"{at}/countries.parquet")
    assert refused.status_code == 403 and "The CSV hides them" in refused.text
    assert admin.get(f"{at}/countries.parquet").status_code == 200
    _rows(place, 900, 40, 14)
    assert masked.get(f"{at}/countries.parquet").status_code == 200


COUNTS_PEOPLE = re.compile(
    r".*(visitors|people|persons|openers|clickers|recipients)|"
    r"active|fresh|back|churned|resurrected|returning|dormant|converted|several_devices"
)
OF_EVENTS = {"networks", "verdict_days", "live_minutes"}  # events or sightings of theirs
FREE = {"power"}  # has the columns that were asked for; a rule of its own, tested beside


def test_whatever_counts_people_is_hidden_where_it_is_of_few() -> None:
    columns = {name: list(answer(PARAMS | MORE.get(name, {}))[0]) for name, answer in month().items()}
    counting = {name: {one for one in found if COUNTS_PEOPLE.fullmatch(one)} for name, found in columns.items()}
    for name in {name for name, found in counting.items() if found} - OF_EVENTS - FREE:
        beside = {"server_people"} if name == "loss" else {"everybody"} if name == "segment_sizes" else set()
        assert name in CELLS or counting[name] <= beside, name
        assert counting[name] <= {*CELLS[name].people} | beside if name in CELLS else True, name


def _table(people: int, mail: str, *, whole: bool = False, opened: int = 40) -> Row:
    beside = {"rank": people, "rows_in_all": 4, "highest": 60, "is_whole": whole}
    return {"prop_mail": mail, "events": people * 3, "people_email_open": opened, "people": people} | beside


def test_a_row_of_a_free_table_names_nobody_also_where_nobody_asked_for_people(place: Place, masked: Client) -> None:
    rows = [_table(104, "", whole=True), _table(60, "a@x"), _table(40, "b@x", opened=4), _table(3, "c@x")]
    place.reports.answers["power"] = lambda _: [*rows, _table(1, "d@x")]
    query = "by=prop.mail&cols=events,people:email_open"
    text = masked.get(f"/s/{place.site.id}/explore?{query}").text
    assert "3 more, hidden: under 10 people" in text and not re.search("[bcd]@x", text) and ">180<" in text
    assert place.reports.asked_of("power")["cols"] == ["events", "people:email_open", "people"]
    lines = masked.get(f"/s/{place.site.id}/explore.csv?{query}").text.splitlines()
    assert lines[-1].startswith('"3 more, hidden: under 10 people",hidden,hidden') and "60" not in lines[0]
    more = ",".join(f"events:e{n}" for n in range(8))
    full = masked.get(f"/s/{place.site.id}/explore?by=country&cols={more}")
    assert full.status_code == 400 and "7 columns beside people" in full.text


def test_the_header_is_published(masked: Client) -> None:
    paths = masked.get("/api/v1/openapi.json").json()["paths"]
    headers = paths["/api/v1/sites/{site_id}/{report}"]["get"]["responses"]["200"]["headers"]
    assert "fewer than 10 people" in headers["Onebyone-Hidden-Cells"]["description"]


def test_a_token_hides_what_its_user_sees_unless_it_was_made_to_see(place: Place, admin: Client) -> None:
    _rows(place, 900, 40, 4)
    made = []
    for form in ({}, {"sees": "yes"}):
        sent = {"name": "grafana", "_csrf": form_secret(admin), **form}
        found = re.search(r"obo_api_[\w-]+", admin.post("/account/tokens", data=sent).text)
        assert found
        made.append(found[0])
    asks = TestClient(place.app())
    shown = [
        asks.get(f"/api/v1/sites/{place.site.id}/countries", headers={"authorization": f"Bearer {token}"}).json()[
            "rows"
        ]
        for token in made
    ]
    assert [rows[2]["visitors"] for rows in shown] == [None, 4]
    text = admin.get("/account").text
    assert "shown, where you see them" in text and ">hidden<" in text


def test_the_right_is_given_with_the_role_and_both_are_noted(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}"
    for form in ({"sees": "yes"}, {}):
        sent = {"name": "mira", "role": "viewer", "_csrf": form_secret(admin, f"{at}/settings/people"), **form}
        text = admin.post(f"{at}/people/set", data=sent).text
        (mira,) = [user for user in place.users.all() if user.name == "mira"]
        assert mira.sees_people(place.site.id) == bool(form) and "numbers of fewer than 10 people" in text
    noted = [(line.what, line.detail) for line in place.users.trail(place.site.id)][:4]
    assert ("personal_data_shown", "mira") in noted and ("personal_data_hidden", "mira") in noted


def test_a_person_is_masked_not_refused_and_found_by_no_address(place: Place, masked: Client) -> None:
    at = f"/s/{place.site.id}"
    assert masked.get(f"{at}/people/3672583452883726997").status_code == 200
    secret = form_secret(masked)
    for address, field in ((f"{at}/people/find", "q"), (f"{at}/email/messages/{9:032x}/find", "ref")):
        answer = masked.post(address, data={field: "anna@post.example", "_csrf": secret})
        assert answer.status_code == 403 and "the right to see personal data" in answer.text
    assert masked.get(f"{at}/consent?person=0123456789abcdef0123456789abcdef").status_code == 403
    for address in (
        f"{at}/people?q=bob",
        f"{at}/people.csv?q=bob",
        f"/api/v1{at.replace('/s/', '/sites/')}/people?q=bob",
    ):
        assert masked.get(address).status_code == 403
    assert "Find somebody" not in masked.get(f"{at}/people").text
    assert masked.get(f"/api/v1/sites/{place.site.id}/mail/unsubscribed").status_code == 403
    copy = masked.post(f"{at}/rights/copy", data={"by": "email", "text": "anna@post.example", "_csrf": secret})
    assert copy.status_code == 403


def test_few_readers_of_a_letter_are_hidden_and_not_nobody(place: Place, admin: Client, masked: Client) -> None:
    add_mails(place)
    rows = place.reports.answers["mail_messages"]({})
    place.reports.answers["mail_messages"] = lambda _: [row | {"clickers": 4, "measured_openers": 0} for row in rows]
    at = f"/s/{place.site.id}/email"
    assert SOME_HIDDEN in masked.get(at).text and ">&lt;10<" in masked.get(at).text
    for client, told in ((masked, "<10"), (admin, "4")):
        lines = csv.DictReader(client.get(f"{at}.csv").text.splitlines())
        assert [line["clickers"] for line in lines] == ["0", told, told]  # the newest was seen by nobody
    assert masked.get(f"{at}.parquet").status_code == 403


def test_a_list_of_few_people_says_that_it_is_hidden(place: Place, admin: Client, masked: Client) -> None:
    at = f"/s/{place.site.id}"
    assert "Fewer than 10 people are behind this" in masked.get(f"{at}/people").text
    assert "Fewer than 10 people" not in admin.get(f"{at}/people").text
    behind = masked.get(f"{at}/behind/visitors?by=landing&is=nordlight.example,/").text
    assert "Fewer than 10 people are behind this number." in behind and "does not answer" not in behind
    assert masked.get(f"{at}/people.csv").status_code == 403
    assert masked.get(f"/api/v1/sites/{place.site.id}/people").status_code == 403


def test_a_dead_letter_is_what_was_sent_so_an_admin_without_the_right_cannot_open_it(
    place: Place, admin: Client, masked: Client
) -> None:
    add_letters(place)
    at = f"/s/{place.site.id}/ledger/letters"
    pages = (f"{at}?reason=value_impossible", f"{at}/{HIT}/0")
    assert [[client.get(page).status_code for page in pages] for client in (admin, masked)] == [[200] * 2, [403] * 2]
    secret = form_secret(masked)
    for done in ("send", "discard", f"{HIT}/0/send", f"{HIT}/0/discard"):
        form = {"reason": "value_impossible", "word": "discard", "_csrf": secret}
        assert masked.post(f"{at}/{done}", data=form).status_code == 403, done
    assert len(place.waiting.letters) == 4
    ledgers = [client.get(f"/s/{place.site.id}/ledger").text for client in (admin, masked)]
    assert ["division by zero" in ledger for ledger in ledgers] == [True, False]  # a traceback may quote what was sent


def test_an_experiment_of_few_says_nothing_that_looks_like_a_result(place: Place, masked: Client) -> None:
    place.reports.answers.update(few(month(), 400))
    page = re.sub(r"<[^>]+>", " ", masked.get(f"/s/{place.site.id}/experiments").text)
    assert "hidden" in page and SOME_HIDDEN in page
    assert not re.search(r"[+−]hidden|hidden to|hidden%|hidden of|\+0 pt|too early|beside the models|no rate", page)


def test_seeing_a_person_with_ids_is_noted_once_a_day_and_each_export_is(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}"
    for _ in range(3):
        admin.get(f"{at}/people/3672583452883726997")
    admin.get(f"/api/v1/sites/{place.site.id}/people/3672583452883726997")
    admin.get(f"{at}/people.csv")
    whats = [line.what for line in place.users.trail(place.site.id)]
    assert whats == ["people_exported_with_ids", "person_seen_with_ids"]
    (_, seen) = place.users.trail(place.site.id)
    assert re.fullmatch(r"p_\w+", seen.detail)
