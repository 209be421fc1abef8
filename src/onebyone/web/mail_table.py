"""The E-mail page's rows: each message with what can be said of it, and all of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

from markupsafe import Markup
from msgspec import Struct

from onebyone.event import utc
from onebyone.reports.loss import Interval
from onebyone.reports.mail import Figures, Sent, figures, total
from onebyone.state.mail import Delivered, Message, Mode
from onebyone.state.sites import Site
from onebyone.web import mail_list, numbers
from onebyone.web.desk import Row

_BANDS = (  # of delivered: its class, and what it is
    ("mail-read", "read by a person"),
    ("mail-machine", "machines alone"),
    ("mail-unclear", "unclear alone"),
    ("mail-hidden", "not measurable"),
    ("mail-none", "nothing seen"),
)


class Line(Struct, frozen=True, kw_only=True):
    message: Message
    made: str
    figures: Figures
    orders: int
    revenue_minor: int
    bar: Markup


def sent_by_message(rows: Iterable[Delivered]) -> dict[str, Sent]:
    """Delivered recipients of each message, by hexadecimal id."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        of_message = counts.setdefault(row.message.hex(), {})
        of_message[row.mode] = of_message.get(row.mode, 0) + row.recipients
    return {message: _sent(modes) for message, modes in counts.items()}


def _sent(modes: Mapping[str, int]) -> Sent:
    hidden = modes.get(Mode.HYGIENE, 0) + modes.get(Mode.OFF, 0)
    return Sent(modes.get(Mode.FULL, 0), modes.get(Mode.AGGREGATE, 0), hidden)


def lines(
    messages: Sequence[Message],
    sent: Mapping[str, Sent],
    seen: Sequence[Row],
    orders: Sequence[Row],
    *,
    zone: str,
    now: datetime,
) -> list[Line]:
    """The newest message first, as they are given."""
    by_message = {row["message"]: row for row in seen}
    bought = {row["message"]: row for row in orders}
    made = []
    for message in messages:
        row, order = by_message.get(message.id, {}), bought.get(message.id, {})
        its = figures(row, sent.get(message.id, Sent()))
        line = Line(
            message=message,
            made=numbers.when(utc(message.made_ms), zone, now.date()),
            figures=its,
            orders=int(order.get("orders", 0)),
            revenue_minor=int(order.get("revenue_minor", 0)),
            bar=stacked(shares(row, its)),
        )
        made.append(line)
    return made


def all_figures(messages: Sequence[Message], sent: Mapping[str, Sent], seen: Sequence[Row]) -> Figures:
    ids = {message.id for message in messages}
    together = [sent.get(id, Sent()) for id in ids]
    whole = Sent(
        sum(one.full for one in together), sum(one.counted for one in together), sum(one.hidden for one in together)
    )
    return figures(total(row for row in seen if row["message"] in ids), whole)


def shares(row: Mapping[str, Any], its: Figures) -> list[float]:
    """Each recipient in one band, in the order of the bands; they add up to 1, or to 0 where not all is told."""
    if not its.delivered or numbers.hides(*row.values(), its.openers, its.unmeasurable):
        return [0.0] * len(_BANDS)
    read = min(its.openers, its.delivered)
    hidden = min(its.unmeasurable, its.delivered - read)
    others = max(min(int(row.get("all_openers", 0)), its.delivered) - read - int(row.get("apple_only", 0)), 0)
    others = min(others, its.delivered - read - hidden)
    machine_opens, unclear_opens = its.machine_opens, its.unclear_opens
    machines = round(others * machine_opens / (machine_opens + unclear_opens)) if machine_opens + unclear_opens else 0
    rest = its.delivered - read - hidden - others
    return [n / its.delivered for n in (read, machines, others - machines, hidden, rest)]


def stacked(parts: Sequence[float]) -> Markup:
    """A bar of one message; the words for it stand beside."""
    rects, at = [], 0.0
    for (css, _), part in zip(_BANDS, parts, strict=True):
        if part > 0:
            rects.append(f'<rect class="{css}" x="{100 * at:.2f}%" width="{100 * part:.2f}%" height="100%"/>')
        at += part
    return Markup(f'<svg class="mail-bar" width="100%" height="10" aria-hidden="true">{"".join(rects)}</svg>')


def led(site: Site, today: date) -> Callable[[int, Message, str], Markup]:
    """A number of a message as a link to the list behind it; none where nobody is, or it may not be told."""

    def text(count: int, message: Message, which: str) -> Markup:
        said = numbers.count(count)
        if numbers.hides(count) or not count:
            return Markup("{}").format(said)
        made = utc(message.made_ms).astimezone(ZoneInfo(site.zone)).date()
        return Markup('<a href="{}">{}</a>').format(mail_list.link(site, message.id, which, made, today), said)

    return text


def legend() -> Sequence[tuple[str, str]]:
    return _BANDS


def kinds() -> dict[str, str]:
    """The columns of `file_rows` with their ClickHouse types."""
    found = {"message": "String", "name": "String", "campaign": "String", "made_at": "DateTime64(3, 'UTC')"}
    for name, kind in get_type_hints(Figures).items():
        if kind is Interval:
            found |= {f"{name}_low": "Float64", f"{name}_high": "Float64"}
        else:
            found[name] = "Int64" if kind is int else "Nullable(Float64)"
    return found | {"orders": "Int64", "revenue_minor": "Int64"}


def file_rows(rows: Sequence[Line]) -> list[Row]:
    """Raw values, a row for each message."""
    return [
        {"message": line.message.id, "name": line.message.name, "campaign": line.message.campaign}
        | {"made_at": utc(line.message.made_ms).isoformat()}
        | _plain(line.figures)
        | {"orders": line.orders, "revenue_minor": line.revenue_minor}
        for line in rows
    ]


def _plain(its: Figures) -> Row:
    row: Row = {}
    for name in its.__struct_fields__:
        value = getattr(its, name)
        if name.endswith("_95"):
            row |= {f"{name}_low": round(value.low, 6), f"{name}_high": round(value.high, 6)}
        else:
            row[name] = round(value, 6) if isinstance(value, float) else value
    return row
