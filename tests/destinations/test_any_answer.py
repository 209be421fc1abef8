"""Whatever a platform answers, it is read as one of three."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebyone.destinations.all import ALL
from onebyone.destinations.destination import Rejected, Response, Retry, Sent

KEYS = [
    *("error", "code", "error_subcode", "is_transient", "fbtrace_id", "details", "fieldViolations", "field", "reason"),
    *("requestId", "elements", "status", "message", "serviceErrorCode", "request_id", "events", "data", "debug_id"),
    *("errors", "traceId", "index", "isWarning", "errorCode", "partialFailureError", "location", "fieldPathElements"),
]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["events[1]"])
ANSWER = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=15,
)
STATUS = st.sampled_from([200, 201, 204, 302, 400, 401, 403, 404, 422, 426, 429, 500, 503])


@pytest.mark.parametrize("name", ALL)
@settings(deadline=None)
@given(status=STATUS, body=st.binary(max_size=20) | ANSWER.map(lambda said: json.dumps(said).encode()))
def test_any_answer_is_one_of_three(name: str, status: int, body: bytes) -> None:
    outcome = ALL[name].read(Response(status, body, {"retry-after": "soon"}))
    assert isinstance(outcome, Sent | Retry | Rejected)
    named = (*getattr(outcome, "rows", ()), *(one.row for one in getattr(outcome, "failed", ())))
    assert all(_is_row(row) for row in named)


def _is_row(row: Any) -> bool:
    return type(row) is int and row >= 0


@pytest.mark.parametrize("name", ALL)
def test_a_failure_of_the_platform_is_never_taken_for_a_success(name: str) -> None:
    for status in (302, 400, 401, 403, 404, 429, 500, 503):
        assert not isinstance(ALL[name].read(Response(status)), Sent)
