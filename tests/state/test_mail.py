from __future__ import annotations

import pytest
from sqlalchemy import Engine

from onebyone.state import mail as tables
from onebyone.state.mail import Delivered, Mail, Message, Mode, NewRecipient

NOW = 1_800_000_000_000
MESSAGE = Message(id="ab" * 16, site="s1", name="November", links=("https://a.example/",), made_ms=NOW)


@pytest.fixture
def mail(engine: Engine) -> Mail:
    mail = Mail(engine)
    mail.add_message(MESSAGE)
    return mail


def people(*refs: str, mode: Mode = Mode.FULL, sent_ms: int = NOW) -> list[NewRecipient]:
    return [NewRecipient(ref=ref, mode=mode, domain="gmail.com", user_id=f"u{ref}", sent_ms=sent_ms) for ref in refs]


def test_the_first_key_is_made_once_and_rotation_retires_it(mail: Mail) -> None:
    (first,) = mail.keys(now_ms=NOW)
    assert mail.keys(now_ms=NOW + 1) == [first] and len(first.secret) == 32
    assert mail.rotate(now_ms=NOW + 5) == 2
    old, new = mail.keys(now_ms=NOW + 6)
    assert (old.retired_ms, new.retired_ms, old.secret) == (NOW + 5, 0, first.secret) and new.secret != old.secret


def test_a_message_reads_back(mail: Mail) -> None:
    assert mail.find_message(MESSAGE.key) == MESSAGE and mail.messages("s1") == [MESSAGE]
    assert mail.messages("s2") == [] and mail.find_message(b"x" * 16) is None


def test_a_recipient_named_twice_is_one(mail: Mail) -> None:
    a, b, again = mail.add_recipients(MESSAGE, people("a", "b", "a"), now_ms=NOW)
    assert a == again and a.id != b.id
    assert mail.add_recipients(MESSAGE, people("a"), now_ms=NOW) == [a]
    assert mail.find_recipient(a.id) == a and mail.recipients(MESSAGE.key) == [a, b]


def test_a_person_is_joined_in_full_mode_alone(mail: Mail) -> None:
    (one,) = mail.add_recipients(MESSAGE, people("a", mode=Mode.AGGREGATE), now_ms=NOW)
    assert one.user_id == ""


def test_delivered_are_those_that_were_sent_to_and_did_not_bounce(mail: Mail) -> None:
    mail.add_recipients(MESSAGE, people("a", "b", "c"), now_ms=NOW)
    mail.add_recipients(MESSAGE, people("d", sent_ms=0), now_ms=NOW)
    assert mail.mark_bounced(MESSAGE.key, ["b", "nobody"]) == 1
    assert mail.delivered("s1") == [Delivered(MESSAGE.key, "gmail.com", "full", 2)]
    assert mail.mark_sent(MESSAGE.key, ["d"], at_ms=NOW) == 1
    assert mail.delivered("s1")[0].recipients == 3 and mail.delivered("s2") == []


def test_who_is_not_to_be_measured_is_silent_in_what_was_sent_and_in_what_will_be(mail: Mail) -> None:
    a, _ = mail.add_recipients(MESSAGE, people("a", "b"), now_ms=NOW)
    assert mail.stop_measuring("s1", "a", now_ms=NOW) == 1
    assert mail.stop_measuring("s1", "a", now_ms=NOW) == 1
    seq, silent = mail.silent_after(0)
    assert silent == [a.id] and mail.silent_after(seq) == (seq, [])
    found = mail.find_recipient(a.id)
    assert found is not None and (found.mode, found.user_id) == ("off", "")
    later = Message(id="cd" * 16, site="s1", name="December")
    mail.add_message(later)
    assert mail.add_recipients(later, people("a"), now_ms=NOW)[0].mode == Mode.OFF


def test_who_left_has_left_once(mail: Mail, engine: Engine) -> None:
    (a,) = mail.add_recipients(MESSAGE, people("a"), now_ms=NOW)
    for at_ms in (NOW + 1, NOW + 2):
        with engine.begin() as connection:
            tables.leave(connection, a, at_ms=at_ms)
    assert mail.left("s1", ["a", "b"]) == {"a"} and mail.left_since("s1") == [("a", NOW + 1)]
    assert mail.left("s2", ["a"]) == set()


def test_the_day_of_the_last_open_only_grows(mail: Mail, engine: Engine) -> None:
    (a,) = mail.add_recipients(MESSAGE, people("a", mode=Mode.HYGIENE), now_ms=NOW)
    for day in (20_000, 19_999):
        with engine.begin() as connection:
            tables.note_open_day(connection, a.id, day)
    found = mail.find_recipient(a.id)
    assert found is not None and found.last_open_day == 20_000


def test_a_person_who_is_erased_is_forgotten_but_for_their_wishes(mail: Mail) -> None:
    a, b = mail.add_recipients(MESSAGE, people("a", "b"), now_ms=NOW)
    mail.stop_measuring("s1", "a", now_ms=NOW)
    assert mail.ids_of("s1", ["a"]) == [a.id] and mail.erase("s1", "a") == 1 and mail.erase("s1", "a") == 0
    assert mail.find_recipient(a.id) is None and mail.find_recipient(b.id) == b
    assert mail.add_recipients(MESSAGE, people("a"), now_ms=NOW)[0].mode == Mode.OFF


def test_recipients_are_forgotten_when_their_tokens_are_over(mail: Mail) -> None:
    (a,) = mail.add_recipients(MESSAGE, people("a"), now_ms=NOW)
    mail.stop_measuring("s1", "a", now_ms=NOW)
    assert mail.expire(NOW + 799 * 86_400_000) == 0 and mail.find_recipient(a.id) is not None
    assert mail.expire(NOW + 801 * 86_400_000) == 1 and mail.silent_after(0) == (0, [])
