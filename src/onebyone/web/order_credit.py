"""Why an order is credited as it is: the sessions considered, those left out, and each rule's share in cents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from onebyone.pipeline.conversions.telling import Account
from onebyone.reports.attribution.money import split
from onebyone.reports.attribution.named import get_rule
from onebyone.reports.attribution.paths import DIRECT
from onebyone.reports.attribution.side_by_side import BY_RULE
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import numbers
from onebyone.web.account import find_accounts
from onebyone.web.counted import Counted, words_of
from onebyone.web.credit_table import name_of
from onebyone.web.desk import Answer, Desk, Row
from onebyone.web.look_up import look_up
from onebyone.web.story import account_among, record_of

WINDOW_DAYS = 30
MODELS = (*BY_RULE, "shapley_set")  # which share one order by its own path
_MOST = 50  # sessions


class Touch(Struct, frozen=True):
    """`why` is why it is left out; "" of one that has a share."""

    when: str
    label: str
    campaign: str  # with its source and medium
    elsewhere: bool  # on another browser than the order
    why: str


class Share(Struct, frozen=True):
    """What a model gives, by label; money is "" where the order is worth nothing."""

    model: str
    about: str
    parts: list[tuple[str, str, str]]  # label, part of the order, money


class Credit(Struct, frozen=True):
    """Touches the oldest first; without a counting one the order is unattributed, and there are no shares."""

    says: str
    touches: list[Touch]
    shares: list[Share]
    answer: Answer = Answer()


def credit_of(desk: Desk, site: Site, record: Row | None, account: Account | None) -> Credit | None:
    """Of a row of `events`, or of its record where that is still kept. None for what has no credit to share: it does
    not count, or its event is not declared to. Blocks.
    """
    if record is None or record["name"] not in site.conversions:
        return None
    id, at, status = str(record["conversion"]), _at(record["at"]), "counted"
    if account is not None:
        one = account.conversion
        id, at, status = one.id, one.event.at, one.status
    if status != "counted" or not id:
        return None
    asking: dict[str, Param] = {"from": at, "to": at + timedelta(milliseconds=1), "now": desk.clock()}
    asking |= {"site": site.id, "currency": site.currency, "traffic": "people", "event": str(record["name"]), "id": id}
    answer = desk.ask("order_touches", **asking, window_days=WINDOW_DAYS, limit=_MOST)
    if answer.error:
        return Credit("", [], [], answer)
    return tell(answer.rows, site, words_of(record["name"]), desk.clock()) if answer.rows else None


def credit_for(desk: Desk, site: Site, id: str) -> Credit | None:
    """Of what the order, event or hit of that id belongs to. Blocks."""
    fate = look_up(desk, site, id)
    if isinstance(fate, Answer):
        return Credit("", [], [], fate)
    record = record_of(id, fate)
    accounts = find_accounts(desk.conversions, site.id, fate, sees=True)  # of which nothing is shown
    return credit_of(desk, site, record, account_among(accounts, record) if record else None)


def orders_among(events: Sequence[Row], site: Site, now: datetime) -> dict[str, str]:
    """Ids of what may have credit among a person's events, as a list names them."""
    found = {}
    for row in events:
        if row["name"] in site.conversions:
            when = numbers.when(_at(row["at"]), site.zone, now.date())
            said = (words_of(row["name"]).one.capitalize(), row["order_id"], when)
            found[row["order_id"] or row["hit"]] = " ".join(filter(None, said))
    return found


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def tell(rows: Sequence[Row], site: Site, counted: Counted, now: datetime) -> Credit:
    """From the rows of the report, of which there is one at least."""
    seen = [row for row in reversed(rows) if row["label"]]
    counting = [row for row in seen if row["counts"]]
    return Credit(
        says=_says(counting, len(seen) - len(counting), counted),
        touches=[_touch(row, site, now) for row in seen],
        shares=[_share(model, counting, site) for model in MODELS] if counting else [],
    )


def _says(counting: Sequence[Row], older: int, counted: Counted) -> str:
    if not counting:
        why = f"every session of theirs is older than {WINDOW_DAYS} days" if older else "no session of theirs is known"
        return f"Unattributed: {why}."
    last = next((row for row in reversed(counting) if not row["is_direct"]), None)
    if last is None:
        came = f"none of the {len(counting)} sessions" if len(counting) > 1 else "not even the only session"
        return f"{counting[-1]['label']}: {came} before this {counted.one} came from elsewhere."
    if len(counting) == 1:
        return f"{last['label']}: the only session within {WINDOW_DAYS} days."
    return f"{last['label']}: of {len(counting)} sessions within {WINDOW_DAYS} days it is the last that was not direct."


def _touch(row: Row, site: Site, now: datetime) -> Touch:
    named = row["campaign"] not in ("", "(not set)")
    said = [f"{row['source']} / {row['medium']}" if row["source"] else "", row["campaign"] if named else ""]
    return Touch(
        when=numbers.when(_at(row["started_at"]), site.zone, now.date()),
        label=row["label"],
        campaign=", ".join(filter(None, said)),
        elsewhere=bool(row["elsewhere"]),
        why="" if row["counts"] else f"older than {WINDOW_DAYS} days",
    )


def _share(model: str, counting: Sequence[Row], site: Site) -> Share:
    """By label in the order of their first touches; what has nothing is left out."""
    sets = model == "shapley_set"  # to which a session of no channel is one like another
    channels = [DIRECT if row["is_direct"] and not sets else row["label"] for row in counting]
    shares = get_rule(model)(channels, [row["age_ms"] / 3_600_000 for row in counting])
    net = counting[0]["net_minor"]
    cents = split(net, shares)
    parts: dict[str, tuple[float, int]] = {}
    for row, share, minor in zip(counting, shares, cents, strict=True):
        part, money = parts.get(row["label"], (0.0, 0))
        parts[row["label"]] = (part + share, money + minor)
    return Share(
        *name_of(model),
        [
            (label, numbers.percent(100 * part), numbers.money(money, site.currency) if net else "")
            for label, (part, money) in parts.items()
            if part
        ],
    )
