from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from consent.encoder import vectors
from consent.examples import DAY, a_core, a_tc
from onebyone.consent.tcf import Core, TcString, read_tcf
from onebyone.consent.tcf_flags import MEANINGS, Flag, flags_of

VECTORS = vectors("tcf.json")


@pytest.mark.parametrize("row", VECTORS["valid"], ids=lambda row: row["name"])
def test_the_vectors_raise_their_flags(row: dict[str, Any]) -> None:
    raised = flags_of(read_tcf(row["tc_string"]), now=DAY)
    assert [flag for flag in raised if flag is not Flag.STALE] == row["compliance_flags"]


@pytest.mark.parametrize(
    ("tc", "raised"),
    [
        (replace(a_tc(), core=replace(a_core(), purposes_li=(2, 7))), []),
        (a_tc(), [Flag.LI_BIT_ON_CONSENT_ONLY_PURPOSE]),
        (replace(a_tc(), core=replace(a_core(), purposes_li=(), purposes_consent=(12,))), [Flag.UNKNOWN_PURPOSE_BIT]),
        (replace(a_tc(), core=replace(a_core(), purposes_li=(24,))), [Flag.UNKNOWN_PURPOSE_BIT]),
        (
            replace(a_tc(), core=replace(a_core(), purposes_li=(), special_feature_opt_ins=(3,))),
            [Flag.UNKNOWN_SPECIAL_FEATURE_BIT],
        ),
        (
            replace(a_tc(), core=replace(a_core(), purposes_li=()), skipped=(2, 6)),
            [Flag.DEPRECATED_SEGMENT_TYPE_2, Flag.UNKNOWN_SEGMENT_TYPE],
        ),
        (replace(a_tc(), core=replace(a_core(), purposes_li=()), skipped=(2,)), [Flag.DEPRECATED_SEGMENT_TYPE_2]),
    ],
)
def test_each_fault_raises_its_flag(tc: TcString, raised: list[Flag]) -> None:
    assert [*flags_of(tc, now=DAY)] == raised


def updated(day: datetime) -> TcString:
    core: Core = replace(a_core(), last_updated=day)
    return replace(a_tc(), core=core)


@pytest.mark.parametrize(
    ("last", "valid_until"),
    [
        (datetime(2026, 3, 2, tzinfo=UTC), datetime(2027, 4, 2, tzinfo=UTC)),
        (datetime(2026, 1, 31, tzinfo=UTC), datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2027, 1, 31, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2026, 12, 5, tzinfo=UTC), datetime(2028, 1, 5, tzinfo=UTC)),
    ],
)
def test_a_choice_is_stale_after_thirteen_months(last: datetime, valid_until: datetime) -> None:
    assert Flag.STALE not in flags_of(updated(last), now=valid_until)
    assert Flag.STALE in flags_of(updated(last), now=valid_until + timedelta(seconds=1))


def test_a_choice_from_the_future_is_stale_but_for_a_day_of_clocks_that_differ() -> None:
    assert Flag.STALE not in flags_of(updated(DAY + timedelta(days=1)), now=DAY)
    assert Flag.STALE in flags_of(updated(DAY + timedelta(days=1, seconds=1)), now=DAY)


def test_every_flag_has_its_meaning_and_those_of_the_vectors_exist() -> None:
    assert MEANINGS.keys() == set(Flag)
    assert VECTORS["flags"].keys() <= {flag.value for flag in Flag}
    assert [*Flag] == sorted(Flag)
