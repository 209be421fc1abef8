"""The daily job that forgets. A row's age counts from the later of its event and its arrival, so an import survives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct

from onebyone.store import Param, Store
from onebyone.store.migrate import UPKEEP, Words
from onebyone.store.sessions import forget

_LATE = timedelta(days=7)


class Terms(Struct, frozen=True):
    """How long a site's rows are kept."""

    events_days: int = 425  # 14 months
    drops_days: int = 92
    click_ids_days: int = 90  # of ad clicks, and raw user agents; the channel they led to stays

    def days(self, table: str) -> int:
        return self.drops_days if table == "drops" else self.events_days


class Expired(Struct, frozen=True):
    months: int  # whole partitions, of all tables
    rows: int  # others
    months_of_ids: int = 0  # in which ids of ad clicks were taken out of rows that stay


def expire(
    store: Store,
    terms: Mapping[str, Terms],
    *,
    now: datetime,
    default: Terms | None = None,
    words: Words | None = None,
) -> Expired:
    """Delete what is older than its site's terms; `default` is for sites not named. Blocks until it is gone.

    A month goes whole when nobody's terms keep it: 26 ms. Single rows cost a rewrite of their parts. May run twice,
    but not beside the loader: an old row that arrives between the look at a month and its end would go with it.
    Raises StoreUnavailable.
    """
    months = rows = ids = 0
    for table in ("events", "drops", "conversions", "deliveries"):
        job = _Job(store, table, terms, default or Terms(), now, words or Words())
        months += job.drop_months()
        rows += job.delete_rows()
    for table in ("events", "conversions"):
        ids += _forget_ids(store, table, now - timedelta(days=(default or Terms()).click_ids_days), words or Words())
    return Expired(months=months, rows=rows, months_of_ids=ids)


def _forget_ids(store: Store, table: str, before: datetime, words: Words) -> int:
    """In how many months. A month is rewritten whole, so it waits until a week of it is due."""
    due = 0
    for month, since in store.query(_upkeep("stale_ids"), {"table": table, "before": before}).rows:
        if datetime.fromisoformat(since) < before - _LATE:
            store.execute(words.fill(_upkeep(f"forget_ids_{table}")), {"month": month, "before": before})
            due += 1
    return due


class _Job:
    """One table's."""

    def __init__(
        self, store: Store, table: str, terms: Mapping[str, Terms], default: Terms, now: datetime, words: Words
    ) -> None:
        self._store = store
        self._words = words
        self._here = {"table": table + words.local}
        self._everywhere = {"table": table}
        everyone = {site: of.days(table) for site, of in terms.items()}
        self._before = {site: now - timedelta(days=days) for site, days in everyone.items()}
        self._before_default = now - timedelta(days=default.days(table))

    def drop_months(self) -> int:
        before = min([*self._before.values(), self._before_default])
        found = self._store.query(_upkeep("months"), {**self._everywhere, "before": before}).rows
        for month, _ in found:
            self._forget("days_of_month", month=month)
            self._store.execute(self._words.fill(_upkeep("drop_month")), {**self._here, "month": month})
        return len(found)

    def delete_rows(self) -> int:
        """Asks before it deletes: a deletion that finds nothing rewrites as well."""
        shortest = max([*self._before.values(), self._before_default])
        candidates = self._store.query(_upkeep("expired_sites"), {**self._everywhere, "before": shortest}).rows
        return sum(self._delete_of_site(site) for site, _ in candidates)

    def _delete_of_site(self, site: str) -> int:
        before = self._before.get(site, self._before_default)
        found = self._store.query(_upkeep("expired_sites"), {**self._everywhere, "before": before}).rows
        count = dict(found).get(site, 0)
        if count:
            self._forget("expired_days", site=site, before=before)
            params: dict[str, Param] = {**self._here, "site": site, "before": before}
            self._store.execute(self._words.fill(_upkeep("delete_expired")), params)
        return int(count)

    def _forget(self, question: str, **params: Param) -> None:
        """Sessions of these days, and of those beside, are made anew from the events that stay."""
        if self._everywhere["table"] != "events":
            return
        found = [date.fromisoformat(day) for (day,) in self._store.query(_upkeep(question), params).rows]
        forget(self._store, {day + timedelta(days=beside) for day in found for beside in (-1, 0, 1)})


def _upkeep(name: str) -> str:
    return (UPKEEP / f"{name}.sql").read_text(encoding="utf-8")
