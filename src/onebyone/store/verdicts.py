"""Another ruleset on stored events: rows are written again with their keys, and the last one counts.

For what is older than the log "hits", which a replay reads from its beginning. One month at a time, by the loader's
thread; a crash leaves some rows old and some new, and the same call again makes the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from onebyone.store import Param, Store
from onebyone.store.migrate import UPKEEP
from onebyone.store.parts import with_parts
from onebyone.store.sessions import Sessions

_AT_ONCE = 500  # verdicts of one statement


class StoredVerdict(Struct, frozen=True):
    actor: str
    agent: str
    confidence: int
    reasons: tuple[str, ...]

    @property
    def key(self) -> str:
        """As parts/verdict_key.sql writes it."""
        return "\n".join((self.actor, self.agent, str(self.confidence), ",".join(self.reasons)))


class Changed(Struct, frozen=True):
    month: int  # as 202611
    events: int  # that have another verdict now


def reweigh_events(
    store: Store,
    sessions: Sessions,
    change: Callable[[StoredVerdict], StoredVerdict],
    *,
    ruleset: str,
    before: datetime,
) -> Iterator[Changed]:
    """Give each event that arrived before that moment the verdict that `change` makes of its own; a month a step.

    Raises StoreUnavailable or QueryRefused between months or within one: call it again.
    """
    for (month,) in store.query(_sql("verdict_months"), {"before": before}).rows:
        rows = store.query(_sql("verdict_kinds"), {"before": before, "month": month}).rows
        kinds = [(StoredVerdict(row[0], row[1], row[2], tuple(row[3])), row[4]) for row in rows]
        changes = [(old, new, count) for old, count in kinds if (new := change(old)) != old]
        for at in range(0, len(changes), _AT_ONCE):
            pairs = [(old, new) for old, new, _ in changes[at : at + _AT_ONCE]]
            _rewrite(store, sessions, pairs, month=month, ruleset=ruleset, before=before)
        yield Changed(month, sum(count for _, _, count in changes))


def _rewrite(
    store: Store,
    sessions: Sessions,
    pairs: Sequence[tuple[StoredVerdict, StoredVerdict]],
    *,
    month: int,
    ruleset: str,
    before: datetime,
) -> None:
    which: dict[str, Param] = {"old": [old.key for old, _ in pairs], "month": month, "before": before}
    days = {date.fromisoformat(row[0]) for row in store.query(_sql("verdict_days"), which).rows}
    sessions.change({day + timedelta(days=n) for day in days for n in (-1, 0, 1)})
    new = [verdict for _, verdict in pairs]
    store.execute(
        _sql("reweigh"),
        which
        | {
            "actor": [verdict.actor for verdict in new],
            "agent": [verdict.agent for verdict in new],
            "confidence": [str(verdict.confidence) for verdict in new],
            "reasons": [",".join(verdict.reasons) for verdict in new],
            "ruleset": ruleset,
        },
    )


def _sql(name: str) -> str:
    return with_parts((UPKEEP / f"{name}.sql").read_text(encoding="utf-8"))
