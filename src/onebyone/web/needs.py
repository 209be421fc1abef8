"""What needs a person: at most three things, each with the page on which it is put right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from onebyone.destinations.all import ALL
from onebyone.event import Reason
from onebyone.log import DeadLetter
from onebyone.state.alarms import Alarm, Standing
from onebyone.state.deliveries import State, Tally
from onebyone.state.destinations import Configured
from onebyone.state.sites import Site
from onebyone.web import numbers
from onebyone.web.delivery_words import of_stop
from onebyone.web.desk import Desk

MOST = 3
_LETTERS = 100  # looked at; more are "100 or more"
_REASONS = frozenset(Reason)
_WAIT = (State.SETTLING, State.WAITING, State.SENDING, State.RETRYING)


class Need(Struct, frozen=True):
    """`page` is below the site; `what` and `action` are its two links."""

    what: str
    action: str
    page: str
    glyph: str = "x"
    tone: str = "ba"


def needs(desk: Desk, site: Site) -> list[Need]:
    """The worst first."""
    stopped = stopped_destinations(desk, site)
    tallies = desk.deliveries.tallies(site.id) if stopped else []
    found = [of_stopped(one, tallies) for one in stopped]
    raised = [of_raised(one, standing) for one, standing in raised_alarms(desk, site)]
    return [*found, *raised, *of_letters(desk.letters(site.id, _LETTERS) or [])][:MOST]


def stopped_destinations(desk: Desk, site: Site) -> list[Configured]:
    return [one for one in desk.destinations.all(site.id) if one.stopped and one.name in ALL]


def of_stopped(one: Configured, tallies: Iterable[Tally]) -> Need:
    waiting = sum(tally.rows for tally in tallies if tally.destination == one.name and tally.state in _WAIT)
    said = of_stop(one.stopped, ALL[one.name].title)
    what = f"{said.title}: {numbers.count(waiting)} {'conversion waits' if waiting == 1 else 'conversions wait'}."
    return Need(what if waiting else f"{said.title}.", said.to_do.rstrip("."), f"destinations/{one.name}")


def raised_alarms(desk: Desk, site: Site) -> list[tuple[Alarm, Standing]]:
    standings = desk.alarms.standings(site.id)
    raised = {id: standing for id, standing in standings.items() if standing.raised}
    return [(one, raised[one.id]) for one in desk.alarms.all(site.id) if one.id in raised] if raised else []


def of_raised(alarm: Alarm, standing: Standing) -> Need:
    return Need(standing.says, f"Look at “{alarm.name}”", "settings/alarms", "half", "wa")


def of_letters(letters: Sequence[DeadLetter]) -> list[Need]:
    """Of what failed by a defect. What was refused for a reason is ordinary life: anybody may send anything."""
    failed = sum(letter.reason not in _REASONS for letter in letters)
    if not failed:
        return []
    count = f"{_LETTERS} or more" if failed == _LETTERS else numbers.count(failed)
    what = f"{count} {'report' if failed == 1 else 'reports'} failed in a step of ours."
    return [Need(what, "Read why", "ledger#letters", "half", "wa")]
