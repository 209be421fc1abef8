"""System: processes, what waits, versions. For admins of every site."""

from __future__ import annotations

from datetime import timedelta

from litestar import Response, get
from msgspec import Struct

from onebyone.event import utc
from onebyone.state.users import Role
from onebyone.web import numbers, words
from onebyone.web.access import Ask, need
from onebyone.web.desk import Answer, Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.waiting import Counts

TRIES = 3


class Balance(Struct, frozen=True, kw_only=True):
    """What the log says is in the store, against what the store says it holds."""

    counts: Counts | None
    kept: int = 0
    dropped: int = 0
    failed: int = 0
    answer: Answer = Answer()
    balanced: bool = False

    @property
    def stored(self) -> int:
        return self.kept + self.dropped + self.failed


@get("/system", sync_to_thread=True, include_in_schema=False)
def system(request: Ask, desk: TheDesk) -> Response[str]:
    need(request, None, Role.ADMIN)
    now, letters = desk.clock(), desk.letters("", 1000)
    return page(
        desk,
        "system.html",
        frame(request, desk, "System", page="system"),
        balance=balance(desk),
        processes=[
            (process, numbers.duration(now - utc(process.started_ms)) if process.started_ms else "")
            for process in desk.waiting.processes()
        ],
        letters=None if letters is None else len(letters),
        unknown=_unknown(desk),
        version=desk.settings.version or "unreleased",
        clock=f"{now:%H:%M:%S}",
    )


ROUTES = (system,)


def balance(desk: Desk) -> Balance:
    """Read the log, the store, the log again: the store must lie between, or one of them is wrong."""
    found = Balance(counts=None)
    for _ in range(TRIES):
        before = desk.counts()
        answers = [desk.ask("ledger_totals", site=site) for site in ["", *(site.id for site in desk.sites.all())]]
        after = desk.counts()
        failed = next((answer for answer in answers if answer.error), Answer())
        sums = {key: sum(a.first.get(key) or 0 for a in answers) for key in ("kept", "dropped", "failed")}
        stored = sum(sums.values())
        fits = before is not None and after is not None and before.stored <= stored <= after.stored
        found = Balance(counts=after, answer=failed, balanced=fits and not failed.error, **sums)
        if found.balanced or failed.error or after is None:
            break
    return found


def _unknown(desk: Desk) -> list[tuple[str, str, str, str]]:
    """Hits that name no site: reason, where, how many, what to do."""
    now = desk.clock()
    rows = desk.ask("unknown_hits", site="", limit=20, **{"from": now - timedelta(days=7), "to": now}).rows
    return [
        (
            words.of_reason(row["reason"]).title,
            f"{row['host']}{row['path']}" or numbers.NONE,
            numbers.count(row["sightings"]),
            words.of_reason(row["reason"]).to_do,
        )
        for row in rows
    ]
