from __future__ import annotations

import pytest

from onebyone.pipeline.decode.ids import split_browser_ids, usable_id

_NONE = ["", "null", "Undefined", "none", "NaN", "0", "-1", "(not set)", "[object Object]", "{id}", "${id}", "a{{id}}b"]


@pytest.mark.parametrize("text", _NONE)
def test_what_a_page_writes_without_an_id_is_none(text: str) -> None:
    assert usable_id(text) == ""


@pytest.mark.parametrize("text", ["00", "-10", "order null", "A{1}", "{", "1e3"])
def test_what_only_looks_odd_is_an_id(text: str) -> None:
    assert usable_id(text) == text


def test_ids_of_vendors_leave_the_properties() -> None:
    rest, found = split_browser_ids({"_fbp": "fb.1", "ttp": "null", "color": "red"})
    assert (rest, found) == ({"color": "red"}, {"fbp": "fb.1"})
