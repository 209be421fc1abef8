"""What a person may ask for: a copy of everything, and to be forgotten, through real processes that die on the way."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from e2e.load import BROWSER
from e2e.running import ORIGIN, Platform, a_platform, get, kill, post, wait_until
from e2e.test_choices import choose, cookies_of
from e2e.test_replay import NAMES, replayed, reports
from onebyone.event import Hit, visitor_hash
from onebyone.identity.nodes import Kind, user_node
from onebyone.identity.values import keyed_hash
from onebyone.pipeline.conversions.copies import order_key_of
from onebyone.state.deliveries import Delivery
from onebyone.state.erasures import Stage
from onebyone.state.sites import Site
from onebyone.state.users import Role

pytestmark = pytest.mark.slow
PROVE = bool(os.environ.get("PROVE"))  # with a replay behind it

USER, EMAIL, PHONE, REF = "anna-4711", "anna.quiet@shop.test", "+4915112345678", "ref-anna-9"
ORDERS = ("ANNA-ORDER-1", "ANNA-ORDER-2")
CLICK = "gclid-of-anna-and-nobody-else"
PATH = "/only/anna/was/here"
VIEWS = 520  # of each of two browsers
TABLES = ("events", "drops", "conversions", "deliveries", "identity", "sessions", "fresh_sessions")
Reports = dict[str, list[dict[str, Any]]]
_HITS = msgspec.msgpack.Decoder(Hit)
_TOLD = {
    "drops",
    "unknown_hits",
    "ledger_days",
    "ledger_totals",
    "totals",
}  # which also tell of sightings that were erased


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with a_platform(tmp_path_factory.mktemp("rights") / "data") as running:
        yield running


class Story:
    """Bob's, which must stay, and Anna's, which must go."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.site, self.key = platform.add_site()
        self.cookies: list[str] = []
        self.consent = self.recipient = ""

    @property
    def base(self) -> str:
        return f"{self.platform.collector}/{self.site.prefix}/v1"

    def browser(self) -> str:
        """A fresh one's cookie."""
        answer = get(f"{self.base}/n/{self.site.id}.gif?u={ORIGIN}/", headers=BROWSER)
        return cookies_of(answer)["ob_v"]

    def tag(self, cookie: str, *events: dict[str, Any]) -> None:
        body = json.dumps({"site": self.site.id, "sent_at": _now(), "events": events})
        answer = post(f"{self.base}/e", content=body, headers=BROWSER | {"cookie": f"ob_v={cookie}"})
        assert answer.status_code == 200, answer.text

    def server(self, *events: dict[str, Any]) -> None:
        told = [{"consent": {"analytics": "granted", "ads_share": "granted"}} | event for event in events]
        headers = {"authorization": f"Bearer {self.key}"}
        assert post(f"{self.base}/events", json={"events": told}, headers=headers).status_code == 200

    def bob(self) -> None:
        cookie = self.browser()
        self.tag(cookie, _view("b1", "/lamps"), _view("b2", "/thanks"), _named("identify", "b3", "bob"))
        self.server(_order("BOB-1", "bob", "bob@shop.test", "b4"), {"name": "page_view", "id": "b5", "user_id": "bob"})
        self.tag(cookie, _named("generate_lead", "b6", "bob"))

    def anna(self) -> None:
        self.cookies = [self.browser(), self.browser()]
        for number, cookie in enumerate(self.cookies):
            for start in range(0, VIEWS, 40):
                ids = range(start, start + 40)
                self.tag(cookie, *(_view(f"a{number}-{n}", f"{PATH}?gclid={CLICK}&n={n}") for n in ids))
            self.tag(cookie, _named("identify", f"a{number}-in", USER))
        for number, order in enumerate(ORDERS):
            copy = {"name": "purchase", "id": f"a-o{number}", "nav": "reload", "page": {"url": f"{ORIGIN}{PATH}"}}
            self.tag(self.cookies[0], copy | {"order": {"id": order, "value": 20, "currency": "EUR"}})
            self.server(_order(order, USER, EMAIL, f"a-s{number}", phone=PHONE))
        self.server({"name": "refund", "id": "a-r", "order": {"id": ORDERS[0], "value": 5, "currency": "EUR"}})
        # Bob's event once more, in one request with hers and one that is wrong
        wrong = {"name": "purchase", "id": "a-w", "user_id": USER, "order": {"id": "x", "currency": "NOPE"}}
        self.server({"name": "page_view", "id": "b5", "user_id": "bob"}, _named("login", "a-l", USER), wrong)
        granted = choose(self.platform, self.site, {"analytics": "granted"}, cookies={"ob_v": self.cookies[0]})
        self.consent = cookies_of(granted)["ob_i"]

    def mail(self) -> None:
        state = self.platform.state
        user = state.users.add(f"mailer {self.site.id}", {self.site.id: Role.EDITOR})
        token = state.users.add_token(user.id, "test")
        state.engine.dispose()
        url = f"{self.platform.console}/api/v1/sites/{self.site.id}/mail/messages"
        headers = {"authorization": f"Bearer {token}"}
        message = post(url, json={"name": "News", "html": f'<a href="{ORIGIN}/n">n</a>'}, headers=headers).json()
        person = {"ref": REF, "user_id": USER, "email_opens": "granted", "domain": "shop.test"}
        made = post(f"{url}/{message['id']}/recipients", json={"recipients": [person]}, headers=headers).json()
        variables = made["recipients"][0]["variables"]
        get(f"{self.base}/o/{variables['ob_open']}.gif", headers=BROWSER)
        get(f"{self.base}/l/{variables['ob_link_0']}", headers=BROWSER)
        state = self.platform.state
        (id,) = state.mail.ids_of(self.site.id, [REF])
        state.engine.dispose()
        self.recipient = id.hex()

    def needles(self) -> dict[str, bytes]:
        """Everything that would give her away, by what it is."""
        state = self.platform.state
        key = state.user_data.key(self.site.id)
        state.engine.dispose()
        visitors = [visitor_hash(self.site.id, cookie) for cookie in self.cookies]
        texts = {
            "user": USER, "email": EMAIL, "phone": PHONE, "ref": REF, "click": CLICK, "path": PATH,
            "email hash": keyed_hash(key, Kind.EMAIL, EMAIL), "phone hash": keyed_hash(key, Kind.PHONE, PHONE),
            "recipient": self.recipient, "consent": self.consent, "user number": str(user_node(self.site.id, USER)),
            **{f"order {n}": order for n, order in enumerate(ORDERS)},
            **{f"cookie {n}": cookie for n, cookie in enumerate(self.cookies)},
            **{f"visitor {n}": str(visitor) for n, visitor in enumerate(visitors)},
        }  # fmt: skip
        raw = {f"visitor {n}, {end}": v.to_bytes(8, end) for n, v in enumerate(visitors) for end in ("big", "little")}
        return {name: text.encode() for name, text in texts.items()} | raw


def _now() -> int:
    return int(time.time() * 1000)


def _view(id: str, path: str) -> dict[str, Any]:
    return {"name": "page_view", "id": id, "at": _now(), "page": {"url": ORIGIN + path}}


def _named(name: str, id: str, user: str) -> dict[str, Any]:
    return {"name": name, "id": id, "at": _now(), "user_id": user, "page": {"url": f"{ORIGIN}/account"}}


def _order(order: str, user: str, email: str, id: str, **more: str) -> dict[str, Any]:
    value = {"id": order, "value": 20, "currency": "EUR"}
    return {"name": "purchase", "id": id, "user_id": user, "order": value, "user_data": {"email": email, **more}}


def found_in(platform: Platform, needles: Mapping[str, bytes], *, since_ms: int = 0) -> dict[str, set[str]]:
    """Which of them stand where, and files of the store that nobody can look into and are older than that. Only while
    nothing runs: the store is opened here."""
    where: dict[str, set[str]] = {}

    def look(place: str, texts: Iterable[bytes]) -> None:
        for text in texts:
            names = {name for name, needle in needles.items() if needle in text}
            if names:
                where.setdefault(place, set()).update(names)

    for file in platform.data.rglob("*"):
        if file.is_file():
            look(f"bytes of {file.relative_to(platform.data).parts[0]}", [file.read_bytes()])
    for file in platform.data.rglob("*.db"):
        look(f"rows of {file.relative_to(platform.data).parts[0]}", _cells(file))
    look("decoded hits", _decoded(platform))
    dumped = subprocess.run(
        [sys.executable, "-m", "e2e.dump_store", str(platform.place.store)],
        capture_output=True, check=True, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    held = json.loads(dumped.stdout)
    for table, rows in held["tables"].items():
        look(f"table {table}", [row.encode() for row in rows])
    old = {part for part, made_s in held["replaced"] if made_s < since_ms // 1000 and part.split()[0] in TABLES}
    if old:
        where["replaced parts"] = old
    return where


def _cells(file: Path) -> Iterator[bytes]:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for row in connection.execute(f'SELECT * FROM "{table}"'):
            for cell in row:
                yield cell if isinstance(cell, bytes) else str(cell).encode()
    connection.close()


def _decoded(platform: Platform) -> Iterator[bytes]:
    """Each hit as text, and what was sealed in it, opened."""
    state = platform.state
    for file in platform.place.hits.rglob("*.db"):
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        for (body,) in connection.execute("SELECT body FROM groups"):
            for record in msgspec.msgpack.decode(body, type=list[bytes]):
                hit = _HITS.decode(record)
                yield repr(hit).encode()
                for text in hit.sealed.values():
                    yield repr(state.user_data.read(hit.site, text)).encode()
        connection.close()
    state.engine.dispose()


def test_a_person_is_forgotten_everywhere_and_nobody_else_is(own: Platform, tmp_path: Path) -> None:
    story = Story(own)
    site = story.site
    story.bob()
    own.settle()
    bob = reports(own, site.id)
    story.anna()
    story.mail()
    own.settle()
    deliver(own, site)
    needles = story.needles()
    for name, text in (("hers", f"order,value\n{ORDERS[0]},20\n"), ("others", "order,value\nBOB-1,20\n")):
        own.place.exports.mkdir(parents=True, exist_ok=True)
        (own.place.exports / f"{name}.csv").write_text(text)

    copy = tmp_path / "anna.zip"
    asked = own.command("export-person", "--email", EMAIL, "--site", site.id, "--to", str(copy))
    assert asked.returncode == 0, asked.stderr
    check_copy(copy)

    own.stop()
    before = found_in(own, needles)
    assert {name for names in before.values() for name in names} == needles.keys()
    assert {"decoded hits", "rows of log", "rows of state.db", "table events", "table conversions", "table drops",
            "table identity", "table deliveries", "bytes of store"} <= before.keys()  # fmt: skip
    own.start()
    dry = own.command("erase", "--user", USER, "--site", site.id, "--dry-run", "--json")
    held = json.loads(dry.stdout)
    assert (held["browsers"], held["shared_browsers"], held["orders"], held["messages"]) == (2, 0, 2, 1)
    assert held["told"] == {"ads": 1}
    assert held["events"] >= 2 * VIEWS + 6
    done_ms = kill_in_the_middle(own, site)
    check_same(reports(own, site.id), bob)
    erased = {row["reason"]: row["sightings"] for row in reports(own, site.id, ["drops"])["drops"]}["erased"]
    assert erased >= 2 * VIEWS + 8
    story.tag(story.cookies[0], _view("late", "/late"))
    own.settle()
    assert {row["reason"] for row in reports(own, site.id, ["drops"])["drops"]} >= {"erased", "suppressed"}
    if PROVE:
        replayed(own)
        own.settle()
        check_same(reports(own, site.id), bob, but=("consent_totals",))  # which tells of the late view
    proofs = json.loads(own.command("erasures", "--site", site.id, "--json").stdout)
    assert [proof["stage"] for proof in proofs] == [Stage.DONE]
    assert proofs[-1]["counts"]["records"] >= 2 and proofs[-1]["counts"]["told_ads"] == 1
    assert [file.name for file in own.place.exports.iterdir()] == ["others.csv"]
    own.stop()
    late = {"cookie 0"}  # the request itself, until the log has turned over
    wanted = {name: needle for name, needle in needles.items() if name not in late}
    assert found_in(own, wanted, since_ms=done_ms) == {}


def check_same(after: Reports, before: Reports, but: tuple[str, ...] = ()) -> None:
    told = _TOLD | {*but}
    assert {name: after[name] for name in NAMES if name not in told} == {
        name: before[name] for name in NAMES if name not in told
    }


def deliver(platform: Platform, site: Site) -> None:
    """A destination was told of one of her orders."""
    state = platform.state
    key = order_key_of(site.id, "purchase", ORDERS[0])
    (record,) = state.conversions.find([key])[key]
    row = Delivery(
        site=site.id, destination="ads", conversion=record, first_day="2026-11-27", state="accepted", due_ms=1,
        queued_ms=_now(), at_ms=_now(), sent_ms=_now(), name="purchase", event_id=ORDERS[0], order_id=ORDERS[0],
        request=json.dumps({"order": ORDERS[0]}), version=1,
    )  # fmt: skip
    state.deliveries.put([row])
    wait_until(lambda: not state.deliveries.untold(10), timeout_s=30)
    state.engine.dispose()
    platform.settle()


def check_copy(file: Path) -> None:
    with zipfile.ZipFile(file) as files:
        names = files.namelist()
        bundle = json.loads(files.read("person.json"))
        assert "events.csv" in names and files.read("events.csv").count(b"\n") == len(bundle["events"]) + 1
    assert len([row for row in bundle["events"] if row["path"] == PATH]) == 2 * VIEWS + 2  # with the orders
    assert {row["event"]["order_id"] for row in bundle["conversions"]} >= {*ORDERS}
    assert [row["destination"] for row in bundle["deliveries"]] == ["ads"]
    assert len(bundle["consent_records"]) == 1 and [row["message"] for row in bundle["messages"]] == ["News"]
    assert "bob" not in json.dumps(bundle)


def kill_in_the_middle(platform: Platform, site: Site) -> int:
    """Erase her; when it was done."""
    asked = platform.command("erase", "--user", USER, "--site", site.id, "--no-wait", "--yes", "--json")
    id = json.loads(asked.stdout)["id"]
    state = platform.state

    def stage() -> str:
        one = state.erasures.find(site.id, id)
        return one.stage if one is not None else ""

    for middle in (Stage.LOADING, Stage.STATE):
        wait_until(lambda at=middle: list(Stage).index(Stage(stage())) >= list(Stage).index(at), timeout_s=60)  # type: ignore[misc]
        kill(platform.pids()["engine"])
    wait_until(lambda: stage() == Stage.DONE, timeout_s=200)
    done = state.erasures.find(site.id, id)
    state.engine.dispose()
    assert done is not None and done.who is None
    return done.done_ms
