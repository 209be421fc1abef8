"""Records and keys as they lie in the database. What they mean is tested with the pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from fakes.state import in_memory
from onebyone.event import Conversion
from onebyone.state.claims import Claims
from onebyone.state.conversions import Conversions, StateMoved
from store.rows import an_event

ID, OTHER = "0193a1b2-0000-7000-8000-000000000001", "0193a1b2-0000-7000-8000-000000000002"
DAY_MS = 86_400_000
NOON_MS = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1000)
KEY = b"k" * 16


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = in_memory()
    yield engine
    engine.dispose()


def a_conversion(id: str = ID, version: int = 1) -> Conversion:
    event = an_event(1, name="purchase", order_id="A")
    return Conversion(
        site="s1", first_day=event.day, id=id, version=version, first_received_at=event.received_at,
        updated_at=event.received_at, event=event,
    )  # fmt: skip


def put(conversions: Conversions, one: Conversion, last_day: int = 30_000) -> None:
    conversions.begin(["s1"])
    conversions.put(one, msgspec.json.encode(one), b"body")
    conversions.tie(KEY, one.id, last_day)


def test_what_was_committed_is_found_by_its_key_and_its_id(engine: Engine) -> None:
    conversions = Conversions(engine)
    put(conversions, a_conversion())
    assert conversions.get("s1", ID) is None
    conversions.commit(NOON_MS, Claims(engine))
    assert conversions.get("s1", ID) == a_conversion()
    assert conversions.get_many("s1", ["no uuid", OTHER, ID]) == {ID: a_conversion()}
    assert conversions.find([KEY, b"x" * 16]) == {KEY: [ID]}
    assert conversions.load([ID, OTHER]) == {ID: b"body"}
    assert conversions.body("s1", ID) == b"body"


@pytest.mark.parametrize("id", [OTHER, "", "no uuid", "0193a1b2"])
def test_an_id_that_nobody_knows_is_none(engine: Engine, id: str) -> None:
    assert Conversions(engine).get("s1", id) is None and Conversions(engine).get_many("s1", [id]) == {}


def test_a_record_is_of_its_site_alone(engine: Engine) -> None:
    conversions = Conversions(engine)
    put(conversions, a_conversion())
    conversions.commit(NOON_MS, Claims(engine))
    assert conversions.get("s2", ID) is None and conversions.body("s2", ID) is None
    assert conversions.get_many("s2", [ID]) == {}
    assert conversions.erase("s2", {ID: [KEY]}) == 0 and conversions.erase("s1", {ID: [KEY]}) == 1
    assert conversions.get("s1", ID) is None and conversions.find([KEY]) == {}


def test_who_read_before_another_committed_for_the_site_writes_nothing(engine: Engine) -> None:
    slow, fast = Conversions(engine), Conversions(engine)
    put(slow, a_conversion(OTHER))
    put(fast, a_conversion())
    fast.commit(NOON_MS, Claims(engine))
    with pytest.raises(StateMoved):
        slow.commit(NOON_MS, Claims(engine))
    assert slow.get("s1", OTHER) is None
    slow.begin(["s1"])
    slow.commit(NOON_MS, Claims(engine))
    assert slow.get("s1", OTHER) is not None


def test_keys_and_records_go_when_their_time_is_over(engine: Engine) -> None:
    conversions = Conversions(engine)
    put(conversions, a_conversion(), last_day=NOON_MS // DAY_MS + 4)
    conversions.commit(NOON_MS, Claims(engine))
    assert conversions.expire(NOON_MS + 4 * DAY_MS) == 0
    assert conversions.expire(NOON_MS + 5 * DAY_MS) == 1
    assert conversions.get("s1", ID) is not None  # the key was of a few days, the record is of 400
    conversions.expire(NOON_MS + 401 * DAY_MS)
    assert conversions.get("s1", ID) is None


@pytest.mark.parametrize("count", [0, 1, 500, 1_100])
def test_all_records_of_a_site_are_read_once(engine: Engine, count: int) -> None:
    conversions = Conversions(engine)
    conversions.begin(["s1"])
    ids = [f"0193a1b2-0000-7000-8000-{n:012x}" for n in range(count)]
    for id in ids:
        one = a_conversion(id)
        conversions.put(one, msgspec.json.encode(one), b"body")
    conversions.put_waiting("s1", OTHER.replace("0193", "0194"), 30_000, b"waits for its order")
    conversions.commit(NOON_MS, Claims(engine))
    assert [one.id for one in conversions.of_site("s1")] == ids
    assert list(conversions.of_site("s2")) == []


def test_details_go_from_old_records_and_make_no_new_version(engine: Engine) -> None:
    conversions = Conversions(engine)
    put(
        conversions,
        with_click := replace(a_conversion(), event=replace(a_conversion().event, click_ids={"gclid": "x"})),
    )
    conversions.commit(NOON_MS, Claims(engine))
    day = with_click.updated_at.date().toordinal() - 719_163
    seen: list[tuple[bytes, bytes]] = []

    def change(line: bytes, body: bytes) -> tuple[bytes, bytes]:
        seen.append((line, body))
        return msgspec.json.encode(a_conversion()), b"light"

    marks = [b'"click_ids":']
    assert conversions.lighten("s1", day, marks, change) == 0 and not seen  # it changed on that day, not before
    assert conversions.lighten("s2", day + 1, marks, change) == 0 and not seen
    assert conversions.lighten("s1", day + 1, marks, change) == 1
    assert seen == [(msgspec.json.encode(with_click), b"body")]
    assert (conversions.get("s1", ID), conversions.body("s1", ID)) == (a_conversion(), b"light")
    assert conversions.lighten("s1", day + 1, marks, change) == 0


def test_a_batch_that_read_a_record_before_it_was_lightened_is_made_again(engine: Engine) -> None:
    conversions, other = Conversions(engine), Conversions(engine)
    put(conversions, replace(a_conversion(), event=replace(a_conversion().event, click_ids={"gclid": "x"})))
    conversions.commit(NOON_MS, Claims(engine))
    put(other, a_conversion(version=2))
    conversions.lighten("s1", 30_000, [b'"click_ids":'], lambda line, body: (line + b" ", body))
    with pytest.raises(StateMoved):
        other.commit(NOON_MS, Claims(engine))
