"""Countries of networks, from the database that ships with the package or from the operator's own."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from pathlib import Path

import maxminddb

SHIPPED = Path(__file__).parent / "data" / "country.mmdb"


class Places:
    """Looks networks up, and keeps the answers. Raises OSError or maxminddb.InvalidDatabaseError when opened."""

    def __init__(self, database: Path = SHIPPED) -> None:
        self._reader = maxminddb.open_database(database)
        self.country = lru_cache(maxsize=65_536)(self._country)

    def close(self) -> None:
        self._reader.close()

    def _country(self, address: str) -> str:
        """ISO 3166-1 alpha-2, "" if nobody knows. `address` is one, or ""; registries place even private ones."""
        found = self._reader.get(address) if address and ipaddress.ip_address(address).is_global else None
        country = found.get("country_code") if isinstance(found, dict) else None
        return country if isinstance(country, str) else ""
