"""Segments in segments: put in as they are, circles and too much told in words."""

from __future__ import annotations

import pytest

from onebyone.reports.catalogue import Reports
from onebyone.reports.segment.read import read
from onebyone.reports.segment.refer import ReferenceBroken, bare, references, resolved
from onebyone.reports.segment.rule import Rule
from onebyone.reports.segment.write import in_line, write
from onebyone.store import BadParameter
from store.engine_fixture import the_engine

KNOWN = {
    "buyers": "people who did purchase or did order",
    "lapsed": 'people who are in segment "buyers" and did not page_view in the last 30 days',
    "circle": 'people who are in segment "circle"',
    "ring": 'people who did a and are not in segment "chain"',
    "chain": 'people who did b or are in segment "ring"',
    "many": "people who " + " or ".join(f"did a{n}" for n in range(20)),
    **{f"twice{n}": f'people who are in segment "twice{n + 1}" or not in segment "twice{n + 1}"' for n in range(60)},
}


def find(slug: str) -> Rule:
    return read(KNOWN[slug])


def test_what_it_refers_to_stands_behind_it_and_goes_when_it_is_kept() -> None:
    rule = read('people who in segment "lapsed" and are not in segment "buyers"')
    found = resolved(rule, find)
    assert in_line(found) == (
        'are in segment "lapsed" (are in segment "buyers" (did purchase or did order)'
        ' and did not page_view in the last 30 days) and are not in segment "buyers" (did purchase or did order)'
    )
    assert read(write(found)) == found
    assert bare(found) == rule and [one.slug for one in references(found)] == ["lapsed", "buyers"]


def test_what_was_written_behind_it_is_not_believed() -> None:
    rule = read('people who are in segment "buyers" (did anything)')
    assert resolved(rule, find) == resolved(bare(rule), find)


@pytest.mark.parametrize(
    ("text", "own", "says"),
    [
        ('are in segment "circle"', "", "in a circle: “circle” → “circle”"),
        ('did a and are in segment "ring"', "", "in a circle: “ring” → “chain” → “ring”"),
        ('are in segment "lapsed"', "buyers", "in a circle: “buyers” → “lapsed” → “buyers”"),
        ('are in segment "many" or not in segment "many"', "", "says too much. A rule has at most 25 conditions"),
        ('are in segment "twice0"', "", "it refers to more than 25"),
    ],
)
def test_what_cannot_be_asked_is_told(text: str, own: str, says: str) -> None:
    with pytest.raises(ReferenceBroken) as found:
        resolved(read(f"people who {text}"), find, own)
    assert says in str(found.value)


def test_a_report_does_not_guess_what_a_segment_is() -> None:
    with pytest.raises(BadParameter, match="what segment 'buyers' is"):
        Reports(the_engine()).run("segment_sizes", filters=['people who did a or are in segment "buyers"'])
