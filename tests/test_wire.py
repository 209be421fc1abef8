from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebyone.event import Drop, Reason
from onebyone.money import CURRENCIES, amount, minor_units
from onebyone.wire import (
    MAX_EVENTS,
    MAX_ITEMS,
    MAX_ITEMS_CHARS,
    MAX_PROPS,
    MAX_TEXT_CHARS,
    MAX_TITLE_CHARS,
    Batch,
    EventBody,
    SentEvent,
    ServerBatch,
    check_event,
    event_id_of,
    event_name_of,
    read_batch,
    read_event,
    read_server_batch,
    split_events,
    time_ms,
    without_lone_surrogates,
)

_DEEP = b"[" * 100_000 + b"]" * 100_000


def a_batch(*events: bytes) -> bytes:
    return b'{"site":"s1","sent_at":5,"events":[' + b",".join(events) + b"]}"


def sent(**fields: Any) -> SentEvent:
    read = read_event(json.dumps({"name": "a", **fields}).encode())
    assert isinstance(read, SentEvent)
    return read


def refused(**fields: Any) -> Drop:
    read = read_event(json.dumps({"name": "a", **fields}).encode())
    assert isinstance(read, Drop)
    return read


def test_a_batch_leaves_its_events_unread() -> None:
    batch = read_batch(b'{"site":"s1","sent_at":17,"consent":{"analytics":"denied"},"more":1,"events":[{"a":1}, 7]}')
    assert isinstance(batch, Batch)
    assert (batch.site, batch.sent_ms, batch.consent) == ("s1", 17, {"analytics": "denied"})
    assert [bytes(event) for event in batch.events] == [b'{"a":1}', b"7"]


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert isinstance(read_batch(b"\xef\xbb\xbf" + a_batch()), Batch)


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        (b"", Reason.BODY_UNREADABLE, "not JSON: Input data was truncated"),
        (b"null", Reason.WRONG_SHAPE, "body: Expected `object`, got `null`"),
        (b'{"events":[]}', Reason.WRONG_SHAPE, "body: Object missing required field `site`"),
        (b'{"site":1,"events":[]}', Reason.WRONG_SHAPE, "site: Expected `str`, got `int`"),
        (b'{"site":"\xff","events":[]}', Reason.BODY_UNREADABLE, "not UTF-8"),
        (b'{"site":"s","sent_at":' + _DEEP + b"}", Reason.WRONG_SHAPE, None),
        (b'{"more":' + _DEEP + b"}", Reason.BODY_UNREADABLE, "nested too deep"),
        (b'{"site":"s","events":"NaN"', Reason.WRONG_SHAPE, None),
    ],
)
def test_a_batch_nobody_can_read_says_why(body: bytes, reason: Reason, detail: str | None) -> None:
    drop = read_batch(body)
    assert isinstance(drop, Drop)
    assert drop.reason == reason
    assert detail in (None, drop.detail)


def test_a_batch_has_a_limit() -> None:
    assert isinstance(read_batch(a_batch(*[b"1"] * MAX_EVENTS)), Batch)
    too_many = Drop(Reason.TOO_MANY_EVENTS, detail="events: 1001, and at most 1000 fit one request")
    assert read_batch(a_batch(*[b"1"] * (MAX_EVENTS + 1))) == too_many
    assert read_server_batch(a_batch(*[b"1"] * (MAX_EVENTS + 1))) == too_many


def test_a_server_names_no_site() -> None:
    batch = read_server_batch(b'{"events":[{"name":"a"}]}')
    assert isinstance(batch, ServerBatch)
    assert len(batch.events) == 1
    assert isinstance(read_server_batch(b"[]"), Drop)


@pytest.mark.parametrize(
    "broken", [b'{"name":NaN}', b'{"name":"\xff"}', b"{1}", _DEEP, b'{"props":{"x":01}}', b'{"a":"],[\\"","b":nope}']
)
def test_a_broken_event_leaves_its_neighbours_whole(broken: bytes) -> None:
    batch = read_batch(a_batch(b'{"name":"first"}', broken, b'{"name":"last"}'))
    assert isinstance(batch, Batch)
    reads = [read_event(event) for event in batch.events]
    assert [read.name for read in (reads[0], reads[2]) if isinstance(read, SentEvent)] == ["first", "last"]
    assert isinstance(reads[1], Drop)


def test_a_text_cut_in_the_middle_of_a_character_costs_that_character_only() -> None:
    raw = b'{"id":"i1","name":"\\ud83d x","page":{"title":"\\ud83d\\ude00 \\\\ud83d"}}'
    read = read_event(raw)
    assert isinstance(read, SentEvent)
    assert (read.name, read.title) == ("\ufffd x", "\U0001f600 \\ud83d")
    assert (event_id_of(raw), event_name_of(raw)) == ("i1", "\ufffd x")


def test_an_empty_list_can_be_split_too() -> None:
    assert split_events(b'{"site":"s","x":[[1,2]],"events":[ ]}') == (b'{"site":"s","x":[[1,2]],"events":[]}', [])


def test_a_list_that_never_ends_cannot_be_split() -> None:
    assert split_events(b'{"events":[1,2') is None
    assert split_events(b'{"other":[1,2]}') is None


@given(st.text(alphabet=["\\", "u", "d", "8", "0", "c", '"', "x"], max_size=30))
def test_mending_half_characters_changes_nothing_else(text: str) -> None:
    whole = json.dumps({"x": text}).encode()
    assert without_lone_surrogates(whole) == whole


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\ \n01eud8nulltrue', max_size=60).map(str.encode))
def test_no_bytes_are_an_exception(body: bytes) -> None:
    assert isinstance(read_batch(body), Batch | Drop)
    assert isinstance(read_server_batch(body), ServerBatch | Drop)
    assert isinstance(read_event(body), SentEvent | Drop)
    assert isinstance(event_id_of(body) + event_name_of(body), str)


@pytest.mark.parametrize(
    ("raw", "expected"), [(b'{"id":7}', "7"), (b'{"id":true}', ""), (b'{"id":[1]}', ""), (b"[]", ""), (b"{}", "")]
)
def test_a_sender_finds_its_event_again_by_what_it_called_it(raw: bytes, expected: str) -> None:
    assert event_id_of(raw) == expected


def test_numbers_are_ids_and_nulls_are_silence() -> None:
    event = sent(id=12, event_id=None, user_id=0, page=None, props=None, order=None, seq=None, webdriver=None, at="")
    assert (event.id, event.event_id, event.user_id, event.order, event.at_ms) == ("12", "", "0", None, None)


def test_a_later_name_wins_over_an_earlier_one() -> None:
    read = read_event(b'{"name":"a","name":"b"}')
    assert isinstance(read, SentEvent)
    assert read.name == "b"


def test_texts_are_cut_and_cleaned() -> None:
    page = {"url": "u" * 3_000, "title": "a\x00b\n" + "t" * 900}
    event = sent(page=page, props={"long": "x" * 2_000}, device={"user_agent": "m" * 3_000})
    assert (len(event.url), len(event.title), event.title[:4]) == (2_048, MAX_TITLE_CHARS, "a b ")
    assert len(event.props["long"]) == MAX_TEXT_CHARS
    assert len(event.user_agent) == MAX_TEXT_CHARS + 1


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "n" * 65},
        {"id": "x" * 256},
        {"event_id": "x" * 256},
        {"visitor": "x" * 256},
        {"order": {"id": "x" * 256}},
        {"order": {"adjustment_id": "x" * 256}},
        {"props": {"p" * 65: 1}},
    ],
)
def test_an_id_or_a_name_too_long_ends_the_event(fields: dict[str, Any]) -> None:
    drop = refused(**fields)
    assert drop.reason == Reason.VALUE_TOO_LONG
    assert "xx" not in drop.detail


@pytest.mark.parametrize("name", [None, "", "  ", "\x00"])
def test_an_event_needs_a_name(name: str | None) -> None:
    assert refused(name=name).reason == Reason.NAME_MISSING


def test_a_property_is_its_json_text() -> None:
    props = {"n": 1, "f": 2.5, "b": True, "none": None, "list": [1, {"a": 0.1}], " ": 1, "big": 10**30}
    assert sent(props=props).props == {"n": "1", "f": "2.5", "b": "true", "list": '[1,{"a":0.1}]', "big": str(10**30)}


def test_properties_beyond_the_limit_are_left_out_and_flagged() -> None:
    event = sent(props={f"p{number}": 1 for number in range(MAX_PROPS + 5)})
    assert (len(event.props), event.flags) == (MAX_PROPS, ("props_cut",))


@pytest.mark.parametrize("shape", [b'{"name":"a","props":{"x":%b}}', b'{"name":"a","order":{"items":[{"x":%b}]}}'])
def test_no_depth_is_an_exception(shape: bytes) -> None:
    details = set()
    for depth in (1, *range(800, 1_010), 5_000):
        read = read_event(shape % (b"[" * depth + b"]" * depth))
        details.add(read.detail if isinstance(read, Drop) else "")
    assert details == {"", "nested too deep"}


def test_a_value_too_deep_to_write_down_ends_the_event() -> None:
    nested: list[Any] = []
    for _ in range(5_000):
        nested = [nested]
    assert check_event(EventBody(name="a", props={"x": nested})) == Drop(
        Reason.BODY_UNREADABLE, detail="nested too deep"
    )


def test_navigation_and_sequence_are_known_ones_or_none() -> None:
    assert (sent(nav="reload", seq=4).nav, sent(nav="teleport").nav) == ("reload", "")
    assert sent(nav="reload_discarded").nav == "reload_discarded"
    assert [sent(seq=seq).seq for seq in (4, -1, 2**32)] == [4, 0, 0]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (1_795_514_400_000, 1_795_514_400_000),
        ("1795514400000", 1_795_514_400_000),
        ("2026-11-24T10:00:00Z", 1_795_514_400_000),
        ("2026-11-24 11:00:00.250+01:00", 1_795_514_400_250),
        (1.9, 1),
        (-5, -5),
        ("2026-11-24T10:00:00", None),
        ("yesterday", None),
        (10**30, None),
        (float("inf"), None),
        (None, None),
    ],
)
def test_a_time_is_milliseconds_or_rfc_3339(said: Any, expected: int | None) -> None:
    assert time_ms(said) == expected


def test_an_order_is_exact_to_the_last_digit() -> None:
    order = {"id": 7, "value": "59.97", "tax": 9.58, "currency": "eur", "items": [{"price": 19.99}], "coupon": 5}
    read = sent(order=order).order
    assert read is not None
    assert (read.id, read.value, read.tax, read.shipping) == ("7", Decimal("59.97"), Decimal("9.58"), None)
    assert (read.currency, read.items, read.coupon) == ("EUR", '[{"price":19.99}]', "5")


@pytest.mark.parametrize("value", ["12,50", "-1", "1_000", "1e3", "NaN", -0.01, True, [], "٣", 10**12, 1e300])
def test_what_is_no_amount_ends_the_event(value: Any) -> None:
    drop = refused(order={"value": value})
    assert drop.reason == Reason.VALUE_IMPOSSIBLE
    assert drop.detail == "order.value: not an amount, 0 or more, such as 12.50"


def test_a_number_beyond_all_measure_ends_the_event() -> None:
    drop = read_event(b'{"name":"a","order":{"value":1e99999999999999999999}}')
    assert isinstance(drop, Drop)
    assert drop.detail == "order.value: a number beyond all measure"


def test_an_empty_amount_is_none() -> None:
    read = sent(order={"value": "", "tax": None}).order
    assert read is not None
    assert (read.value, read.tax) == (None, None)
    assert amount(" 1.50 ") == Decimal("1.50")


@pytest.mark.parametrize("currency", ["XXX", "EURO", "XAU", "€"])
def test_what_is_no_currency_ends_the_event(currency: str) -> None:
    assert refused(order={"currency": currency}).reason == Reason.VALUE_IMPOSSIBLE


def test_items_beyond_the_limits_are_left_out_and_flagged() -> None:
    many = sent(order={"items": [{"n": n} for n in range(MAX_ITEMS + 1)]})
    long = sent(order={"items": [{"n": "x" * 20_000}, {"n": "x" * 20_000}]})
    huge = sent(order={"items": [{"n": "x" * 40_000}]})
    assert many.order and long.order and huge.order
    assert [len(json.loads(event.order.items or "[]")) for event in (many, long, huge) if event.order] == [200, 1, 0]
    assert len(long.order.items) <= MAX_ITEMS_CHARS
    assert {event.flags for event in (many, long, huge)} == {("items_cut",)}


def test_properties_named_as_in_ga4_are_the_order() -> None:
    props = {"transaction_id": "T1", "value": 9.5, "currency": "USD", "tax": 1, "items": [{"q": 1}], "color": "red"}
    event = sent(props=props)
    assert event.order is not None
    assert (event.order.id, event.order.value, event.order.tax) == ("T1", Decimal("9.5"), Decimal(1))
    assert event.props == {"color": "red"}


def test_the_order_itself_wins_over_properties() -> None:
    event = sent(order={"id": "A"}, props={"transaction_id": "B", "value": 1})
    assert event.order is not None
    assert (event.order.id, event.order.value) == ("A", Decimal(1))


@pytest.mark.parametrize("value", [-5, "high", None])
def test_a_value_that_is_no_money_stays_a_property(value: Any) -> None:
    assert sent(props={"value": value}).order is None
    kept = sent(props={"value": value}, order={"id": "A"})
    assert kept.order is not None
    assert (kept.order.id, kept.order.value) == ("A", None)


def test_a_wrong_type_among_them_names_the_field() -> None:
    drop = refused(props={"transaction_id": "T", "items": {"secret": "x"}})
    assert drop == Drop(Reason.WRONG_SHAPE, detail="props.items: Expected `array | null`, got `object`")


@pytest.mark.parametrize(
    ("value", "currency", "units"),
    [
        ("129.90", "EUR", 12_990),
        ("0.30000000000000004", "EUR", 30),
        ("0.005", "USD", 1),
        ("1000", "JPY", 1_000),
        ("1.2345", "KWD", 1_235),
        ("1", "CLF", 10_000),
        ("-3", "EUR", -300),
        ("1", "XXX", None),
        ("1e12", "EUR", None),
        ("Infinity", "EUR", None),
        ("NaN", "EUR", None),
    ],
)
def test_minor_units_follow_the_currency(value: str, currency: str, units: int | None) -> None:
    assert minor_units(Decimal(value), currency) == units


@given(st.integers(0, 10**15), st.sampled_from(sorted(CURRENCIES)))
def test_no_minor_unit_is_lost_on_the_wire(units: int, currency: str) -> None:
    size = minor_units(Decimal(1), currency)
    assert size is not None
    assert minor_units(Decimal(units) / size, currency) == (units if units < size * 10**12 else None)
