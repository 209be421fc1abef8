"""Alarms as JSON: the rules, how each stands, what was told."""

from __future__ import annotations

from litestar import get
from msgspec import Struct

from onebyone.event import utc
from onebyone.state.alarms import Alarm, Standing
from onebyone.web.access import TheSite
from onebyone.web.desk import TheDesk

_HISTORY = 200


class AlarmOut(Struct, frozen=True, kw_only=True):
    """`state` is quiet where nothing could be said honestly. Whom it tells is not said here."""

    id: str
    name: str
    kind: str
    event: str
    destination: str
    limit: float
    hours: int
    enabled: bool
    state: str  # raised, calm, quiet
    says: str
    since: str
    checked: str


class NoticeOut(Struct, frozen=True, kw_only=True):
    """A line of the history. Where somebody was told, `text` does not say whom."""

    at: str
    alarm: str
    name: str
    what: str
    text: str


class AlarmsOut(Struct, frozen=True):
    alarms: list[AlarmOut]
    history: list[NoticeOut]


@get("/api/v1/sites/{site_id:str}/alarms", sync_to_thread=True, tags=["alarms"], summary="Alarms and their history")
def api_alarms(desk: TheDesk, site: TheSite) -> AlarmsOut:
    standings = desk.alarms.standings(site.id)
    ours = [_out(one, standings.get(one.id, Standing())) for one in desk.alarms.all(site.id)]
    lines = desk.alarms.history(site.id, limit=_HISTORY)
    return AlarmsOut(
        ours,
        [
            NoticeOut(
                at=_text(line.at_ms), alarm=line.about, name=line.name, what=line.what,
                text=line.text if line.what in ("raised", "cleared") else line.text.partition(" to ")[0],
            )
            for line in lines
        ],
    )  # fmt: skip


ROUTES = (api_alarms,)


def _out(alarm: Alarm, standing: Standing) -> AlarmOut:
    return AlarmOut(
        id=alarm.id, name=alarm.name, kind=alarm.kind, event=alarm.event, destination=alarm.destination,
        limit=alarm.limit, hours=alarm.hours, enabled=alarm.enabled,
        state="raised" if standing.raised else "quiet" if standing.quiet else "calm", says=standing.says,
        since=_text(standing.since_ms), checked=_text(standing.checked_ms),
    )  # fmt: skip


def _text(ms: int) -> str:
    return utc(ms).strftime("%Y-%m-%dT%H:%M:%SZ") if ms else ""
