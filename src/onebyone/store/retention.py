"""The daily job that forgets. A row's age counts from the later of its event and its arrival, so an import survives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct

from onebyone.store import Param, Store
from onebyone.store.migrate import UPKEEP, Words
from onebyone.store.sessions import forget


class Terms(Struct, frozen=True):
    """How long a site's rows are kept."""

    events_days: int = 425  # 14 months
    drops_days: int = 92
    details_days: int = 90  # of what stays: click ids, ids of ad platforms, the browser's own words

    def days(self, table: str) -> int:
        return self.drops_days if table == "drops" else self.events_days


_DETAILED = ("events", "conversions")


class Expired(Struct, frozen=True):
    months: int  # whole partitions, of all tables
    rows: int  # others
    details: int = 0  # rows that stay, without their click ids and the like


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
    months = rows = details = 0
    for table in ("events", "drops", "conversions", "deliveries"):
        job = _Job(store, table, terms, default or Terms(), now, words or Words())
        months += job.drop_months()
        rows += job.delete_rows()
        if table in _DETAILED:
            details += job.clear_details()
    return Expired(months=months, rows=rows, details=details)


class _Job:
    """One table's."""

    def __init__(
        self, store: Store, table: str, terms: Mapping[str, Terms], default: Terms, now: datetime, words: Words
    ) -> None:
        self._store = store
        self._words = words
        self._table = table
        self._here = {"table": table + words.local}
        self._everywhere = {"table": table}
        everyone = {site: of.days(table) for site, of in terms.items()}
        self._before = {site: now - timedelta(days=days) for site, days in everyone.items()}
        self._before_default = now - timedelta(days=default.days(table))
        self._plain_before = {site: now - timedelta(days=of.details_days) for site, of in terms.items()}
        self._plain_default = now - timedelta(days=default.details_days)

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

    def clear_details(self) -> int:
        """Of the rows that stay. Asks first, as `delete_rows` does."""
        rows = 0
        shortest = max([*self._plain_before.values(), self._plain_default])
        for site, _ in self._old_details(shortest):
            before = self._plain_before.get(site, self._plain_default)
            count = dict(self._old_details(before)).get(site, 0)
            if count:
                words = self._words.fill(_upkeep(f"clear_details_of_{self._table}"))
                self._store.execute(words, {**self._here, "site": site, "before": before})
            rows += count
        return rows

    def _old_details(self, before: datetime) -> list[tuple[str, int]]:
        found = self._store.query(_upkeep(f"old_details_of_{self._table}"), {"before": before}).rows
        return [(str(site), int(count)) for site, count in found]

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
