from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onebyone.consent.bits import MAX_LENGTH
from onebyone.consent.said import NOTHING, PARAMETERS, Choice, is_gpc, read_said
from onebyone.event import Permission


@pytest.mark.parametrize(
    ("header", "yes"),
    [
        ("1", True), ("0", False), ("true", False), ("11", False), ("", False), ("0, 1", True), ("1,0", True),
        ("1, 1", True), ("0, 11", False), (" 1", False),
    ],
)  # fmt: skip
def test_gpc_counts_only_as_an_exact_one(header: str, yes: bool) -> None:
    assert is_gpc(header) is yes
    assert read_said(headers={"sec-gpc": header}).gpc is yes


@pytest.mark.parametrize(
    ("block", "choices"),
    [
        ({"analytics": "granted"}, (Choice(Permission.ANALYTICS, True),)),
        ({"analytics": "DENIED "}, (Choice(Permission.ANALYTICS, False),)),
        ({"analytics": False}, (Choice(Permission.ANALYTICS, False),)),
        ({"analytics": 1}, (Choice(Permission.ANALYTICS, True),)),
        ({"analytics": "maybe"}, ()),
        ({"analytics": ["granted"]}, ()),
        ({"security": "denied"}, ()),
        ({"analytics": "granted", "analytics_storage": "denied"}, (Choice(Permission.ANALYTICS, False),)),
        ({"analytics": "granted", "at": 10}, (Choice(Permission.ANALYTICS, True, 10),)),
        ({"analytics": "granted", "at": "1970-01-01T00:00:01+00:00"}, (Choice(Permission.ANALYTICS, True, 1000),)),
        ({"analytics": "granted", "at": 10**13}, (Choice(Permission.ANALYTICS, True, 99),)),
        ({"analytics": "granted", "at": "soon"}, (Choice(Permission.ANALYTICS, True),)),
        ({"analytics": "granted", "at": True}, (Choice(Permission.ANALYTICS, True),)),
        ({"analytics": "granted", "cmp": "x" * 99}, (Choice(Permission.ANALYTICS, True),)),
    ],
)
def test_a_choice_is_a_word_for_yes_or_no(block: dict[str, Any], choices: tuple[Choice, ...]) -> None:
    assert read_said(block, received_ms=10**12 if block.get("at") != 10**13 else 99).choices == choices


def test_silence_is_one_and_the_same() -> None:
    assert read_said() is NOTHING
    assert read_said({}, None, headers={"user-agent": "x"}) is NOTHING


@pytest.mark.parametrize(
    ("block", "gdpr"),
    [
        ({"gdpr": "1"}, "1"), ({"gdpr": 1}, "1"), ({"gdpr": True}, "1"), ({"gdpr": "0"}, "0"),
        ({"gdpr": "${GDPR}"}, ""),
        ({"gpp_sid": "2,6"}, "1"), ({"gpp_sid": "-1"}, ""), ({"gpp_sid": "7", "gdpr": 0}, "0"),
    ],
)  # fmt: skip
def test_whether_the_gdpr_applies(block: dict[str, Any], gdpr: str) -> None:
    assert read_said(block).gdpr == gdpr


def test_a_long_string_is_cut_where_its_reader_sees_that_it_is_too_long() -> None:
    assert len(read_said({"tcf": "C" * 100_000}).tcf) == MAX_LENGTH + 1


def test_the_second_block_replaces_texts_and_a_yes_to_gpc_stays() -> None:
    said = read_said({"gpp": "one", "gpc": True}, {"gpp": "two", "gpc": False})
    assert (said.gpp, said.gpc) == ("two", True)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(PARAMETERS)), _JSON, max_size=8))
def test_whatever_is_sent_is_read_and_can_be_remembered(block: dict[str, Any]) -> None:
    assert hash(read_said(block)) == hash(read_said(dict(block)))
