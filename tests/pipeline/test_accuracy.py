"""The figures of scripts/accuracy.py hold: at once for what is installed, and for what npm fetches with PROVE=1."""

from __future__ import annotations

import os
from pathlib import Path

import accuracy
import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from onebyone.pipeline.classifier import LISTS


def test_of_the_instances_that_a_list_ships_one_in_a_hundred_is_missed_at_most_without_that_list_too() -> None:
    strings = sorted({one for entry in CRAWLER_USER_AGENTS_DATA for one in entry.get("instances", ())})
    corpus = accuracy.Corpus("crawler-user-agents", True, strings)
    assert len(strings) > 2_000
    for lists in (LISTS, LISTS[1:]):
        assert accuracy.measure(corpus, lists).holds


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("PROVE") != "1", reason="fetches packages: PROVE=1")
def test_of_people_that_no_bot_list_ships_one_in_five_hundred_is_flagged_at_most(tmp_path: Path) -> None:
    people = [corpus for corpus in accuracy.corpora(tmp_path) if not corpus.machines and corpus.must_hold]
    if not people:
        pytest.skip("npm fetches nothing here")
    for corpus in people:
        assert accuracy.measure(corpus).holds, corpus.name
