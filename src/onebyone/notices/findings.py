"""How things stand with what an alarm watches: bad, good, in between, or not to be said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from onebyone.event import utc
from onebyone.reports.loss import Interval, wilson
from onebyone.reports.missed import ENOUGH, whole
from onebyone.state.alarms import Alarm, Kind
from onebyone.state.deliveries import State
from onebyone.state.destinations import Configured
from onebyone.state.sites import Site
from onebyone.store import Param

Row = Mapping[str, Any]
Ask = Callable[..., Sequence[Row]]  # a report by name with its parameters; raises what reports raise

EXPECTED = 5.0  # events in a stretch of time, for its emptiness to be no chance (under 1 %)
WEEKS_BEFORE = 4
FEWEST_ANSWERS = 20  # of a platform, for a share of refusals
LEAST_CARRIED = 0.1  # of the conversions, for an identifier to be missed


class Finding(Struct, frozen=True):
    """`level` is "between" where the truth may lie on either side of the limit: then nothing changes."""

    level: Literal["bad", "between", "good", "quiet"]
    says: str


class Known(Struct, frozen=True):
    """What an alarm is judged by."""

    site: Site
    now: datetime
    ask: Ask
    destinations: Sequence[Configured] = ()
    retries_since_ms: Callable[[str], int | None] = lambda _: None  # of a destination: its oldest that waits in vain


def find(alarm: Alarm, known: Known) -> Finding:
    """Raises what reports raise: a store that does not answer is no finding."""
    return _FINDERS[alarm.kind](alarm, known)


def _block_rate(alarm: Alarm, known: Known) -> Finding:
    """Bad only where the whole interval lies above the limit."""
    group = whole(known.ask("loss", event=alarm.event, by="", **_stretch(alarm, known)), known.site.loss.server_mode)
    if group.refused or group.block_rate is None or group.block_rate_95 is None:
        return Finding("quiet", _REFUSED.get(group.refused, "Nothing can be said."))
    rate, interval = 100 * group.block_rate, group.block_rate_95
    says = (
        f"Browsers missed {rate:.1f}% ({100 * interval.low:.1f} – {100 * interval.high:.1f}%) of {group.seen.server:,} "
        f"{alarm.event} events that your server saw in the last {_length(alarm.hours)}; the limit is {alarm.limit:g}%."
    )
    return Finding(_level(100 * interval.low > alarm.limit, rate <= alarm.limit), says)


def _event_stops(alarm: Alarm, known: Known) -> Finding:
    """Against the same hours of the four weeks before: a quiet night is no alarm."""
    now, length = known.now, timedelta(hours=alarm.hours)
    before = [_count(alarm, known, now - timedelta(weeks=n) - length, now - timedelta(weeks=n)) for n in _WEEKS]
    expected = sum(before) / len(before)
    seen = _count(alarm, known, now - length, now)
    usual = f"in the same hours of the {WEEKS_BEFORE} weeks before there were {expected:,.1f} on average"
    if seen:
        return Finding("good", f"{seen:,} {alarm.event} events in the last {_length(alarm.hours)}; {usual}.")
    if expected < EXPECTED or min(before) == 0:
        return Finding("quiet", f"No {alarm.event} in the last {_length(alarm.hours)}, which may be chance: {usual}.")
    return Finding("bad", f"No {alarm.event} in the last {_length(alarm.hours)}; {usual}.")


def _destination_fails(alarm: Alarm, known: Known) -> Finding:
    one = next((one for one in known.destinations if one.name == alarm.destination), None)
    if one is None or not one.enabled:
        return Finding("quiet", f"{alarm.destination} is not set up, or paused.")
    if one.stopped:
        return Finding("bad", f"{one.name} is stopped and waits for somebody: {one.stopped}.")
    since_ms = known.retries_since_ms(one.name)
    since = None if since_ms is None else utc(since_ms)
    if since is not None and known.now - since > timedelta(hours=alarm.hours):
        return Finding("bad", f"{one.name} has been tried in vain since {since:%Y-%m-%d %H:%M} UTC.")
    found = known.ask("deliveries", **_stretch(alarm, known))
    ended = {state: sum(row["deliveries"] for row in _of(found, alarm) if row["state"] == state) for state in _ENDED}
    answered = sum(ended.values())
    if answered < FEWEST_ANSWERS:
        short = f"{answered} answers of {one.name} in the last {_length(alarm.hours)}"
        return Finding("quiet", f"{short}; {FEWEST_ANSWERS} are needed to say how many it refuses.")
    share = 100 * (answered - ended[State.ACCEPTED]) / answered
    says = f"{one.name} did not take {share:.1f}% of {answered:,} conversions in the last {_length(alarm.hours)}"
    return Finding(_level(share > alarm.limit, share <= alarm.limit), f"{says}; the limit is {alarm.limit:g}%.")


def _match_rate(alarm: Alarm, known: Known) -> Finding:
    """Of the identifiers that conversions used to carry, the one that is missed the most."""
    start = known.now - timedelta(hours=alarm.hours)
    now = _carried(alarm, known, start, known.now)
    before = _carried(alarm, known, start - timedelta(weeks=WEEKS_BEFORE), start)
    if min(now.accepted, before.accepted) < ENOUGH:
        short = f"{now.accepted} conversions went to {alarm.destination} in the last {_length(alarm.hours)}"
        return Finding("quiet", f"{short} and {before.accepted} in the four weeks before; {ENOUGH} of each are needed.")
    usual = [key for key, count in before.keys.items() if count >= LEAST_CARRIED * before.accepted]
    if not usual:
        return Finding("quiet", f"Conversions to {alarm.destination} carried no identifier in the four weeks before.")
    worst = max(sorted(usual), key=lambda key: before.share(key) - now.share(key))
    fell = 100 * (before.share(worst) - now.share(worst))
    apart = now.interval(worst).high < before.interval(worst).low
    says = (
        f"{100 * now.share(worst):.1f}% of {now.accepted:,} conversions to {alarm.destination} carried `{worst}` in "
        f"the last {_length(alarm.hours)}, {100 * before.share(worst):.1f}% in the four weeks before; "
        f"the limit is a drop of {alarm.limit:g} points."
    )
    return Finding(_level(fell > alarm.limit and apart, fell <= alarm.limit), says)


class Carried(Struct, frozen=True):
    """How many conversions a platform took, and how many of them with which identifier."""

    accepted: int
    keys: dict[str, int]

    def share(self, key: str) -> float:
        return self.keys.get(key, 0) / self.accepted if self.accepted else 0.0

    def interval(self, key: str) -> Interval:
        return wilson(self.keys.get(key, 0), self.accepted)


_FINDERS: Mapping[Kind, Callable[[Alarm, Known], Finding]] = {
    Kind.BLOCK_RATE: _block_rate,
    Kind.EVENT_STOPS: _event_stops,
    Kind.DESTINATION_FAILS: _destination_fails,
    Kind.MATCH_RATE: _match_rate,
}
_WEEKS = range(1, WEEKS_BEFORE + 1)
_ENDED = (State.ACCEPTED, State.REFUSED, State.GAVE_UP)
_REFUSED = {
    "no_conversions": "There were no conversions.",
    "no_server_source": "No server reported any: what browsers miss cannot be seen.",
    "no_browser_source": "No browser reported any: then nothing can be compared.",
    "server_is_fallback": "The server reports only what browsers missed: then nothing can be estimated.",
    "no_overlap": "No conversion was seen by both browser and server: their ids may not agree.",
    "too_few": f"Fewer than {ENOUGH} were reported by the server.",
}


def _level(bad: bool, good: bool) -> Literal["bad", "between", "good"]:
    return "bad" if bad else "good" if good else "between"


def _stretch(alarm: Alarm, known: Known) -> dict[str, Param]:
    return _between(known, known.now - timedelta(hours=alarm.hours), known.now)


def _between(known: Known, start: datetime, end: datetime) -> dict[str, Param]:
    site = known.site
    common: dict[str, Param] = {"site": site.id, "zone": site.zone, "currency": site.currency, "traffic": "people"}
    return common | {"from": start, "to": end, "limit": 1_000}


def _count(alarm: Alarm, known: Known, start: datetime, end: datetime) -> int:
    rows = known.ask("event_count", event=alarm.event, **_between(known, start, end))
    return int(rows[0]["seen"]) if rows else 0


def _of(rows: Sequence[Row], alarm: Alarm) -> list[Row]:
    return [row for row in rows if row["destination"] == alarm.destination]


def _carried(alarm: Alarm, known: Known, start: datetime, end: datetime) -> Carried:
    given = _between(known, start, end)
    accepted = sum(row["deliveries"] for row in _of(known.ask("deliveries", **given), alarm) if _accepted(row))
    keys = {row["key"]: min(row["deliveries"], accepted) for row in _of(known.ask("delivery_keys", **given), alarm)}
    return Carried(accepted, keys)


def _accepted(row: Row) -> bool:
    return bool(row["state"] == State.ACCEPTED)


def _length(hours: int) -> str:
    if hours % 24:
        return f"{hours} hours" if hours != 1 else "hour"
    return f"{hours // 24} days" if hours != 24 else "24 hours"
