"""Three mailings of the fakes' shop."""

from __future__ import annotations

from typing import Any

from onebyone.state.mail import Message, Mode, NewRecipient
from web.fakes import Place
from web.month import NOW

NOW_MS = int(NOW.timestamp() * 1000)
DAY_MS = 86_400_000
_COLUMNS = (
    "message", "all_opens", "all_openers", "opens_by_people", "counted_opens", "opens_by_machines", "opens_unclear",
    "openers", "measured_openers", "apple_recipients", "apple_only", "clicks_by_people", "clickers",
    "clicks_by_machines", "clicks_unclear", "provisional", "unsubscribed",
)  # fmt: skip


def add_mails(place: Place) -> list[Message]:
    """In the state and among the answers of the reports."""
    made = [
        _mail(
            place, 1, "November letter", "november", {Mode.FULL: 1_000, Mode.AGGREGATE: 300, Mode.OFF: 40}, days_ago=12
        ),
        _mail(place, 2, "Lamps, now dimmable", "lamps", {Mode.FULL: 800, Mode.HYGIENE: 20}, days_ago=5),
        _mail(place, 3, "Your order has left", "", {Mode.FULL: 20}, days_ago=0),
    ]
    rows = [
        (made[0].id, 1_500, 870, 460, 96, 520, 40, 341, 310, 400, 371, 101, 88, 210, 12, 0, 4),
        (made[1].id, 900, 690, 300, 0, 380, 21, 240, 222, 350, 332, 62, 51, 160, 8, 3, 1),
    ]
    bought = [(made[0].id, 14, 248_900), (made[1].id, 6, 91_400)]
    place.reports.answers["mail_messages"] = lambda params: [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    place.reports.answers["mail_orders"] = lambda params: [
        dict(zip(("message", "orders", "revenue_minor"), row, strict=True)) for row in bought
    ]
    _add_readers(place, made[0])
    return made


def _add_readers(place: Place, message: Message) -> None:
    """Three of whom something was seen; the first also read what was sent later."""
    ids = [one.id.hex() for one in place.mail.recipients(message.key) if one.mode == Mode.FULL][:3]
    seen = {"human_opens": 2, "other_opens": 1, "human_clicks": 1, "other_clicks": 4, "visits": 3, "leaves": 0}
    place.reports.answers["mail_recipients"] = lambda params: [
        {"recipient": one, "last_at": "2026-11-20T09:00:00.000Z"} | seen for one in ids
    ]
    place.reports.answers["recipient_events"] = lambda params: [
        seen_of(ids[0], "page_view", "human", at="10:02:00", host="nordlight.example", path="/lamps", browser="7"),
        seen_of(ids[0], "email_click", "human", "click.plain", at="10:01:58", link="0"),
        seen_of(ids[0], "email_open", "human_proxied", "ua.gmail_proxy", at="10:01:30", repeats="2"),
        seen_of(ids[0], "email_click", "machine_scanner", "burst.links", at="08:00:04", link="1"),
        seen_of(ids[0], "email_open", "machine_prefetch", "ua.gmail_prefetch", at="08:00:00"),
    ]


def seen_of(recipient: str, name: str, actor: str, *reasons: str, at: str = "09:00:00", **more: Any) -> dict[str, Any]:
    """A row of the report `recipient_events`."""
    empty: dict[str, Any] = dict.fromkeys(
        ("host", "path", "link", "repeats", "wants", "agent", "country", "browser_name", "os"), ""
    )
    row: dict[str, Any] = {"at": f"2026-11-20T{at}.000Z", "name": name, "via": "open", "message": f"{1:032x}"}
    row |= {"browser": "0", "recipient": recipient, "actor": actor, "confidence": 80, "reasons": list(reasons)}
    return row | {"flags": []} | empty | {"hit": "0190b0de-0000-7000-8000-000000000001"} | more


def _mail(place: Place, number: int, name: str, campaign: str, people: dict[Mode, int], *, days_ago: int) -> Message:
    message = Message(
        id=f"{number:032x}", site=place.site.id, name=name, campaign=campaign, made_ms=NOW_MS - days_ago * DAY_MS
    )
    place.mail.add_message(message)
    rows: list[Any] = [
        NewRecipient(ref=f"{mode}{n}", mode=mode, sent_ms=message.made_ms)
        for mode, count in people.items()
        for n in range(count)
    ]
    place.mail.add_recipients(message, rows, now_ms=NOW_MS)
    return message
