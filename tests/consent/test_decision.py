from __future__ import annotations

import json
import os
import time
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consent.deciding import DAY, a_policy, at_ms, decided, shown
from consent.encoder import VECTORS
from consent.test_decode import KNOWN, mangle
from onebyone.consent.decision import Known, Policies
from onebyone.consent.said import Choice, Said, read_said
from onebyone.consent.settings import Settings
from onebyone.consent.vocabulary import ASKED, Basis, Mode, Value
from onebyone.event import Permission

CASES = json.loads((VECTORS.parent / "consent/decisions.json").read_text())
PROVE = bool(os.environ.get("PROVE"))
STRINGS = ("tcf", "gdpr_consent", "gpp", "us_privacy", "gcs", "gcd")
_OUT = ("granted", "source", "profile", "mode", "faults", "joins")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_a_decision_is_what_its_example_says(case: Any) -> None:
    assert shown(decided(case), case) == {name: case[name] for name in _OUT if name in case}


def test_security_is_always_granted_and_needs_no_consent() -> None:
    answer = (
        a_policy()
        .decide(Said(gpc=True, dnt=True), "DE", at_ms(DAY), Known(suppressed=True))
        .answer(Permission.SECURITY)
    )
    assert (answer.value, answer.basis) == (Value.GRANTED, Basis.EXEMPT)


def test_an_answer_names_its_record_and_time() -> None:
    said = read_said({"analytics": "granted", "at": 1_795_500_000_000, "record_id": "r1", "cmp": "Klaro"})
    answer = a_policy().decide(said, "DE", at_ms(DAY)).answer(Permission.ANALYTICS)
    assert (answer.source, answer.at_ms, answer.record_id, answer.basis) == (
        "cmp:klaro",
        1_795_500_000_000,
        "r1",
        Basis.CONSENT,
    )


def test_a_changed_setting_is_a_changed_policy() -> None:
    policies = Policies(a_policy()._regions)
    before = policies.of("s1", Settings())
    assert policies.of("s1", Settings()) is before
    assert policies.of("s1", Settings(unknown_region="N")) is not before
    assert policies.of("s2", Settings()) is not before


@pytest.mark.slow
def test_whatever_a_string_says_a_decision_comes_of_it_soon() -> None:
    random, policy = Random(None if PROVE else 5), a_policy()
    slowest = 0.0
    for n in range(1_000_000 if PROVE else 10_000):
        block = {random.choice(STRINGS): mangle(random, random.choice(KNOWN)), "analytics": "granted"}
        began = time.process_time()
        decision = policy.decide(read_said(block), random.choice(("DE", "US-CA", "JP", "")), at_ms(DAY) + n)
        slowest = max(slowest, time.process_time() - began)
        assert decision.permissions & Permission.SECURITY.bit
        if decision.faults and any(answer.source in ("tcf", "gpp", "usp", "gcs", "gcd") for answer in decision.answers):
            assert not decision.allows(Permission.FINGERPRINT)
    assert slowest < 0.25  # a pause of the machine, not of the reader: that is measured in test_decode


_MAYBE = st.sampled_from(["granted", "denied"])
_BLOCKS = st.dictionaries(st.sampled_from([one.value for one in ASKED]), _MAYBE, max_size=4)
_REGIONS = st.sampled_from(["", "DE", "GB", "US", "US-CA", "US-VA", "CA", "JP", "FR"])
_STRINGS = st.sampled_from(["", "DBABTA~1YYN", "DBABTA~1YNN", "D!", "DBABTA"])


@given(_BLOCKS, _REGIONS, _STRINGS, st.booleans(), st.booleans(), st.sampled_from(["", "1YYN", "1YNN", "?"]))
def test_more_refusals_never_allow_more(
    block: dict[str, str], region: str, gpp: str, gpc: bool, dnt: bool, usp: str
) -> None:
    policy = a_policy()
    bare = policy.decide(read_said(block), region, at_ms(DAY))
    more = policy.decide(
        read_said({**block, "gpp": gpp, "us_privacy": usp, "gpc": gpc}, headers={"dnt": "1"} if dnt else {}),
        region,
        at_ms(DAY),
    )
    assert more.permissions & ~bare.permissions == 0
    refused = read_said(dict.fromkeys(block, "denied"))
    assert policy.decide(refused, region, at_ms(DAY)).permissions & ~bare.permissions == 0


@given(_BLOCKS, _REGIONS, st.booleans())
def test_who_is_suppressed_allows_nothing_but_security(block: dict[str, str], region: str, gpc: bool) -> None:
    decision = a_policy().decide(read_said({**block, "gpc": gpc}), region, at_ms(DAY), Known(suppressed=True))
    assert decision.permissions == Permission.SECURITY.bit
    assert decision.mode is not Mode.FULL


@given(st.lists(st.tuples(st.sampled_from(ASKED), st.booleans(), st.integers(0, 3)), max_size=8))
@example([(Permission.ANALYTICS, False, 1), (Permission.ANALYTICS, False, 0), (Permission.ANALYTICS, True, 2)])
def test_the_order_of_choices_does_not_matter(told: list[tuple[Permission, bool, int]]) -> None:
    blocks = [{one.value: "granted" if granted else "denied", "at": at} for one, granted, at in told]
    there, back = read_said(*blocks), read_said(*reversed(blocks))
    assert _values(there.choices) == _values(back.choices)


def _values(choices: tuple[Choice, ...]) -> set[tuple[Permission, bool]]:
    return {(choice.permission, choice.granted) for choice in choices}
