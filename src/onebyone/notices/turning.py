"""From finding to finding: when an alarm is raised, when it is cleared, and what is said of it. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from onebyone.notices.findings import Finding
from onebyone.state.alarms import Alarm, Standing, Told, What


def turn(alarm: Alarm, before: Standing, found: Finding, *, now_ms: int) -> tuple[Standing, Told | None]:
    """Raised once, cleared once; what is in between or cannot be said changes nothing."""
    after = replace(before, checked_ms=now_ms, quiet=found.level == "quiet", says=found.says)
    raised = {"bad": True, "good": False}.get(found.level, before.raised)
    if raised == before.raised:
        return after, None
    line = Told(
        site=alarm.site, about=alarm.id, name=alarm.name, at_ms=now_ms, text=found.says,
        what=What.RAISED if raised else What.CLEARED,
    )  # fmt: skip
    return replace(after, raised=raised, since_ms=now_ms, waits=alarm.ways, tries=0), line
