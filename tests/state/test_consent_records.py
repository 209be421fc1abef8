from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, text

from fakes.state import in_memory
from onebyone.state.consent_records import RELIED_DAYS, ConsentRecords, Draft, Settings
from onebyone.state.receipts import Receipts, read_receipt


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = in_memory()
    yield engine
    engine.dispose()


def a_draft(id: str, *, at_ms: int = 1, person: str = "p1", **chosen: bool) -> Draft:
    body = {"record_id": id, "permissions_after": sum(chosen.values())}
    return Draft(site="s1", id=id, at_ms=at_ms, body=body, chosen=dict(chosen), known_by=(("consent", person),))


def written(engine: Engine, *drafts: Draft) -> ConsentRecords:
    records = ConsentRecords(engine)
    for draft in drafts:
        records.note(draft)
        records.commit()
    return records


THREE = (
    a_draft("r1", at_ms=1, analytics=True),
    a_draft("r2", at_ms=2, analytics=False),
    a_draft("r3", at_ms=3, analytics=True),
)


def test_each_choice_is_an_entry_that_follows_the_one_before_it(engine: Engine) -> None:
    records = written(engine, *THREE, a_draft("other", person="p2", at_ms=4, analytics=True))
    assert [entry.record for entry in records.history("s1", "consent", "p1")] == ["r1", "r2", "r3"]
    assert [entry.read()["permissions_before"] for entry in records.history("s1", "consent", "p1")] == [None, 1, 0]
    assert records.verify("s1", now_ms=5) == [] and records.sites() == ["s1"]
    assert records.latest("s1", limit=1)[0].record == "other"


def test_a_choice_told_again_is_no_entry_and_neither_is_a_replay(engine: Engine) -> None:
    again = a_draft("r1b", at_ms=1, analytics=True)
    records = written(engine, *THREE, THREE[0], again, *THREE)
    assert [entry.record for entry in records.all("s1")] == ["r1", "r2", "r3"]


def test_one_person_is_known_by_several_names(engine: Engine) -> None:
    both = replace(THREE[0], known_by=(("consent", "p1"), ("visitor", "77")))
    records = written(engine, both, replace(THREE[1], known_by=(("visitor", "77"),)))
    assert len(records.history("s1", "consent", "p1")) == 2
    assert records.history("s2", "consent", "p1") == []


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        ("UPDATE consent_records SET body = replace(body, '1', '0') WHERE seq = 2", [(2, "was changed")]),
        ("DELETE FROM consent_records WHERE seq = 2", [(2, "missing"), (3, "does not follow the entry before it")]),
        (
            "UPDATE consent_records SET seq = 9 WHERE seq = 2",
            [(2, "missing"), (3, "does not follow the entry before it"), (9, "missing"), (9, "does not follow")],
        ),
    ],
    ids=["changed", "removed", "reordered"],
)
def test_a_chain_that_was_tampered_with_shows_it(engine: Engine, broken: str, what: list[tuple[int, str]]) -> None:
    records = written(engine, *THREE)
    with engine.begin() as connection:
        connection.execute(text(broken))
    found = [(fault.seq, fault.what) for fault in records.verify("s1", now_ms=5)]
    assert {seq for seq, _ in found} >= {seq for seq, said in what if said != "missing"}
    assert any(said == what[0][1] for _, said in found)


def test_a_chain_that_was_cut_off_shows_by_the_head_that_was_noted(engine: Engine) -> None:
    records = written(engine, *THREE)
    heads = records.heads(5)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM consent_records WHERE seq = 3"))
    assert records.verify("s1", now_ms=5) == []
    assert [(fault.seq, fault.what) for fault in records.verify("s1", heads, now_ms=5)] == [(3, "was cut off")]


DAY_MS = 86_400_000
KEEP = Settings(keep_days=10)
OVER_MS = (RELIED_DAYS + KEEP.keep_days) * DAY_MS


def test_records_go_when_their_choice_has_long_been_over_and_the_chain_starts_behind_them(engine: Engine) -> None:
    late = a_draft("r4", person="p2", at_ms=5 * DAY_MS, analytics=True)
    records = written(engine, *THREE, late)
    heads = records.heads(5 * DAY_MS)
    assert records.expire(OVER_MS, KEEP) == 0
    now_ms = OVER_MS + DAY_MS
    assert records.expire(now_ms, KEEP) == 3 and records.expire(now_ms, KEEP) == 0
    assert [entry.seq for entry in records.all("s1")] == [4]
    assert records.history("s1", "consent", "p1") == [] and len(records.history("s1", "consent", "p2")) == 1
    assert records.verify("s1", heads, now_ms=now_ms) == []
    records.note(a_draft("r5", at_ms=now_ms, analytics=True))
    records.commit()
    assert [entry.seq for entry in records.all("s1")] == [4, 5] and records.verify("s1", now_ms=now_ms) == []
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM consent_records WHERE seq = 4"))
    assert next(fault.what for fault in records.verify("s1", now_ms=now_ms)) == "missing"


def test_a_chain_goes_on_after_all_of_it_is_gone(engine: Engine) -> None:
    records = written(engine, *THREE)
    assert records.expire(OVER_MS + DAY_MS, KEEP) == 3 and records.sites() == []
    records.note(a_draft("r4", at_ms=OVER_MS, analytics=True))
    records.commit()
    assert [entry.seq for entry in records.all("s1")] == [4] and records.verify("s1", now_ms=OVER_MS) == []


def test_who_removes_records_that_are_still_relied_on_is_told_by_the_heads(engine: Engine) -> None:
    records = written(engine, *THREE)
    heads = records.heads(DAY_MS)
    assert records.expire(OVER_MS + DAY_MS, KEEP) == 3  # by a clock that somebody put forward
    faults = records.verify("s1", heads, now_ms=2 * DAY_MS)
    assert [(fault.seq, fault.what) for fault in faults] == [(3, "was removed before its time")]


def test_an_erased_person_is_found_by_nothing_and_the_chain_is_whole(engine: Engine) -> None:
    records = written(engine, *THREE)
    assert records.forget("s1", "consent", "p1") == 1
    assert records.history("s1", "consent", "p1") == [] and records.verify("s1", now_ms=5) == []
    assert records.forget("s1", "consent", "p1") == 0


def test_a_receipt_is_signed_and_says_what_the_record_says(engine: Engine) -> None:
    records, receipts = written(engine, *THREE), Receipts(engine)
    entry = records.find("r2")
    assert entry is not None
    receipt: Any = receipts.sign(entry)
    said = read_receipt(receipt, receipts.key)
    assert (said["record"]["record_id"], said["entry_hash"]) == ("r2", entry.hash.hex())
    header, body, signature = receipt.split(".")
    for forged in (f"{header}.{body}x.{signature}", f"{header}.{body}.{signature[:-4]}AAAA", receipt[:-20]):
        with pytest.raises(ValueError):
            read_receipt(forged, receipts.key)


def test_the_secret_of_a_record_is_the_same_for_ever_and_no_other_one(engine: Engine) -> None:
    one, other = ConsentRecords(engine), ConsentRecords(engine)
    assert one.secret_of("r1") == other.secret_of("r1") != one.secret_of("r2")
