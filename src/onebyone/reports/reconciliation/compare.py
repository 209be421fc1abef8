"""The whole comparison: every platform's claims beside our orders, each difference explained."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from onebyone.reports.attribution.rules import Rule
from onebyone.reports.attribution.windows import read_presets
from onebyone.reports.reconciliation.claims import Claim
from onebyone.reports.reconciliation.explain import Ladder, Span, Stages, Sum, Terms, days_of, ladder, overlap, stages
from onebyone.reports.reconciliation.match import Match, Theirs, match
from onebyone.reports.reconciliation.orders import Order
from onebyone.reports.reconciliation.over_claim import Held, OverClaim, over_claims
from onebyone.reports.reconciliation.platforms import Platform

_CLICK_DAYS = re.compile(  # "7-day click, 1-day view", "7 jours après un clic", "7 Tage nach Klick", "Clic de 7 días"
    r"(\d{1,2})[- ](?:days?|jours?|días?|tage?)\b[^,;]{0,20}?(?:clic|klick)|clic de (\d{1,2}) d", re.IGNORECASE
)
LONGEST_DAYS = 90


class Kept(NamedTuple):
    """A claim with the number of its import: a later one knows better."""

    number: int
    claim: Claim


class Campaign(Struct, frozen=True, kw_only=True):
    match: Match
    ladder: Ladder
    spend: int | None


class Compared(Struct, frozen=True, kw_only=True):
    """One platform. `notes` say what was left out of the comparison and why."""

    platform: str
    title: str
    first: date
    last: date
    zone: str
    basis: str
    window_days: int
    currency: str
    ladder: Ladder
    campaigns: list[Campaign]
    not_in_file: list[str]  # our campaigns that no row of the platform names
    settled: bool  # the period ended a full window ago
    notes: list[str]


class Overlap(Struct, frozen=True):
    """Of our orders with a click of `one`, those that `other` can claim too."""

    one: str
    other: str
    orders: int
    share: float | None  # of all our orders


class Reconciliation(Struct, frozen=True, kw_only=True):
    """Ours is the total; the platforms' numbers are claims on it."""

    orders: int  # ours, each once, of the whole span
    over_claims: list[OverClaim]
    unsettled: list[str]  # titles of platforms that are in none, because their period has just ended
    first: date | None
    last: date | None
    platforms: list[Compared]
    overlap: list[Overlap]


class Asked(Struct, frozen=True, kw_only=True):
    """What is compared. Without days: all that the claims cover."""

    site_zone: str
    rule: Rule
    today: date
    first: date | None = None
    last: date | None = None
    our_days: int = 30
    said: Mapping[str, Mapping[str, str]] = {}  # platform -> their campaign -> ours
    ids: Mapping[str, Sequence[str]] = {}  # our campaign -> what utm_id said with it


def reach(kept: Iterable[Kept], asked: Asked) -> Span | None:
    """The moments between which orders are needed: a zone's day around the claims, and a window behind them."""
    claims = [one.claim for one in kept if _inside(one.claim, asked)]
    if not claims:
        return None
    first, last = _days(claims, asked)
    later = LONGEST_DAYS if any(one.date_basis == "click" for one in claims) else 0
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
    return start, datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=2 + later)


def compare(
    kept: Sequence[Kept], orders: Sequence[Order], platforms: Mapping[str, Platform], asked: Asked
) -> Reconciliation:
    by_platform: defaultdict[str, list[Kept]] = defaultdict(list)
    for one in kept:
        if _inside(one.claim, asked):
            by_platform[one.claim.platform].append(one)
    found = [
        _platform(platforms.get(name), name, by_platform[name], kept, orders, asked) for name in sorted(by_platform)
    ]
    first = min((one.first for one in found), default=None)
    last = max((one.last for one in found), default=None)
    if first is None or last is None:
        return Reconciliation(orders=0, over_claims=[], unsettled=[], first=None, last=None, platforms=[], overlap=[])
    span = days_of(_terms(asked, first, last), asked.site_zone)
    total = _count(orders, span)
    held = [
        Held(one.title, one.first, one.last, _orders_only(_one_level(by_platform[one.platform], []), []))
        for one in found
        if one.settled
    ]
    shared = overlap(orders, {one.platform: one.window_days for one in found}, span)
    return Reconciliation(
        orders=total,
        over_claims=over_claims(held, lambda *days: _count(orders, days_of(_terms(asked, *days), asked.site_zone))),
        unsettled=[one.title for one in found if not one.settled],
        first=first,
        last=last,
        platforms=found,
        overlap=[Overlap(*names, count, count / total if total else None) for names, count in shared.items()],
    )


def _count(orders: Sequence[Order], span: Span) -> int:
    return sum(1 for order in orders if not order.cancelled and span[0] <= order.at < span[1])


def _terms(asked: Asked, first: date, last: date) -> Terms:
    zone = asked.site_zone
    return Terms(platform="", first=first, last=last, site_zone=zone, zone=zone, basis="conversion", rule=asked.rule)


def _inside(claim: Claim, asked: Asked) -> bool:
    return (asked.first is None or claim.first >= asked.first) and (asked.last is None or claim.last <= asked.last)


def _days(claims: Sequence[Claim], asked: Asked) -> tuple[date, date]:
    """All that their files cover, of the days that were asked for."""
    first, last = min(one.covers[0] for one in claims), max(one.covers[1] for one in claims)
    return max(first, asked.first or first), min(last, asked.last or last)


def _platform(
    known: Platform | None, name: str, mine: Sequence[Kept], everything: Sequence[Kept], orders: Sequence[Order],
    asked: Asked,
) -> Compared:  # fmt: skip
    notes: list[str] = []
    claims = _one_level(mine, notes)
    cut = sum(1 for one in everything if one.claim.platform == name and not _inside(one.claim, asked))
    if cut and (asked.first or asked.last):
        notes.append(f"{cut:,} rows of other days, or of a period that reaches beyond this one, are left out.")
    claims = _orders_only(claims, notes)
    newest = max(mine, key=lambda one: one.number).claim
    if len({one.zone for one in claims}) > 1 or len({one.date_basis for one in claims}) > 1:
        notes.append("The imports name several time zones or ways of dating; those of the newest were taken for all.")
    days = _window_days(newest, known)
    if len({_window_days(one, known) for one in claims}) > 1:
        span = "1 day" if days == 1 else f"{days} days"
        notes.append(f"The rows name several attribution windows; that of the newest, {span}, was taken for all.")
    first, last = _days([one.claim for one in mine], asked)
    terms = Terms(
        platform=name,
        first=first,
        last=last,
        site_zone=asked.site_zone,
        zone=newest.zone,
        basis=newest.date_basis,
        rule=asked.rule,
        our_days=asked.our_days,
        their_days=days,
        currency=newest.currency,
        destinations=frozenset(known.destinations if known else ()),
    )
    by_campaign = stages(orders, terms)
    settled = terms.last + timedelta(days=days) < asked.today
    if not settled:
        notes.append(f"The period ended less than {days} days ago: the platform still adds to it, so it is not judged.")
    if sum(one.currency != newest.currency for one in claims):
        notes.append("Rows of other currencies count as orders, not as money.")
    views = known.views_included if known else False
    matches = match(_theirs(claims), [one for one in by_campaign if one], asked.said.get(name, {}), asked.ids)
    matched = {ours for one in matches for ours in one.ours}
    return Compared(
        platform=name,
        title=known.title if known else name,
        first=terms.first,
        last=terms.last,
        zone=terms.zone,
        basis=terms.basis,
        window_days=days,
        currency=newest.currency,
        ladder=_ladder(list(by_campaign.values()), claims, newest.currency, views=views, settled=settled),
        campaigns=_campaigns(claims, matches, by_campaign, newest.currency, views=views, settled=settled),
        not_in_file=sorted(one for one in by_campaign if one not in matched),
        settled=settled,
        notes=notes,
    )


def _campaigns(
    claims: Sequence[Claim], matches: Sequence[Match], by_campaign: Mapping[str, Stages], currency: str, *,
    views: bool, settled: bool,
) -> list[Campaign]:  # fmt: skip
    rows: defaultdict[str, list[Claim]] = defaultdict(list)
    for one in claims:
        rows[name_of(one)].append(one)
    found = [
        Campaign(
            match=one,
            ladder=_ladder(
                [by_campaign[ours] for ours in one.ours], rows[one.theirs], currency, views=views, settled=settled
            ),
            spend=_sum(claim.spend for claim in rows[one.theirs]),
        )
        for one in matches
    ]
    return sorted(found, key=lambda one: (-one.ladder.theirs.orders, -one.ladder.ours.orders, one.match.theirs))


def _ladder(parts: Sequence[Stages], claims: Sequence[Claim], currency: str, *, views: bool, settled: bool) -> Ladder:
    after_view = _sum(one.view_through for one in claims)
    money = sum(one.value or 0 for one in claims if one.currency == currency)
    return ladder(
        parts,
        theirs=Sum(sum(one.conversions or 0 for one in claims) / 1000, money),
        views=None if after_view is None else Sum(after_view / 1000),
        views_included=views,
        judged=settled,
    )


def _sum(values: Iterable[int | None]) -> int | None:
    """None where no row says anything."""
    known = [one for one in values if one is not None]
    return sum(known) if known else None


def name_of(claim: Claim) -> str:
    return claim.campaign or claim.campaign_id


def _theirs(claims: Sequence[Claim]) -> list[Theirs]:
    ids: defaultdict[str, set[str]] = defaultdict(set)
    names: defaultdict[str, set[str]] = defaultdict(set)
    for one in claims:
        ids[name_of(one)] |= {one.campaign_id, one.ad_group_id, one.ad_id} - {""}
        names[name_of(one)] |= {one.campaign, one.ad_group} - {""}
    return [Theirs(name, frozenset(ids[name]), frozenset(names[name])) for name in ids]


def _one_level(kept: Sequence[Kept], notes: list[str]) -> list[Claim]:
    """Campaigns, ad groups and ads hold the same orders: of each account only the level of its newest import counts."""
    newest: dict[str, Kept] = {}
    for one in kept:
        if one.claim.account not in newest or one.number > newest[one.claim.account].number:
            newest[one.claim.account] = one
    claims = [one.claim for one in kept if one.claim.level == newest[one.claim.account].claim.level]
    if len(claims) < len(kept):
        notes.append(f"{len(kept) - len(claims):,} rows of another level (campaign, ad group, ad) are left out.")
    return claims


def _orders_only(claims: Sequence[Claim], notes: list[str]) -> list[Claim]:
    found = [one for one in claims if not one.event or "purchase" in one.event.lower()]
    if len(found) < len(claims):
        notes.append(f"{len(claims) - len(found):,} rows of goals other than orders are left out.")
    return found


def _window_days(claim: Claim, known: Platform | None) -> int:
    """As the file says, else as the platform's preset."""
    said = _CLICK_DAYS.search(claim.attribution_setting)
    if said:
        return int(said[1] or said[2])
    return read_presets()[known.preset if known else "default"].click_days
