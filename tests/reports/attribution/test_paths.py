from __future__ import annotations

import msgspec
import pytest

from onebyone.reports.attribution.paths import Path, channels_of, merge


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('{"path": ["A"], "conversions": -1}', ">= 0"),
        ('{"path": ["A"], "conversions": 1.5}', "Expected `int`"),
        ('{"path": ["A"], "conversions": 1, "nulls": "2"}', "Expected `int`"),
        ('{"path": ["A", ""], "conversions": 1}', "length >= 1"),
        ('{"path": "A", "conversions": 1}', "Expected `array`"),
        ('{"path": ["A"]}', "conversions"),
        ('{"path": ["A"], "conversions": 1, "hours": [1]}', "hours"),
        ('{"path": ["A"], "conversions": 1, "hours_before": [1, 0]}', "1 touches but 2 hours_before"),
        ('{"path": ["A"], "conversions": 1, "hours_before": [-1]}', ">= 0"),
        ('{"path": ["A", "B"], "conversions": 1, "hours_before": [1, 2]}', "the first touch is the oldest"),
    ],
)
def test_a_malformed_row_is_refused_with_its_fault(row: str, said: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=said):
        msgspec.json.decode(row, type=Path)


def test_equal_paths_are_one_and_empty_ones_none() -> None:
    paths = [Path(("B", "A"), 1, 2), Path((), 9), Path(("A",), 4), Path(("B", "A"), 3, 4, (1.0, 0.0))]
    assert merge(paths) == [Path(("A",), 4), Path(("B", "A"), 4, 6)]
    assert channels_of(paths) == ["A", "B"]
