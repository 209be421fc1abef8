"""The store, opened with its tables in order."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from onebyone.app.alive import take_over
from onebyone.app.settings import ConfigError, Place, Settings
from onebyone.store import StoreLocked, StoreUnavailable
from onebyone.store.engine import Embedded
from onebyone.store.migrate import StoreTooNew, migrate


@contextlib.contextmanager
def open_store(place: Place, settings: Settings) -> Iterator[Embedded]:
    """The store with its tables in order, closed at the end. Raises ConfigError or StoreLocked."""
    try:
        store = take_over(lambda: Embedded(place.store, limits=settings.store), StoreLocked)
    except StoreLocked:
        raise
    except StoreUnavailable as error:
        raise ConfigError(f"cannot open the store in {place.store}: {error}. See 'onebyone doctor'.") from error
    try:
        migrate(store)
        yield store
    except StoreTooNew as error:
        raise ConfigError(f"{error}. Install the newer version again.") from error
    finally:
        store.close()
