from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from onebyone.event import Drop, Event, Reason
from onebyone.pipeline.decode import DECODERS, decode
from pipeline.examples import GOLDEN, SITE, a_hit, cases, name_of, shown

_LOG = Path(__file__).parents[2] / "../shared/data/measurement/access_log_10000.log.gz"
_LINES = r"[^ ]+ - - \[[0-9A-Za-z/:+ ]+\] \"[^\n]*\" [0-9]{3} [0-9]+ \"[^\n]*\" \"[^\n]*\""
_FOLDERS = {"image": "image", "tag": "tag", "server": "server", "access_log": "import", "consent": "consent"} | {
    name: name for name in ("open", "link", "unsubscribe")
}
_KEYS = st.sampled_from(
    ["e", "id", "u", "r", "t", "uid", "eid", "o", "val", "cur", "p.a", "p.value", "p.items", "gdpr"]
)
_QUERY = st.lists(st.tuples(_KEYS, st.text(max_size=8))).map(lambda pairs: "&".join(f"{k}={v}" for k, v in pairs))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_FIELDS = ["name", "id", "event_id", "at", "seq", "nav", "visitor", "page", "props", "order", "consent", "ip", "device"]
_EVENT = st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=5) | _JSON


@pytest.mark.parametrize("case", cases("sources"), ids=name_of)
def test_a_hit_is_read_as_its_example_says(case: Any) -> None:
    via = _FOLDERS[case["file"].split("/")[0]]
    assert [shown(row) for row in decode(a_hit(via, **case["in"]), SITE)] == case["out"]


def test_every_way_in_has_examples() -> None:
    assert set(_FOLDERS.values()) == set(DECODERS)
    assert set(_FOLDERS) == {path.name for path in (GOLDEN / "sources").iterdir()}


def test_a_refused_hit_ends_with_the_reason_of_its_refusal() -> None:
    rows = decode(a_hit("tag", refused="origin_not_allowed", body=b"{"), SITE)
    assert [row.outcome for row in rows] == [Drop(Reason.ORIGIN_NOT_ALLOWED)]


def test_a_hit_of_no_site_ends_with_that_reason() -> None:
    assert [row.outcome for row in decode(a_hit(), None)] == [Drop(Reason.UNKNOWN_SITE)]


def test_a_refusal_that_is_no_reason_is_a_bug_and_rises() -> None:
    with pytest.raises(ValueError):
        decode(a_hit(refused="moon phase"), SITE)


def test_a_batch_without_events_still_ends_its_one_sighting() -> None:
    (row,) = decode(a_hit("tag", body={"site": SITE.id, "events": []}), SITE)
    assert isinstance(row.outcome, Drop)
    assert row.outcome.reason == Reason.WRONG_SHAPE


def test_never_more_sightings_than_the_collector_counted() -> None:
    rows = decode(a_hit("server", body={"events": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}, count=2), SITE)
    assert [row.n for row in rows] == [0, 1]


@pytest.mark.parametrize("via", DECODERS)
@settings(max_examples=150, deadline=None)
@given(body=st.binary(max_size=80), query=st.text(max_size=40) | _QUERY, count=st.integers(1, 4))
def test_any_bytes_give_one_outcome_for_each_sighting(via: str, body: bytes, query: str, count: int) -> None:
    hit = a_hit(via, body=body, query=query.encode("utf-8", "replace").decode(), count=count)
    rows = decode(hit, SITE)
    assert [row.n for row in rows] == list(range(count))
    assert all(isinstance(row.outcome, Event) == (row.context is not None) for row in rows)


@pytest.mark.parametrize("via", ["tag", "server"])
@settings(max_examples=200, deadline=None)
@given(events=st.lists(_EVENT, max_size=4))
def test_no_event_touches_its_neighbour(via: str, events: list[Any]) -> None:
    rows = decode(
        a_hit(via, body={"site": SITE.id, "events": [*events, {"name": "good"}]}, count=len(events) + 1), SITE
    )
    assert [row.n for row in rows] == list(range(len(events) + 1))
    assert isinstance(rows[-1].outcome, Event)
    assert rows[-1].outcome.name == "good"


@settings(max_examples=100, deadline=None)
@given(
    st.from_regex(r"[^ ]+ - - \[[0-9A-Za-z/:+ ]+\] \"[^\n]*\" [0-9]{3} [0-9]+ \"[^\n]*\" \"[^\n]*\"", fullmatch=True)
)
def test_any_line_of_a_log_has_one_outcome(line: str) -> None:
    assert len(decode(a_hit("import", body=line, query="n=1"), SITE)) == 1


def test_a_line_twice_in_a_log_is_two_views() -> None:
    line = '192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "-"'
    first, second, again = (decode(a_hit("import", body=line, query=f"n={n}"), SITE)[0].outcome for n in (1, 2, 1))
    assert isinstance(first, Event) and isinstance(second, Event) and isinstance(again, Event)
    assert first.id != second.id
    assert first.id == again.id
    assert first.visitor == second.visitor


@pytest.mark.skipif(not _LOG.exists(), reason="the sample log is not beside this checkout")
def test_a_real_log_is_read_to_its_last_line() -> None:
    lines = gzip.decompress(_LOG.read_bytes()).splitlines()
    rows = [decode(a_hit("import", body=line, query=f"n={n}"), SITE)[0] for n, line in enumerate(lines)]
    reasons = Counter(row.outcome.reason if isinstance(row.outcome, Drop) else "kept" for row in rows)
    assert len(rows) == 10_000
    assert reasons[Reason.LINE_UNREADABLE] == 1
    assert reasons[Reason.ANSWER_REDIRECT] + reasons[Reason.ANSWER_PARTIAL] + reasons[Reason.ANSWER_ERROR] > 400
    assert 2_000 < reasons["kept"] < 4_000


def test_an_event_carries_which_ways_of_matching_its_site_ruled_out_for_its_kind() -> None:
    site = replace(SITE, not_by={"purchase": ("event_id", "weak")})
    body = {"events": [{"name": "Purchase", "order": {"id": "A1"}}, {"name": "sign_up"}]}
    found = [row.outcome for row in decode(a_hit("server", body=body, count=2), site)]
    assert [one.not_by for one in found if isinstance(one, Event)] == [["event_id", "weak"], []]
