"""The clock of the alarms, over a real state, a mail server and a webhook of this machine."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from fakes.posts import Hooked, Postbox, hooked, postbox
from notices.test_findings import NOW_MS, seen
from onebyone.app.settings import open_place
from onebyone.app.state import State, open_state
from onebyone.notices.sender import Attached, Sender, Settings
from onebyone.notices.watch import MOST_TRIES, Watch
from onebyone.state.alarms import Alarm, Kind, What
from onebyone.store import QueryRefused, StoreUnavailable

EVERY_MS = 300_000


@pytest.fixture(scope="module")
def box() -> Iterator[Postbox]:
    with postbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def hook() -> Iterator[Hooked]:
    with hooked() as opened:
        yield opened


class Shop:
    """A site, its alarms, and a rate of missed orders that the test sets."""

    def __init__(self, state: State, box: Postbox) -> None:
        self.state = state
        self.site = state.sites.add("Nordlight", ["https://nordlight.example"])
        self.missed = 0
        self.fails: Exception | None = None
        mail = Settings(host="127.0.0.1", port=box.port, security="none", sender="onebyone@nordlight.example")
        self.sender = Sender(mail, allow_private=True)

    def ask(self, report: str, /, **params: Any) -> list[dict[str, Any]]:
        if self.fails:
            raise self.fails
        return [seen(1000 - self.missed, self.missed)]

    def add(self, **given: Any) -> Alarm:
        alarm = Alarm(site=self.site.id, id="", name="Too much missed", kind=Kind.BLOCK_RATE, limit=30, **given)
        return self.state.alarms.put(alarm)

    def watch(self) -> Watch:
        state = self.state
        return Watch(
            sites=state.sites, alarms=state.alarms, destinations=state.destinations, deliveries=state.deliveries,
            ask=self.ask, way=self.sender, every_ms=EVERY_MS,
            link=lambda site: f"https://console.example/s/{site}/settings/alarms",
        )  # fmt: skip

    def turn(self, number: int, missed: int) -> int:
        self.missed = missed
        return self.watch().step(NOW_MS + number * EVERY_MS)

    def whats(self) -> list[What]:
        return [line.what for line in reversed(self.state.alarms.history(self.site.id))]


@pytest.fixture
def shop(tmp_path: Path, box: Postbox, hook: Hooked) -> Iterator[Shop]:
    box.mails.clear()
    box.to.clear()
    box.answer = "250 OK"
    hook.got.clear()
    hook.status = 204
    made = Shop(open_state(open_place(tmp_path)), box)
    yield made
    made.state.engine.dispose()


def test_a_mail_tells_once_when_it_begins_and_once_when_it_is_over(shop: Shop, box: Postbox) -> None:
    shop.add(to=("ops@shop.example", "lea@shop.example"))
    for number, missed in enumerate([200, 500, 500, 310, 500, 200, 200]):
        assert shop.turn(number, missed) == 1
    assert [mail["Subject"] for mail in box.mails] == [
        "Alarm: Too much missed (Nordlight)", "Over: Too much missed (Nordlight)",
    ]  # fmt: skip
    assert box.to[0] == ["ops@shop.example", "lea@shop.example"]
    text = box.mails[0].get_content()
    assert "Browsers missed 50.0%" in text and f"https://console.example/s/{shop.site.id}/settings/alarms" in text
    assert shop.whats() == [What.RAISED, What.TOLD, What.CLEARED, What.TOLD]


def test_a_webhook_is_signed_over_its_very_bytes(shop: Shop, hook: Hooked) -> None:
    alarm = shop.add(url=hook.url)
    shop.turn(0, 500)
    ((headers, body),) = hook.got
    secret = shop.state.alarms.secret(alarm)
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Onebyone-Signature"] == f"sha256={expected}"
    said = json.loads(body)
    assert (said["type"], said["site"], said["kind"]) == ("alarm.raised", shop.site.id, "block_rate")


def test_the_way_that_failed_is_tried_again_and_the_other_is_not(shop: Shop, box: Postbox, hook: Hooked) -> None:
    shop.add(to=("ops@shop.example",), url=hook.url)
    hook.status = 500
    for number in range(3):
        shop.turn(number, 500)
    assert (len(box.mails), len(hook.got)) == (1, 3)
    assert shop.whats() == [What.RAISED, What.TOLD, What.NOT_TOLD]
    hook.status = 204
    for number in range(3, 6):
        shop.turn(number, 500)
    assert (len(box.mails), len(hook.got)) == (1, 4)
    assert len({json.loads(body)["id"] for _, body in hook.got}) == 1
    assert shop.whats()[-1] == What.TOLD


def test_what_nobody_takes_is_given_up_in_the_end(shop: Shop, hook: Hooked) -> None:
    shop.add(url=hook.url)
    hook.status = 410
    for number in range(MOST_TRIES + 5):
        shop.turn(number, 500)
    assert len(hook.got) == MOST_TRIES
    assert shop.whats() == [What.RAISED, What.NOT_TOLD, What.NOT_TOLD]


def test_it_is_checked_no_more_often_than_asked(shop: Shop) -> None:
    shop.add(to=("ops@shop.example",))
    watch = shop.watch()
    assert [watch.step(NOW_MS + ms) for ms in (0, 1, EVERY_MS - 1, EVERY_MS)] == [1, 0, 0, 1]


def test_a_paused_one_is_not_checked_and_a_changed_one_begins_anew(shop: Shop, box: Postbox) -> None:
    alarm = shop.add(to=("ops@shop.example",))
    shop.turn(0, 500)
    shop.state.alarms.switch(alarm, on=False)
    assert shop.turn(1, 200) == 0
    secret = shop.state.alarms.secret(alarm)
    shop.state.alarms.put(replace(alarm, limit=60))
    shop.turn(2, 500)
    assert len(box.mails) == 1 and not shop.state.alarms.standings(shop.site.id)[alarm.id].raised
    assert shop.state.alarms.secret(alarm) == secret


def test_a_store_that_does_not_answer_is_no_finding(shop: Shop, box: Postbox) -> None:
    shop.add(to=("ops@shop.example",))
    shop.fails = StoreUnavailable("down")
    with pytest.raises(StoreUnavailable):
        shop.turn(0, 500)
    assert shop.whats() == [] and not box.mails


def test_a_question_that_is_too_large_keeps_no_other_alarm_from_being_asked(shop: Shop) -> None:
    shop.add(to=("ops@shop.example",))
    shop.add(to=("ops@shop.example",))
    shop.fails = QueryRefused("too large")
    assert shop.turn(0, 500) == 2
    assert all("too large" in one.says for one in shop.state.alarms.standings(shop.site.id).values())


def test_an_alarm_of_one_site_is_no_other_s(shop: Shop) -> None:
    alarm = shop.add(to=("ops@shop.example",))
    shop.turn(0, 500)
    assert shop.state.alarms.find("another", alarm.id) is None
    assert (shop.state.alarms.all("another"), shop.state.alarms.history("another")) == ([], [])


def test_a_name_with_a_line_break_is_no_second_header(shop: Shop, box: Postbox) -> None:
    assert shop.sender.mail(["ops@shop.example"], "A\r\nBcc: x@evil.example", "text") == ""
    assert box.mails[0]["Subject"] == "A Bcc: x@evil.example" and box.mails[0]["Bcc"] is None


def test_a_file_is_attached_as_it_is(shop: Shop, box: Postbox) -> None:
    assert shop.sender.mail(["ops@shop.example"], "Pages", "text", [Attached("pages.csv", b"a,b\r\n1,2\r\n")]) == ""
    (attached,) = box.mails[0].iter_attachments()
    assert attached.get_filename() == "pages.csv"
    assert attached.get_payload(decode=True).replace(b"\r\n", b"\n") == b"a,b\n1,2\n"  # type: ignore[union-attr]


def test_why_a_mail_did_not_leave_is_said_and_holds_no_secret(shop: Shop, box: Postbox) -> None:
    box.answer = "554 no"
    assert shop.sender.mail(["ops@shop.example"], "A", "text") == "The mail server answered 554."
    nowhere = Sender(Settings(host="127.0.0.1", port=1, security="none", user="u", password="s3cret"))
    assert nowhere.mail(["ops@shop.example"], "A", "text") == "The mail did not leave: ConnectionRefusedError."
    assert Sender(Settings()).mail(["a@b.example"], "A", "t").startswith("No mail server is set up")


def test_a_webhook_inside_the_operators_network_is_refused(hook: Hooked) -> None:
    assert Sender(Settings()).hook(hook.url, "secret", b"{}") == "Its address is not on the open internet."
    assert hook.got == []
