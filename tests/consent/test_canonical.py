from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.consent.canonical import canonical

_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, -3]}, '{"a":[true,null,-3],"b":1}'),
        ({"\u20ac": "Euro", "\r": "CR", "1": "One", "\U0001f600": "Smile", "\ufb33": "D", "\x80": "C", "\xf6": "O"},
         '{"\\r":"CR","1":"One","\x80":"C","\xf6":"O","\u20ac":"Euro","\U0001f600":"Smile","\ufb33":"D"}'),
        ("\x00\x1f\"\\\b\f\n\r\t/\x7f\u2028", '"\\u0000\\u001f\\"\\\\\\b\\f\\n\\r\\t/\x7f\u2028"'),
    ],
)  # fmt: skip
def test_a_value_has_one_text(value: Any, text: str) -> None:
    assert canonical(value).decode() == text


@pytest.mark.parametrize("value", [1.5, 2**53, "\ud800", {"a": object()}, b"bytes"])
def test_what_has_no_canonical_text_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical(value)


@given(_JSON)
def test_it_is_json_that_says_the_same(value: Any) -> None:
    assert json.loads(canonical(value)) == value
