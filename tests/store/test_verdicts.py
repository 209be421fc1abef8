from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from onebyone.event import Event
from onebyone.pipeline.reweigh import Judged, reweigh
from onebyone.pipeline.rules import Ruleset, read_rules
from onebyone.reports.catalogue import Reports
from onebyone.store.engine import Embedded
from onebyone.store.sessions import Sessions
from onebyone.store.verdicts import Changed, StoredVerdict, reweigh_events
from store.rows import NOON, an_event, put

LATER = NOON + timedelta(days=1)


def rules(directory: Path, text: str) -> Ruleset:
    (directory / "rules.toml").write_text(text)
    return read_rules(directory / "rules.toml")


def run(store: Embedded, by: Ruleset, sessions: Sessions | None = None, **more: Any) -> list[Changed]:
    def change(old: StoredVerdict) -> StoredVerdict:
        new = reweigh(by, Judged(old.actor, old.agent, old.confidence, old.reasons))
        return StoredVerdict(new.actor, new.agent, new.confidence, new.reasons)

    given: dict[str, Any] = {"ruleset": by.version, "before": LATER} | more
    return list(reweigh_events(store, sessions or Sessions(store), change, **given))


def suspects(count: int, **more: Any) -> list[Event]:
    fields = {"actor": "suspect", "confidence": 40, "reasons": ["net.dc"], "ruleset": "old", **more}
    return [an_event(number, visitor=number + 1, **fields) for number in range(count)]


def actors(store: Embedded) -> dict[str, int]:
    return {row[0]: row[1] for row in store.query("SELECT actor, count() FROM events FINAL GROUP BY actor").rows}


def test_rows_get_the_new_verdict_and_nothing_else_of_them_changes(store: Embedded, tmp_path: Path) -> None:
    (event,) = suspects(1, agent="", properties={"a": "b"}, order_id="NL-1", value=500)
    put(store, [event, an_event(9)])
    done = run(store, rules(tmp_path, '[[soft]]\nid = "net.dc"\npoints = 70\n'))
    assert done == [Changed(202611, 1)]
    columns = ", ".join(field for field in Event.__struct_fields__ if field not in ("at", "received_at"))
    (row,) = store.query(f"SELECT {columns} FROM events FINAL WHERE visitor = 1").dicts()
    new = {"actor": "machine_declared", "agent": "inferred", "confidence": 70}
    expected = msgspec.to_builtins(msgspec.structs.asdict(event)) | new
    assert row.pop("ruleset").startswith(f"{read_rules().version}+own.")
    assert {name: row[name] for name in row} == {name: expected[name] for name in row}


def test_totals_follow_and_go_back_again(store: Embedded, tmp_path: Path) -> None:
    put(store, [*suspects(5), an_event(9, visitor=99)])
    sessions = Sessions(store)
    sessions.store_day(NOON.date())
    period: dict[str, Any] = {
        "site": "s1",
        "zone": "UTC",
        "currency": "EUR",
        "from": NOON - timedelta(hours=12),
        "to": LATER,
    }

    def totals() -> tuple[int, int]:
        (row,) = Reports(store).run_dicts("totals", traffic="people", **period)
        return row["views"], row["sessions"]

    harsh = rules(tmp_path, '[[soft]]\nid = "net.dc"\npoints = 70\n')
    assert totals() == (6, 6)
    for _ in range(2):  # back to what was inserted before is an insert like any other
        run(store, harsh, sessions)
        assert totals() == (1, 1)
        run(store, read_rules(), sessions)
        assert totals() == (6, 6)


def test_a_rule_that_is_off_leaves_no_reason(store: Embedded, tmp_path: Path) -> None:
    put(store, suspects(2))
    run(store, rules(tmp_path, 'off = ["net.dc"]\n'))
    assert store.query("SELECT DISTINCT actor, reasons, spoofed FROM events FINAL").rows == [["human", [], False]]


def test_what_arrived_later_is_left_to_the_replay(store: Embedded, tmp_path: Path) -> None:
    put(store, [*suspects(1), *(an_event(5, received_at=LATER, actor="suspect", reasons=["net.dc"]),)])
    run(store, rules(tmp_path, 'off = ["net.dc"]\n'))
    assert actors(store) == {"human": 1, "suspect": 1}


def test_many_verdicts_of_several_months_are_all_rewritten(store: Embedded, tmp_path: Path) -> None:
    events = [
        an_event(
            n, visitor=n + 1, actor="suspect", agent=f"a{n}", reasons=["spoof"], at=NOON - timedelta(days=40 * (n % 2))
        )
        for n in range(1_100)
    ]
    put(store, events)
    harsh = rules(tmp_path, '[[hard]]\nid = "spoof"\nactor = "machine_declared"\n')
    assert run(store, harsh) == [Changed(202611, 550), Changed(202610, 550)]
    assert actors(store) == {"machine_declared": 1_100}
    assert store.query("SELECT uniqExact(agent) FROM events FINAL").rows == [[1_100]]
    assert run(store, harsh) == [Changed(202611, 0), Changed(202610, 0)]
