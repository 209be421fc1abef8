"""The ladder of a reconciliation as it is read: from our number down to the platform's, every step with its words."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from onebyone.reports.reconciliation.compare import Campaign, Compared, Reconciliation
from onebyone.reports.reconciliation.explain import Ladder
from onebyone.reports.reconciliation.over_claim import OverClaim
from onebyone.web import numbers

WORDS = {
    "time_zone": ("Time zone", "The same orders, in days of {zone}"),
    "date_basis": ("Date", "The same orders, by the day of {basis}"),
    "attribution": ("Credit", "Every order with a click of theirs, whoever else had part in it"),
    "window": ("Window", "Clicks within {window} days before the order"),
    "view_through": ("Views", "Orders that it takes after a view alone, as its file says"),
    "duplicates": ("Copies", "Browser copies that it no longer knows after 48 hours, or under another id"),
    "refunds": ("Cancelled", "Orders that were cancelled, which it was not told of"),
    "not_forwarded": ("Not sent", "Orders that it never heard of: sharing was declined, or the browser blocked it"),
    "residual": ("Not explained", "Modelled orders and other devices, which it sees and we cannot; and errors"),
}
HOW = {"id": "by id", "name": "by name", "said": "as you said", "none": "not matched"}
LIGHTS = {
    "green": ("full", "ok", "explained"),
    "amber": ("half", "wa", "partly explained"),
    "red": ("x", "ba", "not explained"),
}
MOST_CAMPAIGNS = 200


class Line(Struct, frozen=True):
    """`start` and `width` place its bar, in per cent; `tone` is up, down or sum."""

    orders: str
    money: str
    name: str
    about: str
    tone: str
    start: float
    width: float


class CampaignLine(Struct, frozen=True):
    name: str
    how: str
    matched: bool
    ours_named: str
    suggestion: str
    theirs: str
    ours: str
    residual: str
    share: str
    spend: str


class Shown(Struct, frozen=True):
    """One platform's section."""

    platform: str
    title: str
    period: str
    zone: str
    lines: list[Line]
    light: tuple[str, str, str] | None
    says: str
    notes: list[str]
    campaigns: list[CampaignLine]
    more: int
    not_in_file: list[str]


def shown(one: Compared) -> Shown:
    campaigns = [_campaign(campaign, one.currency) for campaign in one.campaigns[:MOST_CAMPAIGNS]]
    return Shown(
        platform=one.platform,
        title=one.title,
        period=f"{numbers.long_day(one.first)} – {numbers.long_day(one.last)}",
        zone=one.zone,
        lines=_lines(one),
        light=LIGHTS[one.ladder.light] if one.ladder.light else None,
        says=_platform_says(one),
        notes=one.notes,
        campaigns=campaigns,
        more=len(one.campaigns) - len(campaigns),
        not_in_file=one.not_in_file,
    )


def says(found: Reconciliation) -> str:
    if not found.platforms:
        return "Nothing is imported for these days."
    told = [_over_claim(one) for one in found.over_claims]
    if len(told) > 1:
        told.append(
            "The files share no days, or a row reaches beyond them: so each is beside the orders of its own days."
        )
    if not told:
        told = [f"{_orders(found.orders)} happened."]
    if found.unsettled:
        told.append(
            f"{_listed(found.unsettled)}: the days have just ended, so what is claimed still grows; not added up."
        )
    return " ".join(told)


def _over_claim(one: OverClaim) -> str:
    text = f"{_orders(one.orders)} happened {numbers.day(one.first)} – {numbers.long_day(one.last)}; "
    text += f"{_listed(one.platforms)} claim{'s' if len(one.platforms) == 1 else ''} {amount(one.claimed)}"
    return f"{text}." if one.ratio is None else f"{text}, {one.ratio:.2f} times as many."


def overlaps(found: Reconciliation) -> tuple[list[str], list[list[str]]]:
    """A row and a column for each platform: the share of our orders that both can claim."""
    names = {one.platform: one.title for one in found.platforms}
    cells = {(one.one, one.other): one for one in found.overlap}
    body = [
        [title, *(f"{numbers.share(cells[key, other].orders, found.orders)}" for other in names)]
        for key, title in names.items()
    ]
    return list(names.values()), body


def amount(orders: float | None) -> str:
    """Fractions only where there are any; what is not known is no 0."""
    if orders is None:
        return "not known"
    return numbers.count(orders) if abs(orders - round(orders)) < 0.005 else f"{orders:,.2f}".replace("-", "−")


def _orders(count: float) -> str:
    return f"{amount(count)} order{'' if count == 1 else 's'}"


def _lines(one: Compared) -> list[Line]:
    found, currency = one.ladder, one.currency
    told = {"zone": one.zone, "basis": "the click" if one.basis == "click" else "the order", "window": one.window_days}
    running, spans = found.ours.orders, [(0.0, found.ours.orders)]
    steps = [*found.steps, found.residual]
    for step in steps:
        spans.append((running, running + (step.orders or 0)))
        running += step.orders or 0
    spans.append((0.0, found.theirs.orders))
    places = _places(spans)
    ours_money = _money(found.ours.money, currency)
    ours = Line(amount(found.ours.orders), ours_money, "Ours", "By the model chosen above", "sum", *places[0])
    lines = [ours]
    for step, place in zip(steps, places[1:-1], strict=True):
        name, about = WORDS[step.name]
        tone = "rest" if step.name == "residual" else "down" if (step.orders or 0) < 0 else "up"
        about = about.format(**told)
        if step.name == "not_forwarded" and (found.not_allowed or found.not_seen):
            declined, unseen = amount(-found.not_allowed), amount(-found.not_seen)
            about = f"Orders that it never heard of: {declined} declined, {unseen} not seen by a browser"
        if step.name == "view_through" and step.orders is None:
            about = "Its file does not say how many it takes after a view alone; they stay in what is not explained"
        lines.append(Line(_signed(step.orders), _money(step.money, currency), name, about, tone, *place))
    theirs = _money(found.theirs.money, currency)
    lines.append(Line(amount(found.theirs.orders), theirs, "Theirs", f"What {one.title} claims", "sum", *places[-1]))
    return lines


def _places(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Start and width of each bar, in per cent of them all together."""
    low, high = min(min(span) for span in spans), max(max(span) for span in spans)
    whole = high - low or 1
    return [(100 * (min(span) - low) / whole, 100 * abs(span[1] - span[0]) / whole) for span in spans]


def _signed(orders: float | None) -> str:
    return amount(orders) if orders is None or orders <= 0 else f"+{amount(orders)}"


def _money(minor: float | None, currency: str) -> str:
    return "not known" if minor is None else numbers.money(round(minor), currency)


def _platform_says(one: Compared) -> str:
    found = one.ladder
    text = f"It claims {_orders(found.theirs.orders)}, we credit it with {amount(found.ours.orders)}"
    if found.ratio is not None:
        text += f": {found.ratio:.2f} times as many"
    if found.share is None:
        return f"{text}."
    return f"{text}. {100 * found.share:.1f}% of its claim is not explained."


def _campaign(one: Campaign, currency: str) -> CampaignLine:
    found: Ladder = one.ladder
    return CampaignLine(
        name=one.match.theirs,
        how=HOW[one.match.how],
        matched=one.match.how != "none",
        ours_named=_listed(one.match.ours),
        suggestion=one.match.suggestion,
        theirs=amount(found.theirs.orders),
        ours=amount(found.ours.orders) if one.match.ours else "not known",
        residual=_signed(found.residual.orders) if one.match.ours else "not known",
        share=numbers.percent(100 * found.share) if found.share is not None and one.match.ours else numbers.NONE,
        spend=numbers.NONE if one.spend is None else numbers.money(one.spend, currency),
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
