"""Where a network is.

Owns:  the country database that ships with the package (docs/decisions/0005), and the operator's own.
Takes: networks.
Gives: countries, and subdivisions where the operator's database knows them.
Never: a request over a network; a place finer than a state or province.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from pathlib import Path

import maxminddb
from msgspec import Struct

SHIPPED = Path(__file__).parent / "country.mmdb"


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    database: str = ""  # path of a MaxMind database of countries or cities; "": the shipped one, which knows countries


class Places:
    """Looks networks up, and keeps the answers. Raises OSError or maxminddb.InvalidDatabaseError when opened."""

    def __init__(self, database: Path = SHIPPED) -> None:
        self._reader = maxminddb.open_database(database)
        self.find = lru_cache(maxsize=65_536)(self._find)

    def close(self) -> None:
        self._reader.close()

    def country(self, address: str) -> str:
        """ISO 3166-1 alpha-2, "" if nobody knows. `address` is one, or ""; registries place even private ones."""
        return self.find(address)[:2]

    def _find(self, address: str) -> str:
        """The subdivision's code if it is known, "US-CA", else the country's, else ""."""
        found = self._reader.get(address) if address and is_global(address) else None
        if not isinstance(found, dict):
            return ""
        country = found.get("country_code") or _code(found.get("country"))
        if not isinstance(country, str) or len(country) != 2:
            return ""
        subdivisions = found.get("subdivisions")
        part = _code(subdivisions[0]) if isinstance(subdivisions, list) and subdivisions else ""
        return f"{country}-{part}" if 0 < len(part) < 4 and part.isalnum() else country


_RESERVED_IN_PART = {"10", "100", "127", "169", "172", "192", "198", "203"}
_WHOLLY_GLOBAL = {str(octet) for octet in range(1, 224)} - _RESERVED_IN_PART


def is_global(address: str) -> bool:
    """What `ipaddress` says, which takes 20 us: asked only where some of the first octet's networks are reserved."""
    return address.partition(".")[0] in _WHOLLY_GLOBAL or ipaddress.ip_address(address).is_global


def _code(place: object) -> str:
    code = place.get("iso_code") if isinstance(place, dict) else None
    return code if isinstance(code, str) else ""
