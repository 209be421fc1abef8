"""The table `order_rules`: whose server tells every order. From it reports know which orders nobody confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from onebyone.event import utc
from onebyone.state.sites import Site
from onebyone.store import Store
from onebyone.store.migrate import UPKEEP


class Rule(Struct, frozen=True):
    """A row of it: since when; 1970 of a site that says so no more."""

    site: str
    version: int
    told_from: datetime


class OrderRules:
    """Of one store, and the only one. One thread at a time, the loader's."""

    def __init__(self, store: Store) -> None:
        """Raises StoreUnavailable or QueryRefused."""
        self._store = store
        rows = store.query((UPKEEP / "order_rules.sql").read_text(encoding="utf-8")).dicts()
        self._rules = {rule.site: rule for rule in (msgspec.convert(row, Rule) for row in rows)}

    def follow(self, sites: Iterable[Site]) -> None:
        """Call when sites change: their rules hold in every report from now on. Raises StoreUnavailable."""
        changed = [rule for rule in map(self._next, sites) if rule is not None]
        if not changed:
            return
        token = f"order_rules:{[(rule.site, rule.version) for rule in changed]}"
        self._store.insert("order_rules", [msgspec.json.encode(rule) for rule in changed], token)
        self._rules |= {rule.site: rule for rule in changed}

    def _next(self, site: Site) -> Rule | None:
        known, since = self._rules.get(site.id), utc(site.loss.every_order_since_ms)
        if known is None:
            return Rule(site.id, 1, since) if site.loss.every_order_since_ms else None
        return None if known.told_from == since else Rule(site.id, known.version + 1, since)
