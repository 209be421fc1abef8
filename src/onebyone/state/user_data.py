"""What customers said of themselves, opened for as long as it takes to hash it, and each site's key for that hash."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Engine

from onebyone.state.seals import KeyGone, NotSealed, Seals
from onebyone.state.secrets import get_secret


class UserData:
    """Threads may share it."""

    def __init__(self, engine: Engine, seals: Seals) -> None:
        self._engine = engine
        self._seals = seals
        self._keys: dict[str, bytes] = {}

    def key(self, site: str) -> bytes:
        """The same for ever; made at the first call."""
        key = self._keys.get(site)
        if key is None:
            self._keys[site] = key = get_secret(self._engine, f"identity:{site}")
        return key

    def read(self, site: str, sealed: str) -> Mapping[str, object]:
        """{} where nobody can read it any more, as in a replay after its key was destroyed. Raises StateUnavailable."""
        try:
            return self._seals.unseal(site, sealed).user_data
        except (KeyGone, NotSealed):
            return {}
