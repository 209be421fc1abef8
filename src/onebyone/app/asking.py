"""How a command reads the store: it asks the engine that runs, or opens the store itself while none does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from onebyone.app.settings import ConfigError, Place, read_settings
from onebyone.app.store import open_store
from onebyone.reports import Tables
from onebyone.reports.catalogue import Reports
from onebyone.reports.remote import EngineNotRunning, Remote
from onebyone.state.sites import Site, Sites
from onebyone.store import StoreLocked, StoreUnavailable


@contextlib.contextmanager
def reports_of(place: Place) -> Iterator[Tables]:
    """Raises StoreUnavailable if an engine owns the store and does not answer, ConfigError."""
    remote = Remote(place.socket)
    try:
        remote.run("ledger_totals", site="")
    except EngineNotRunning:
        try:
            with open_store(place, read_settings(place)) as store:
                yield Reports(store)
        except StoreLocked:
            raise StoreUnavailable("an engine owns the store, but its socket does not answer") from None
    else:
        yield remote


def choose_site(sites: Sites, wanted: str | None) -> Site:
    """By id, prefix or name; without a wish the only one there is. Raises ConfigError."""
    known = sites.all()
    if wanted is None and len(known) == 1:
        return known[0]
    names = ", ".join(f"{site.name} ({site.id})" for site in known) or "none yet: see 'onebyone site add --help'"
    if wanted is None:
        raise ConfigError(f"which site? Choose one with --site. Sites: {names}.")
    found = next((site for site in known if wanted in (site.id, site.prefix, site.name)), None)
    if found is None:
        raise ConfigError(f"no site is called {wanted!r}. Sites: {names}.")
    return found


def instants(site: Site, first: date | None, last: date | None) -> tuple[datetime, datetime]:
    """The site's local days first..last, both included, as instants; the last 30 days by default."""
    zone = ZoneInfo(site.zone)
    last = last or datetime.now(zone).date()
    first = first or last - timedelta(days=29)
    if first > last:
        raise ConfigError(f"--from {first} lies after --to {last}.")
    return midnight(first, zone), midnight(last + timedelta(days=1), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Where the local day begins, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
