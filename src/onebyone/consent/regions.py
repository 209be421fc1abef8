"""Which rule holds where, and since when: profiles of law as data (specs/consent-and-privacy.md 6).

The table ships as `regions.json` and can be replaced by the operator. Law is not code: a changed row is a changed file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import msgspec
from msgspec import Struct

from onebyone.consent.vocabulary import Basis, Mode
from onebyone.event import Permission

ANYWHERE = "*"
_CODE = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
_SUBDIVIDED = re.compile(r"([A-Za-z]{2})(?:[-_]([A-Za-z0-9]{1,3}))?")


class BadRegions(Exception):
    """The table cannot be used; the sentence says what to change."""


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds where nobody has chosen. A permission that is not in `granted` is denied."""

    about: str
    opt_in: bool
    denied_mode: Mode
    honors_gpc: bool
    granted: dict[Permission, Basis] = {}


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """Codes of ISO 3166-1 or 3166-2 with spaces between them, or `*` for all others."""

    profile: str
    codes: str
    effective_from: date | None = None
    remark: str = ""


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    profiles: dict[str, Profile]
    strictest_first: str
    rows: list[Row]


class Regions:
    """Names of profiles by place and day. Made by `read_regions`."""

    def __init__(self, table: _Table) -> None:
        self.version = table.version
        self.profiles: Mapping[str, Profile] = table.profiles
        self._strictness = {name: place for place, name in enumerate(table.strictest_first)}
        self._rows: dict[str, list[tuple[date, str]]] = {}
        for row in table.rows:
            for code in row.codes.split():
                self._rows.setdefault(code, []).append((row.effective_from or date.min, row.profile))
        self._parts: dict[str, list[str]] = {}
        for code in self._rows:
            if "-" in code:
                self._parts.setdefault(code.partition("-")[0], []).append(code)
        self.name_of = lru_cache(maxsize=4_096)(self._name_of)

    @property
    def strictest(self) -> str:
        return min(self._strictness, key=self._strictness.__getitem__)

    def _name_of(self, region: str, day: date) -> str:
        """The profile that holds there on that day; "" for an unknown region, "".

        The subdivision's own row, else its country's, else that of the rest. A country whose subdivision is not known
        has the strictest profile among them.
        """
        if not region:
            return ""
        own = self._in_force(region, day)
        if "-" in region:
            return own or self._in_force(region.partition("-")[0], day) or self._in_force(ANYWHERE, day)
        found = [own or self._in_force(ANYWHERE, day), *(self._in_force(part, day) for part in self._parts_of(region))]
        return min((name for name in found if name), key=self._strictness.__getitem__)

    def _parts_of(self, country: str) -> list[str]:
        return self._parts.get(country, [])

    def _in_force(self, code: str, day: date) -> str:
        """The row with the latest date that has come; "" if there is none."""
        return max((row for row in self._rows.get(code, ()) if row[0] <= day), default=(date.min, ""))[1]


def read_regions(text: bytes) -> Regions:
    """Raises BadRegions."""
    try:
        table = msgspec.json.decode(text, type=_Table)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRegions(str(error)) from error
    if sorted(table.strictest_first) != sorted(table.profiles) or not table.profiles:
        raise BadRegions("strictest_first: must name each profile once")
    for row in table.rows:
        if row.profile not in table.profiles:
            raise BadRegions(f"rows: no profile {row.profile!r}")
        for code in row.codes.split():
            if code != ANYWHERE and not _CODE.fullmatch(code):
                raise BadRegions(f"rows: {code!r} is no code of ISO 3166")
    if not any(ANYWHERE in row.codes.split() and row.effective_from is None for row in table.rows):
        raise BadRegions("rows: a row for '*' without a date is needed")
    return Regions(table)


def region_code(country: str, subdivision: str = "") -> str:
    """ "DE" or "US-CA" of what a header or a database says; "" for what is no code.

    A subdivision may come alone ("CA") or with its country ("US-CA"). Placeholders for "unknown" are no country.
    """
    found = _SUBDIVIDED.fullmatch(country.strip())
    if found is None:
        return ""
    code = found[1].upper()
    if code in _NOWHERE:
        return ""
    part = (subdivision.strip() or found[2] or "").upper().removeprefix(code + "-").removeprefix(code + "_")
    return f"{code}-{part}" if _PART.fullmatch(part) else code


_NOWHERE = frozenset({"XX", "ZZ", "T1", "A1", "A2", "AP", "EU"})
_PART = re.compile(r"[A-Z0-9]{1,3}")
