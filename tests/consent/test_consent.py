from __future__ import annotations

import pytest

from onebyone.consent import may_identify


@pytest.mark.parametrize(
    ("said", "may"),
    [
        ({}, True),
        ({"analytics": "granted"}, True),
        ({"analytics": "denied"}, False),
        ({"analytics": "DENIED"}, False),
        ({"analytics": False}, False),
        ({"marketing": "denied"}, True),
        ({"gdpr": "1"}, False),
        ({"gdpr": 1}, False),
        ({"gdpr": "0"}, True),
        ({"gdpr": "1", "analytics": "granted"}, False),
    ],
)
def test_a_refusal_decides_and_silence_does_not(said: dict[str, object], may: bool) -> None:
    assert may_identify(said) is may
