from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.encoder import fibonacci, gpp_header, number, text, vectors
from onebyone.consent.bits import MAX_LENGTH, Bits
from onebyone.consent.gpp import NAMES, Section, Value, read_fibonacci, read_gpp, read_header
from onebyone.consent.gpp_layouts import LAYOUTS, Field
from onebyone.consent.unreadable import Code, Unreadable

VECTORS = vectors("gpp.json")
PUBLIC = json.loads((Path(__file__).parent / "gpp_sections.json").read_text())
TC = "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"
USCA = "BUUAAACA.YA"


def faults(gpp: str) -> dict[str, str]:
    return {fault.name: fault.code.value for fault in read_gpp(gpp).faults}


def as_lists(section: Section) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in section.fields.items()}


@pytest.mark.parametrize("row", VECTORS["header"], ids=lambda row: row["name"])
def test_the_vectors_headers_list_their_sections(row: dict[str, Any]) -> None:
    assert [*read_header(row["header"])] == row["section_ids"]


@pytest.mark.parametrize(("value", "code"), VECTORS["fibonacci"])
def test_the_vectors_fibonacci_codes_are_their_numbers(value: int, code: str) -> None:
    assert read_fibonacci(Bits(text(code))) == value
    assert fibonacci(value) == code


@pytest.mark.parametrize("row", VECTORS["strings"], ids=lambda row: row["name"])
def test_the_vectors_strings_have_their_sections(row: dict[str, Any]) -> None:
    read = read_gpp(row["gpp"])
    assert [*read.section_ids] == row["section_ids"]
    assert {section.name: as_lists(section) for section in read.sections} == row["sections"]
    assert (read.faults, read.unread) == ((), ())


def test_section_2_is_a_tc_string() -> None:
    tcf = read_gpp(f"DBABM~{TC}").tcf
    assert tcf is not None
    assert tcf.core.cmp_id == 1994 - 1963


@pytest.mark.parametrize("row", PUBLIC["strings"], ids=lambda row: row["section"])
def test_every_us_section_is_read_as_the_public_library_reads_it(row: dict[str, Any]) -> None:
    (section,) = read_gpp(row["gpp"]).sections
    assert (section.name, as_lists(section)) == (row["section"], row["fields"])


@given(st.sets(st.integers(1, 990), min_size=1, max_size=40))
@settings(max_examples=200, derandomize=True, deadline=None)
def test_a_header_round_trips(ids: set[int]) -> None:
    assert read_header(gpp_header(sorted(ids))) == tuple(sorted(ids))


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", Code.EMPTY),
        ("D" * (MAX_LENGTH + 1), Code.TOO_LONG),
        ("D+", Code.BAD_BASE64URL),
        ("~1YNN", Code.TRUNCATED),
        ("CBABM", Code.NOT_A_GPP_STRING),
        ("DCABM", Code.UNSUPPORTED_VERSION),
        ("DB", Code.TRUNCATED),
        ("DBAB", Code.TRUNCATED),
        (text(number(3, 6) + number(1, 6) + number(1, 12) + "0" * 30), Code.TOO_LARGE),
        (text(number(3, 6) + number(1, 6) + number(1, 12) + "1" + fibonacci(1) + fibonacci(1000)), Code.TOO_LARGE),
        ("D_" + "_" * 100, Code.UNSUPPORTED_VERSION),
    ],
)
def test_a_header_that_is_none_is_refused(header: str, code: Code) -> None:
    with pytest.raises(Unreadable) as refused:
        read_gpp(header)
    assert refused.value.code is code


def test_the_number_of_sections_is_bounded_and_the_bound_is_reachable() -> None:
    header = gpp_header(range(1, 1001))
    assert len(read_header(header)) == 1000


@pytest.mark.parametrize(
    ("usca", "code"),
    [
        ("", "empty"),
        ("BUUAAACA.", "empty_segment"),
        ("BUUAAAC+", "bad_base64url"),
        ("BUU", "truncated"),
        ("BUUAAACA.Y-=", "bad_base64url"),
        ("CUUAAACA", "unsupported_version"),
    ],
)
def test_a_broken_section_does_not_spoil_the_others(usca: str, code: str) -> None:
    read = read_gpp(f"{gpp_header([2, 6, 8])}~{TC}~1YNN~{usca}")
    assert [(fault.name, fault.code.value) for fault in read.faults] == [("usca", code)]
    assert [section.name for section in read.sections] == ["uspv1"]
    assert read.tcf is not None


def test_a_broken_tc_string_or_us_privacy_text_is_a_fault_of_its_section() -> None:
    assert faults(f"{gpp_header([2, 6, 8])}~{TC[:20]}~1YN~{USCA}") == {
        "tcfeuv2": "truncated",
        "uspv1": "not_a_us_privacy_string",
    }


def test_sections_that_are_missing_or_not_listed_are_faults() -> None:
    assert faults(f"{gpp_header([6, 8])}~1YNN") == {"usca": "missing_section"}
    assert faults(f"{gpp_header([6])}~1YNN~{USCA}") == {"unlisted": "unlisted_section"}


def test_sections_without_a_layout_are_named_and_skipped() -> None:
    read = read_gpp(f"{gpp_header([5, 8, 99])}~BPX.~{USCA}~anything")
    assert (read.unread, read.faults) == ((5, 99), ())
    assert [section.name for section in read.sections] == ["usca"]


def test_gpc_is_read_wherever_it_stands_and_one_signal_is_enough() -> None:
    fields = read_gpp(f"{gpp_header([9])}~BEoAABA.AA.QA.YA").sections[0].fields
    assert (fields["GpcSegmentType"], fields["Gpc"]) == (1, True)


def test_an_unknown_segment_is_skipped() -> None:
    assert "Gpc" not in read_gpp(f"{gpp_header([8])}~BUUAAACA.gA").sections[0].fields


@pytest.mark.parametrize("id", [25, 26, 27])
def test_indiana_kentucky_and_rhode_island_hold_sensitive_data_in_a_second_segment(id: int) -> None:
    core, second = text(number(1, 6) + "01" * 9), text("0110" * 4)
    fields = read_gpp(f"{gpp_header([id])}~{core}.{second}").sections[0].fields
    assert fields["SensitiveDataProcessing"] == (1, 2) * 4
    assert "SensitiveDataProcessing" not in read_gpp(f"{gpp_header([id])}~{core}").sections[0].fields
    assert faults(f"{gpp_header([id])}~{core}.A") == {NAMES[id]: "truncated"}


def encode(fields: tuple[Field, ...], values: list[int]) -> str:
    count = sum(field.times or 1 for field in fields)
    return "".join(number(values[at % len(values)], 2) for at in range(count))


def flat(values: list[Value]) -> list[Value]:
    return [one for value in values for one in (value if isinstance(value, tuple) else (value,))]


@pytest.mark.parametrize(("name", "version"), LAYOUTS, ids=lambda part: str(part))
def test_every_layout_round_trips(name: str, version: int) -> None:
    layout, id = LAYOUTS[name, version], next(id for id, known in NAMES.items() if known == name)
    body = encode(layout.fields, [1, 2, 0, 3, 2])
    fields = dict(read_gpp(f"{gpp_header([id])}~{text(number(version, 6) + body)}").sections[0].fields)
    assert fields.pop(layout.version) == version
    assert [*fields] == [field.name for field in layout.fields]
    assert "".join(number(int(str(value)), 2) for value in flat([*fields.values()])) == body


def test_every_us_section_has_a_layout() -> None:
    assert {name for name, _ in LAYOUTS} == {name for id, name in NAMES.items() if id >= 7}
    assert set(NAMES) == {2, *range(5, 28)}
    assert {row["section"] for row in PUBLIC["strings"]} == {name for name, _ in LAYOUTS}


def test_the_first_version_of_the_national_section_has_fewer_items() -> None:
    widths = [sum(field.times or 1 for field in LAYOUTS["usnat", version].fields) for version in (1, 2)]
    assert widths == [9 + 12 + 2 + 1 + 3, 9 + 16 + 3 + 1 + 3]
