from __future__ import annotations

import pytest

from onebyone.consent.unreadable import Code, Unreadable
from onebyone.consent.usp import UsPrivacy, read_us_privacy


@pytest.mark.parametrize(
    ("text", "read", "opted_out"),
    [
        ("1YNN", UsPrivacy(1, "Y", "N", "N"), False),
        ("1yyn", UsPrivacy(1, "Y", "Y", "N"), True),
        ("1---", UsPrivacy(1, "-", "-", "-"), False),
    ],
)
def test_four_characters_are_read(text: str, read: UsPrivacy, opted_out: bool) -> None:
    assert read_us_privacy(text) == read
    assert read.opted_out is opted_out


@pytest.mark.parametrize("text", ["1YN", "1YNNN", "2YNN", "1YNX", "1YNN\n", "${US_PRIVACY}"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_us_privacy(text)
    assert refused.value.code is Code.NOT_A_US_PRIVACY_STRING


def test_nothing_is_empty() -> None:
    with pytest.raises(Unreadable) as refused:
        read_us_privacy("")
    assert refused.value.code is Code.EMPTY
