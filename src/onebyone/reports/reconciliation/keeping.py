"""From an import to what the state keeps of it."""

from __future__ import annotations

import msgspec

from onebyone.reports.reconciliation.claims import Import
from onebyone.state.platform_claims import Imported, PlatformClaims, Row


def keep(claims: PlatformClaims, site: str, found: Import, *, file: str, by: str, now_ms: int) -> Imported:
    """Blocks. Raises StateUnavailable."""
    rows = [Row("\x1f".join(one.thing), one.first, one.last, msgspec.json.encode(one)) for one in found.claims]
    return claims.put(
        site,
        rows,
        Imported(
            platform=found.platform,
            file=file[:200],
            by=by,
            at_ms=now_ms,
            rows=len(rows),
            first=min(one.covers[0] for one in found.claims),
            last=max(one.covers[1] for one in found.claims),
            notes=found.notes,
        ),
    )
