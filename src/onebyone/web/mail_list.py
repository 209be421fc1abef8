"""The lists behind the numbers of a message: recipients with what was seen of each, and the orders that followed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import listed, numbers
from onebyone.web.address import Narrows, NotUnderstood, View, address
from onebyone.web.behind_address import joined, split
from onebyone.web.desk import Row
from onebyone.web.listed import Line, List, Of

BY = "mail"
ORDERS = "orders"
NARROWS = Narrows(
    why="A message is delivered to and opened by people, not by visits: most opens have no browser that could be told."
)
_SEEN: Mapping[str, tuple[str, str]] = {  # a column of mail_messages: what is counted, and of whom it was
    "clicks_by_people": ("click", "They clicked"),
    "clicks_by_machines": ("click", "Machines followed their links"),
    "clicks_unclear": ("click", "Whether they clicked or a machine followed their links is unclear"),
    "opens_by_people": ("open", "They opened it"),
    "opens_by_machines": ("open", "Machines fetched their image"),
    "opens_unclear": ("open", "Whether they opened it is unclear"),
    "openers": ("open or click", "They read it"),
    "unsubscribed": ("time", "They unsubscribed"),
}
_MESSAGE = re.compile(r"[0-9a-f]{32}")


def link(site: Site, message: str, which: str, made: date, today: date) -> str:
    """All that was seen since the day on which the message was made."""
    kind, named = ("orders", message) if which == ORDERS else ("recipients", joined((message, which)))
    days = {"from": made.isoformat(), "to": max(made, today).isoformat()}
    return address(f"/s/{site.id}/behind/{kind}", {**days, "by": BY, "is": named}, ())


def _unknown(view: View) -> NotUnderstood:
    site = view.path.partition("/behind/")[0]
    return NotUnderstood("E-mail has no such number. ", "Show E-mail", f"{site}/email", ".")


def _readers(view: View) -> Mapping[str, Param]:
    message, *which = split(view.given.get("is", ""))
    if not _MESSAGE.fullmatch(message) or len(which) != 1 or which[0] not in _SEEN:
        raise _unknown(view)
    return {"message": message, "which": which[0]}


def _ordered(view: View) -> Mapping[str, Param]:
    message = view.given.get("is", "")
    if not _MESSAGE.fullmatch(message):
        raise _unknown(view)
    return {"message": message}


def _shown(rows: Sequence[Row], view: View, site: Site, today: date) -> List:
    one, said = _SEEN[str(_readers(view)["which"])]
    count, times = (rows[0]["counted"], rows[0]["times_sum"]) if rows else (0, 0)
    many = one.replace(" or ", "s or ")
    seen = listed.count(times, one if times == 1 else many)
    return List(
        title="Recipients",
        says=f"{listed.count(count, 'recipient')} with {seen}. {said}.",
        heads=[("Recipient", ""), (f"{many.capitalize()}s", "n"), ("First seen", "n p2"), ("Last seen", "n")],
        lines=[
            Line(
                name=f"r_{row['recipient'][:8]}" if row["recipient"] else "not named",
                href=f"/s/{site.id}/email/recipients/{row['recipient']}" if row["recipient"] else "",
                cells=[
                    numbers.count(row["times"]),
                    listed.when(row["first_at"], site, today),
                    listed.when(row["last_at"], site, today),
                ],
            )
            for row in rows
        ],
        after=listed.after(rows, "last_at", "recipient"),
        empty="No recipient stands behind this number now.",
    )


def _order_says(_: View) -> str:
    return "This message was the last to lead them here, within 30 days before"


RECIPIENTS = Of(
    report="mail_readers",
    page=("email", "Message"),
    menu="email",
    params=_readers,
    shown=_shown,
    narrows=NARROWS,
    takes_traffic=False,
)
ORDERED = Of(
    report="mail_ordered",
    page=("email", "Message"),
    menu="email",
    params=_ordered,
    says=_order_says,
    narrows=NARROWS,
    takes_traffic=False,
)
