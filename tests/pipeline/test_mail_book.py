"""Modes of consent, the way out, visits, and what a crash must not change."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fakes.memory_log import MemoryWriter
from fakes.state import in_memory
from onebyone.event import Ended, Event, Hit
from onebyone.log import LogUnavailable
from onebyone.mail.facts import Facts
from onebyone.mail.tokens import shared_recipient
from onebyone.state.database import METADATA
from onebyone.state.mail import Mode, NewRecipient
from onebyone.state.mail_seen import MailSeen
from pipeline.mail_room import HOME, MailRoom

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36"
)
NAVIGATE = {"user-agent": CHROME, "sec-fetch-mode": "navigate", "sec-fetch-user": "?1"}
OPEN = {"headers": {"user-agent": CHROME}}


def ended(room: MailRoom, hit: Hit) -> Ended:
    row = room.row(hit)
    assert isinstance(row, Ended), row
    return row


def test_an_open_in_full_mode_is_the_persons() -> None:
    room = MailRoom()
    hit = room.hit("open", room.add("p", domain="gmail.com").id, at_s=900, **OPEN)
    room.run([hit])
    event = room.event(hit)
    assert (event.name, event.message, event.user_id) == ("email_open", room.message.id, "u-p")
    assert (event.campaign, event.medium, event.channel) == ("november", "email", "Email")
    assert event.properties == {"domain": "gmail.com"} and event.browser == "Chrome" and event.visitor == 0


def test_in_aggregate_mode_an_open_counts_and_says_nothing_of_whom() -> None:
    room = MailRoom()
    shared = shared_recipient(room.message.key, 20_000)
    first, second = (room.add(ref, mode=Mode.AGGREGATE, shared=shared) for ref in ("a", "b"))
    hits = [room.hit("open", one.shared, at_s=900 + n, **OPEN) for n, one in enumerate((first, second))]
    room.run(hits)
    for hit in hits:
        event = room.event(hit)
        assert (event.recipient, event.user_id, event.browser, event.country) == ("", "", "", "")
        assert event.actor == "human" and event.at.hour == event.at.minute == event.at.second == 0


def test_in_hygiene_mode_only_the_day_of_a_persons_open_is_kept() -> None:
    room = MailRoom()
    person = room.add("p", mode=Mode.HYGIENE)
    apple = room.hit("open", person.id, at_s=900, headers={"user-agent": "Mozilla/5.0"})
    room.run([apple])
    assert ended(room, apple).reason == "open_day_kept"
    found = room.mail.find_recipient(person.id)
    assert found is not None and found.last_open_day == 0
    read = room.hit("open", person.id, at_s=1_000, **OPEN)
    room.run([read])
    row, found = ended(room, read), room.mail.find_recipient(person.id)
    assert found is not None and found.last_open_day == read.received_ms // 86_400_000
    assert b"recipient" not in msgspec.json.encode(row) and person.id.hex().encode() not in msgspec.json.encode(row)


def test_who_withdrew_is_not_measured_in_what_was_sent_before() -> None:
    room = MailRoom()
    person = room.add("p")
    room.mail.stop_measuring(room.message.site, "p", now_ms=0)
    hit = room.hit("open", person.id, at_s=900, **OPEN)
    room.run([hit])
    assert ended(room, hit).reason == "measuring_stopped"
    assert person.id.hex().encode() not in msgspec.json.encode(ended(room, hit))


@pytest.mark.parametrize("mode", Mode)
def test_address_and_user_agent_are_gone_behind_the_verdict_and_the_rest_as_the_mode_says(mode: Mode) -> None:
    """In the rows, in the log that the store reads, among the dead letters and in every table of the state."""
    room = MailRoom()
    shared = shared_recipient(room.message.key, 20_000)
    person = room.add("p", mode=mode, shared=shared if mode == Mode.AGGREGATE else b"")
    opened = room.hit("open", person.shared or person.id, at_s=900, **OPEN)
    by_machine = room.hit("open", person.shared or person.id, at_s=950, headers={"user-agent": "Barracuda (EE) 77"})
    room.run([opened, by_machine])
    lines = [record for group in room.events.read({}, max_groups=99) for record in group.records]
    kept = [*lines, *(letter.body for letter in room.letters.find())]
    with room.engine.connect() as connection:
        tables = [table for table in METADATA.sorted_tables if table.name != "mail_recipients"]
        kept += [repr(tuple(row)).encode() for table in tables for row in connection.execute(table.select())]
    whole = b"\n".join(kept)
    for gone in (b"Windows NT", b"Barracuda (EE)", HOME.encode(), HOME.rpartition(".")[0].encode()):
        assert gone not in whole, gone
    named = person.id.hex().encode() in whole or repr(person.id)[2:-1].encode() in whole
    assert (named, b"u-p" in whole) == ((True, True) if mode == Mode.FULL else (False, False))
    assert (b"Chrome" in whole) == (mode == Mode.FULL), "the browser's name is a person's alone"
    if mode in (Mode.HYGIENE, Mode.OFF):
        assert [(row.at.hour, row.at.minute, row.agent) for row in (ended(room, opened), ended(room, by_machine))] == [
            (0, 0, "")
        ] * 2


def test_a_click_is_kept_in_every_mode_and_joined_in_full_alone() -> None:
    room = MailRoom()
    for mode in Mode:
        hit = room.hit("link", room.add(mode, mode=mode).id, at_s=900, link=1, headers=NAVIGATE)
        room.run([hit])
        event = room.event(hit)
        assert event.user_id == ("u-full" if mode == Mode.FULL else "")
        assert bool(event.browser) == (mode == Mode.FULL)


def test_a_request_to_leave_is_honoured_also_from_a_machine() -> None:
    room = MailRoom()
    person = room.add("p")
    hits = [
        room.hit(
            "unsubscribe", person.id, at_s=at, wants="leave", method="POST", headers={"user-agent": "python-requests/2"}
        )
        for at in (5, 9)
    ]
    room.run(hits)
    site = room.message.site
    assert room.mail.left_since(site) == [("p", hits[0].received_ms)]
    assert (room.event(hits[0]).name, room.event(hits[0]).actor) == ("email_unsubscribe", "machine_scanner")


def test_a_request_not_to_be_measured_reaches_all_messages_of_the_person() -> None:
    room = MailRoom()
    person = room.add("p")
    room.run([room.hit("unsubscribe", person.id, at_s=5, wants="silence", method="POST")])
    assert room.mail.silent_after(0)[1] == [person.id]
    hit = room.hit("open", person.id, at_s=900, **OPEN)
    room.run([hit])
    assert ended(room, hit).reason == "measuring_stopped"


def test_what_the_state_does_not_know_is_told_so() -> None:
    room = MailRoom()
    other = MailRoom(engine=in_memory())
    hits = [
        room.hit("open", b"\xff" * 16, at_s=5),
        replace(room.hit("open", b"\xff" * 16, at_s=5), body=other.hit("open", b"\xff" * 16, at_s=5).body),
    ]
    room.run(hits)
    assert [ended(room, hit).reason for hit in hits] == ["message_unknown"] * 2


def test_a_message_of_another_site_is_unknown_to_this_one() -> None:
    room = MailRoom()
    other = replace(room.message, id="ff" * 16, site="another")
    room.mail.add_message(other)
    (person,) = room.mail.add_recipients(other, [NewRecipient(ref="p", mode=Mode.FULL)], now_ms=0)
    facts = Facts(other.id, person.id.hex())
    hit = replace(room.hit("open", person.id, at_s=5), body=facts.encode())
    room.run([hit])
    assert ended(room, hit).reason == "message_unknown"


def test_a_changed_event_is_written_again_once() -> None:
    room = MailRoom()
    room.run(story(room))
    room.run([room.hit("open", room.add(ref).id, at_s=at, **OPEN) for ref, at in (("y", 9_000), ("z", 9_900))])
    seen = MailSeen(room.engine, room.mail)
    assert seen.due() == []


def test_a_visit_carries_the_message_and_only_with_a_visitor_the_recipient() -> None:
    room = MailRoom()
    person = room.add("p")
    click = room.hit("link", person.id, at_s=900, headers=NAVIGATE)
    visit = room.landing(click, "page_view", user_agent=CHROME)
    nobody = replace(room.landing(click, "page_view", user_agent=CHROME), visitor="")
    room.run([click, visit, nobody])
    event = room.event(visit)
    assert (event.message, event.recipient, event.query) == (room.message.id, person.id.hex(), "")
    assert room.event(nobody).recipient == "" and room.event(nobody).message == room.message.id


def test_a_click_id_that_nobody_made_joins_nothing() -> None:
    room = MailRoom()
    click = room.hit("link", room.add("p").id, at_s=900, headers=NAVIGATE)
    visit = room.landing(click, "page_view", user_agent=CHROME)
    room.run([visit])
    assert room.event(visit).message == ""


class Dying:
    """A log that fails at one append, before or after it has written."""

    def __init__(self, writer: MemoryWriter, at: int, *, after: bool) -> None:
        self.partition = writer.partition
        self._writer, self._left, self._after = writer, at, after

    def append(self, records, *, count, cursor=None):  # type: ignore[no-untyped-def]
        self._left -= 1
        if self._left == 0 and not self._after:
            raise LogUnavailable("full")
        seq = self._writer.append(records, count=count, cursor=cursor)
        if self._left == 0:
            raise LogUnavailable("died")
        return seq

    def check(self) -> None: ...

    def close(self) -> None: ...


def story(room: MailRoom) -> list[Hit]:
    """A sweep, a repeated open, a visit: everything that changes an earlier event."""
    person, other = room.add("p"), room.add("q")
    clicks = [room.hit("link", person.id, at_s=60 + n, link=n, headers=NAVIGATE) for n in range(3)]
    opens = [room.hit("open", other.id, at_s=900 + n, **OPEN) for n in range(3)]
    late = room.hit("link", other.id, at_s=950, headers=NAVIGATE)
    return [*clicks, *opens, late, room.landing(late, "scroll", user_agent=CHROME)]


def outcome(room: MailRoom) -> list[tuple[str, str, str]]:
    shown = []
    for hit, row in sorted(room.rows().items()):
        if isinstance(row, Event):
            shown.append((hit, f"{row.name} {row.actor} {row.reasons[:1]}", row.properties.get("repeat", "")))
        else:
            shown.append((hit, row.reason, row.of_hit))
    return shown


@settings(max_examples=40, deadline=None)
@given(at=st.integers(1, 8), after=st.booleans(), fresh=st.booleans())
def test_a_crash_between_any_two_writes_changes_nothing(at: int, after: bool, fresh: bool) -> None:
    calm = MailRoom()
    calm.run(story(calm))
    room = MailRoom()
    hits = story(room)
    room.worker._writer = Dying(room.events.writer("pipeline"), at, after=after)
    writer = room.hits.writer("c0")
    for hit in hits:
        writer.append([msgspec.msgpack.encode(hit)], count=1)
    with pytest.raises(LogUnavailable):
        while room.worker.run_once():
            pass
    if fresh or after:
        room.worker = room.new_worker()
    while room.worker.run_once():
        pass
    assert outcome(room) == outcome(calm)


def test_the_order_of_arrival_does_not_change_a_sweep() -> None:
    for order in permutations(range(3)):
        room = MailRoom()
        person = room.add("p")
        clicks = [room.hit("link", person.id, at_s=60 + n, link=n, headers=NAVIGATE) for n in range(3)]
        room.run([clicks[n] for n in order])
        assert {room.event(hit).reasons[0] for hit in clicks} == {"burst.links"}


def test_a_replay_gives_the_same_rows() -> None:
    room = MailRoom()
    room.run(story(room))
    before = outcome(room)
    room.worker.position = {}
    while room.worker.run_once():
        pass
    assert outcome(room) == before
