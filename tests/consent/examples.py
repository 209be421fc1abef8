"""TC strings to begin with: change what a test is about."""

from __future__ import annotations

from datetime import UTC, datetime

from onebyone.consent.ids import Ids
from onebyone.consent.tcf import Core, TcString

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def a_core() -> Core:
    return Core(
        version=2,
        created=DAY,
        last_updated=DAY,
        cmp_id=300,
        cmp_version=7,
        consent_screen=1,
        consent_language="EN",
        vendor_list_version=120,
        policy_version=5,
        is_service_specific=True,
        use_non_standard_texts=False,
        special_feature_opt_ins=(),
        purposes_consent=(1, 3, 7),
        purposes_li=(3, 7, 9),
        purpose_one_treatment=False,
        publisher_cc="DE",
        vendor_consents=Ids.of_ranges([(1, 20)]),
        vendor_li=Ids.of_ranges([(5, 5)]),
        publisher_restrictions=(),
    )


def a_tc() -> TcString:
    return TcString(a_core(), disclosed_vendors=Ids.of_ranges([(1, 30)]), publisher_tc=None, skipped=())
