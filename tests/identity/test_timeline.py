"""Whose a browser was: reach, shared devices, and no matter in which order it was said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from onebyone.identity.nodes import epoch_node, held_node
from onebyone.identity.rules import DAY_MS, Rules
from onebyone.identity.timeline import RESET, Said, timeline

BROWSER, BOB, BILL, CARL = 77, 1, 2, 3
NOW = 1_000 * DAY_MS


def test_a_log_in_claims_what_the_browser_did_within_its_reach_and_no_further() -> None:
    line = timeline(BROWSER, [Said(NOW, BOB)], Rules())
    assert line.holder(NOW - 180 * DAY_MS) == held_node(BROWSER, BOB)
    assert line.holder(NOW - 180 * DAY_MS - 1) == BROWSER
    assert [span.retro for span in line.spans] == [False, True, False]


def test_nothing_before_a_reset_is_claimed() -> None:
    line = timeline(BROWSER, [Said(NOW - 5, RESET), Said(NOW, BOB)], Rules())
    assert line.holder(NOW - 6) == BROWSER
    assert line.holder(NOW - 5) == held_node(BROWSER, BOB)


def test_three_users_in_thirty_days_make_a_shared_browser_that_claims_nothing_back() -> None:
    said = [Said(NOW, BOB), Said(NOW + DAY_MS, BILL), Said(NOW + 30 * DAY_MS, CARL)]
    line = timeline(BROWSER, said, Rules())
    assert line.shared and line.holder(NOW - 1) == epoch_node(BROWSER, 0)
    assert line.holder(NOW + DAY_MS + 1) == held_node(BROWSER, BILL)


def test_the_same_three_in_more_days_do_not() -> None:
    said = [Said(NOW, BOB), Said(NOW + DAY_MS, BILL), Said(NOW + 30 * DAY_MS + 1, CARL)]
    assert not timeline(BROWSER, said, Rules()).shared


SAID = st.lists(st.builds(Said, st.integers(0, 400 * DAY_MS), st.sampled_from([RESET, BOB, BILL, CARL])), max_size=12)


@given(SAID, st.randoms(use_true_random=False), st.integers(0, 400 * DAY_MS))
def test_the_order_in_which_it_was_said_changes_nothing(said: list[Said], random: object, at_ms: int) -> None:
    shuffled = [*said, *said]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert timeline(BROWSER, said, Rules()) == timeline(BROWSER, shuffled, Rules())


@given(SAID)
def test_spans_begin_with_time_and_follow_each_other(said: list[Said]) -> None:
    spans = timeline(BROWSER, said, Rules()).spans
    starts = [span.start_ms for span in spans]
    assert starts[0] == 0 and starts == sorted(set(starts))
