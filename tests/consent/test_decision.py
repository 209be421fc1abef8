from __future__ import annotations

import json
import os
import time
from random import Random
from typing import Any

import pytest

from consent.deciding import DAY, a_policy, at_ms, decided, shown
from consent.encoder import VECTORS
from consent.test_decode import KNOWN, mangle
from onebyone.consent.decision import Decision, Known, Policies
from onebyone.consent.said import Said, read_said
from onebyone.consent.settings import Settings
from onebyone.consent.vocabulary import Basis, Value
from onebyone.event import Permission

CASES = json.loads((VECTORS.parent / "consent/decisions.json").read_text())
PROVE = bool(os.environ.get("PROVE"))
STRINGS = ("tcf", "gdpr_consent", "gpp", "us_privacy", "gcs", "gcd")
_OUT = ("granted", "source", "profile", "mode", "faults", "joins", "limited_use")


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

    def decide(block: dict[str, str], region: str, at: int) -> tuple[Decision, float]:
        began = time.process_time()
        decision = policy.decide(read_said(block), region, at)
        return decision, time.process_time() - began

    for n in range(1_000_000 if PROVE else 10_000):
        block = {random.choice(STRINGS): mangle(random, random.choice(KNOWN)), "analytics": "granted"}
        asked = block, random.choice(("DE", "US-CA", "JP", "")), at_ms(DAY) + n
        decision, took_s = decide(*asked)
        assert decision.permissions & Permission.SECURITY.bit
        if decision.faults and any(answer.source in ("tcf", "gpp", "usp", "gcs", "gcd") for answer in decision.answers):
            assert not decision.allows(Permission.FINGERPRINT)
        # once more: the first may have paid for the garbage of the whole session
        assert took_s < 0.05 or min(decide(*asked)[1] for _ in range(3)) < 0.05
