from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from consent import encoder
from consent.encoder import number, text
from consent.examples import a_core, a_tc
from onebyone.consent.bits import MAX_LENGTH
from onebyone.consent.ids import Ids
from onebyone.consent.tcf import Core, PublisherTc, Restriction, TcString, read_tcf
from onebyone.consent.unreadable import Code, Unreadable

VECTORS = encoder.vectors("tcf.json")
CORE = encoder.tcf(replace(a_tc(), disclosed_vendors=None))


def code_of(string: str) -> str:
    with pytest.raises(Unreadable) as refused:
        read_tcf(string)
    return refused.value.code.value


@pytest.mark.parametrize("row", VECTORS["invalid"], ids=lambda row: row["name"])
def test_the_refused_vectors_have_their_codes(row: dict[str, Any]) -> None:
    assert code_of(row["tc_string"]) == row["expect_error"]


@pytest.mark.parametrize("row", VECTORS["lenient"], ids=lambda row: row["name"])
def test_the_lenient_vectors_read_as_without_their_fault(row: dict[str, Any]) -> None:
    same = next(one for one in VECTORS["valid"] if one["name"] == row["expect_same_core_as"])
    read, plain = read_tcf(row["tc_string"]), read_tcf(same["tc_string"])
    assert read.core.vendor_consents == plain.core.vendor_consents
    assert read.disclosed_vendors == plain.disclosed_vendors
    assert (read.skipped, plain.skipped) == ((5,), ())


# the order of the checks: each string has the fault of its row, and faults of later rows beside it

OUT_OF_RANGE = encoder.core_head(a_core()) + number(9, 16) + "1" + encoder.ranges([(0, 0)])
SEGMENT = text(number(1, 3) + number(0, 17))


@pytest.mark.parametrize(
    ("string", "code"),
    [
        ("1YNN", "not_a_tc_string"),
        ("1---", "not_a_tc_string"),
        ("~" * (MAX_LENGTH + 1), "not_a_tc_string"),
        ("." * (MAX_LENGTH + 1), "too_long"),
        ("A" * MAX_LENGTH, "unsupported_version"),
        (f"*..{CORE}", "empty_segment"),
        ("B*", "bad_base64url"),
        (f"{CORE}.B=", "bad_base64url"),
        ("B.I", "unsupported_version"),
        (f"{text(OUT_OF_RANGE)}.{SEGMENT}.{SEGMENT}", "truncated"),
        (f"{text(OUT_OF_RANGE + number(0, 29))}.{SEGMENT}.{SEGMENT}", "bad_range"),
        (f"{text(OUT_OF_RANGE + number(0, 29))}.{SEGMENT}.IAA", "truncated"),
        (f"{CORE}.{SEGMENT}.{CORE}", "duplicate_segment"),
        (f"{CORE}.{text(number(3, 3) + '0' * 54)}.{text(number(3, 3) + '0' * 54)}", "duplicate_segment"),
    ],
)
def test_the_first_check_that_fails_names_the_fault(string: str, code: str) -> None:
    assert code_of(string) == code


@pytest.mark.parametrize("pairs", [[(0, 0)], [(0, 4)], [(9, 8)], [(1, 3), (65535, 65534)]])
def test_a_range_that_ends_before_it_starts_and_vendor_0_are_refused(pairs: list[tuple[int, int]]) -> None:
    segment = text(number(1, 3) + number(9, 16) + "1" + encoder.ranges(pairs))
    assert code_of(f"{CORE}.{segment}") == "bad_range"


@pytest.mark.parametrize(("extra", "by_bits", "refused"), [(16_975, 0, False), (16_974, 1, False), (16_975, 1, True)])
def test_a_million_ids_are_read_and_one_more_is_refused(extra: int, by_bits: int, refused: bool) -> None:
    everyone, rest = Ids.of_ranges([(1, 65_535)]), Ids.of_ranges([(1, extra)])
    restrictions = tuple(Restriction(2, 0, vendors) for vendors in [everyone] * 15 + [rest])
    consents = Ids.of_bits("01" * by_bits)
    core = replace(a_core(), vendor_consents=consents, vendor_li=Ids(), publisher_restrictions=restrictions)
    string = encoder.tcf(replace(a_tc(), core=core, disclosed_vendors=None))
    if refused:
        assert code_of(string) == "too_large"
    else:
        assert read_tcf(string).core.publisher_restrictions == restrictions


def test_ids_of_all_sets_together_are_counted() -> None:
    everyone = Restriction(2, 0, Ids.of_ranges([(1, 65_535)]))
    core = replace(a_core(), publisher_restrictions=(everyone,) * 16)
    assert code_of(encoder.tcf(replace(a_tc(), core=core))) == "too_large"


def test_types_that_are_not_known_are_skipped_as_often_as_they_come() -> None:
    tc = replace(a_tc(), skipped=(2, 7, 2, 4))
    assert read_tcf(encoder.tcf(tc)) == tc


def test_letters_that_are_none_become_question_marks() -> None:
    head = encoder.core_head(a_core())
    tail = number(0, 17) + number(0, 17) + number(0, 12)
    assert read_tcf(text(head[:108] + "1" * 12 + head[120:] + tail)).core.consent_language == "??"


def test_the_latest_instant_that_fits_is_read() -> None:
    head = encoder.core_head(a_core())
    tail = number(0, 17) + number(0, 17) + number(0, 12)
    read = read_tcf(text(head[:6] + "1" * 72 + head[78:] + tail))
    assert read.core.created == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=(2**36 - 1) / 10)


def test_an_error_carries_its_code_and_never_the_string() -> None:
    with pytest.raises(Unreadable) as refused:
        read_tcf("a visitor's secret")
    assert refused.value.code is Code.BAD_BASE64URL
    assert str(refused.value) == "bad_base64url"


# round trips

ids = st.builds(
    Ids.of_ranges,
    st.lists(st.tuples(st.integers(1, 300), st.integers(0, 40)).map(lambda pair: (pair[0], sum(pair))), max_size=6),
)
instants = st.integers(0, 2**36 - 1).map(lambda tenths: datetime.fromtimestamp(0, UTC) + timedelta(seconds=tenths / 10))
words = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2)


def some_of(highest: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.sets(st.integers(1, highest)).map(lambda chosen: tuple(sorted(chosen))) if highest else st.just(())


cores = st.builds(
    Core,
    version=st.just(2),
    created=instants,
    last_updated=instants,
    cmp_id=st.integers(0, 4095),
    cmp_version=st.integers(0, 4095),
    consent_screen=st.integers(0, 63),
    consent_language=words,
    vendor_list_version=st.integers(0, 4095),
    policy_version=st.integers(0, 63),
    is_service_specific=st.booleans(),
    use_non_standard_texts=st.booleans(),
    special_feature_opt_ins=some_of(12),
    purposes_consent=some_of(24),
    purposes_li=some_of(24),
    purpose_one_treatment=st.booleans(),
    publisher_cc=words,
    vendor_consents=ids,
    vendor_li=ids,
    publisher_restrictions=st.lists(st.builds(Restriction, st.integers(0, 63), st.integers(0, 3), ids), max_size=3).map(
        tuple
    ),
)
publishers = st.integers(0, 63).flatmap(
    lambda custom: st.builds(PublisherTc, some_of(24), some_of(24), st.just(custom), some_of(custom), some_of(custom))
)
tc_strings = st.builds(
    TcString, cores, st.none() | ids, st.none() | publishers, st.lists(st.sampled_from([2, 5])).map(tuple)
)


@given(tc_strings, st.booleans(), st.sampled_from([6, 8, 24]))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_what_was_encoded_is_read_back_whatever_the_layout(tc: TcString, as_ranges: bool, pad_to: int) -> None:
    assert read_tcf(encoder.tcf(tc, as_ranges=as_ranges, pad_to=pad_to)) == tc


# time


def worst(length: int) -> list[str]:
    """The longest ways to say something: single ids, ranges, bits that alternate, restrictions, segments."""
    head = encoder.core_head(a_core())
    room = length * 6 - len(head) - 60
    ranged, nothing = number(9, 16) + "1", number(0, 17 + 12)
    singles = ranged + number(room // 17, 12) + number(77, 17) * (room // 17) + nothing
    pairs = ranged + number(room // 33, 12) + ("1" + number(1, 16) + number(2, 16)) * (room // 33) + nothing
    alternate = number(room // 2 * 2, 16) + "0" + "10" * (room // 2) + nothing
    restrictions = number(0, 34) + number(room // 20, 12) + number(0, 20) * (room // 20)
    cores = [text(head + body) for body in (singles, pairs, alternate, restrictions)]
    return [*cores, CORE + ".o" * ((length - len(CORE)) // 2)]


def quickest(string: str) -> float:
    def once() -> float:  # of this thread alone: a busy machine is not its fault
        start = time.thread_time()
        read_tcf(string)
        return time.thread_time() - start

    return min(once() for _ in range(7))


@pytest.mark.parametrize("form", range(5), ids=["singles", "ranges", "bits", "restrictions", "segments"])
def test_the_longest_string_is_read_in_milliseconds_and_in_linear_time(form: int) -> None:
    short, long = worst(MAX_LENGTH // 8)[form], worst(MAX_LENGTH)[form]
    assert MAX_LENGTH - 12 < len(long) <= MAX_LENGTH
    assert quickest(long) < 0.030  # some 3 ms on an idle machine
    assert quickest(long) < 8 * 4 * quickest(short)
