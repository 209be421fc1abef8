"""The public JSON shapes: what a tag and a server may send, and the limits of it.

Owns:  the shapes of a batch and of an event, and their limits.
Takes: bytes that anybody may have written.
Gives: a batch whose events are still unread, one event in clean types, or a Drop that says what is wrong with it.
Never: an exception for what a sender wrote; a sender's own values in a sentence.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from msgspec import Raw, Struct

from onebyone.event import Drop, Reason
from onebyone.money import CURRENCIES, amount

MAX_EVENTS = 1_000
MAX_NAME_CHARS = 64  # of an event or a property
MAX_ID_CHARS = 255
MAX_URL_CHARS = 2_048
MAX_TITLE_CHARS = 512
MAX_TEXT_CHARS = 1_024  # of a property, a coupon, a user agent
MAX_PROPS = 100
MAX_ITEMS = 200
MAX_ITEMS_CHARS = 32_768
MAX_SEQ = 2**32 - 1

FACTS = ("no_size", "no_languages", "never_visible", "interaction")  # by the tag, of its browser
NAVIGATIONS = frozenset({"navigate", "reload", "reload_discarded", "back_forward", "bfcache", "prerender", "spa"})


class Batch(Struct, frozen=True):
    """What a tag posts. Each event is read on its own, with `read_event`."""

    site: str
    sent_ms: int | None  # the sender's clock; None: it said nothing usable
    consent: dict[str, Any] | None
    events: list[Raw]


class ServerBatch(Struct, frozen=True):
    events: list[Raw]


class PageBody(Struct, frozen=True):
    """A page as it was sent. Fields that are not of the documented type never get this far."""

    url: str | None = None
    referrer: str | None = None
    title: str | None = None
    id: str | None = None


class OrderBody(Struct, frozen=True):
    """An order as it was sent; `amount` has to look at the three that are money."""

    id: str | int | None = None
    value: Any = None
    currency: str | None = None
    items: list[dict[str, Any]] | None = None
    coupon: str | int | None = None
    tax: Any = None
    shipping: Any = None
    adjustment_id: str | int | None = None


class DeviceBody(Struct, frozen=True):
    user_agent: str | None = None


class EventBody(Struct, frozen=True, kw_only=True):
    """One event as it was sent, before anybody looked at it."""

    name: str | None = None
    id: str | int | None = None
    event_id: str | int | None = None
    at: str | int | float | None = None
    seq: int | None = None
    nav: str | None = None
    visitor: str | int | None = None
    user_id: str | int | None = None
    page: PageBody | None = None
    props: dict[str, Any] | None = None
    order: OrderBody | None = None
    user_data: dict[str, Any] | None = None
    consent: dict[str, Any] | None = None
    webdriver: bool | None = None
    facts: list[str] | None = None
    link: str | None = None
    ip: str | None = None
    device: DeviceBody | None = None


class Order(Struct, frozen=True, kw_only=True):
    id: str = ""
    value: Decimal | None = None
    currency: str = ""  # ISO 4217, "" if none was given
    items: str = ""  # JSON text
    coupon: str = ""
    tax: Decimal | None = None
    shipping: Decimal | None = None
    adjustment_id: str = ""


class SentEvent(Struct, frozen=True, kw_only=True):
    """One event as its sender means it: documented types, within the limits, nothing decided yet."""

    name: str
    id: str = ""
    event_id: str = ""
    at_ms: int | None = None
    seq: int = 0
    nav: str = ""
    visitor: str = ""
    user_id: str = ""
    url: str = ""
    referrer: str = ""
    title: str = ""
    page_id: str = ""  # of this showing of the page, within which `seq` counts
    props: dict[str, str] = {}
    order: Order | None = None
    user_data: dict[str, Any] | None = None
    consent: dict[str, Any] | None = None
    webdriver: bool = False
    facts: tuple[str, ...] = ()  # of FACTS
    link: str = ""  # the token that the page's address came with: identity/links.py
    ip: str = ""
    user_agent: str = ""
    flags: tuple[str, ...] = ()


class _BatchBody(Struct, frozen=True):
    site: str
    events: list[Raw]
    sent_at: str | int | float | None = None
    consent: dict[str, Any] | None = None


class _ServerBatchBody(Struct, frozen=True):
    events: list[Raw]


class _Glimpse(Struct, frozen=True):
    id: Any = None
    name: Any = None


class _Refused(Exception):
    """Carries the Drop from the depth of an event to `check_event`."""

    def __init__(self, reason: Reason, detail: str) -> None:
        self.drop = Drop(reason, detail=detail)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError("a number beyond all measure") from error


_batches = msgspec.json.Decoder(_BatchBody)
_server_batches = msgspec.json.Decoder(_ServerBatchBody)
_events = msgspec.json.Decoder(EventBody, float_hook=_decimal)
_glimpses = msgspec.json.Decoder(_Glimpse)
_encode = msgspec.json.Encoder(decimal_format="number").encode

_BOM = b"\xef\xbb\xbf"
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[][{},]', re.DOTALL)
_EVENTS_KEY = re.compile(rb'"events"\s*:\s*\Z')
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_AT_PATH = re.compile(r" - at `(?:key in )?\$\.?(.*)`$")


def read_batch(body: bytes) -> Batch | Drop:
    """The tag's batch, or why the whole of it is unusable."""
    read = _read(_batches, body)
    if isinstance(read, Drop):
        return read
    found, events = read
    if len(events) > MAX_EVENTS:
        return _too_many(len(events))
    return Batch(clean(found.site)[:MAX_ID_CHARS], time_ms(found.sent_at), found.consent, events)


def read_server_batch(body: bytes) -> ServerBatch | Drop:
    """A server's batch, or why the whole of it is unusable."""
    read = _read(_server_batches, body)
    if isinstance(read, Drop):
        return read
    events = read[1]
    return _too_many(len(events)) if len(events) > MAX_EVENTS else ServerBatch(events)


def read_event(raw: bytes | Raw) -> SentEvent | Drop:
    """One event of a batch, or why it is none."""
    body = _decode_event(_events, raw)
    return body if isinstance(body, Drop) else check_event(body)


def event_id_of(raw: bytes | Raw) -> str:
    """The id under which a sender knows its event, whatever else is wrong with it; "" if there is none to read."""
    said = _glimpse(raw).id
    return str(said)[:MAX_ID_CHARS] if type(said) in (str, int) else ""


def event_name_of(raw: bytes | Raw) -> str:
    """The name of an event, whatever else is wrong with it; "" if there is none to read."""
    said = _glimpse(raw).name
    return clean(said)[:MAX_NAME_CHARS] if isinstance(said, str) else ""


def check_event(body: EventBody) -> SentEvent | Drop:
    """Apply the limits."""
    try:
        return _check_event(body)
    except _Refused as refused:
        return refused.drop


def _check_event(body: EventBody) -> SentEvent:
    name = clean(body.name or "")
    if not name:
        raise _Refused(Reason.NAME_MISSING, "name: every event needs one, such as page_view")
    if len(name) > MAX_NAME_CHARS:
        raise _too_long("name", MAX_NAME_CHARS)
    page, device, seq = body.page or _NO_PAGE, body.device or _NO_DEVICE, body.seq or 0
    props, order, cut = body.props or {}, body.order, []
    if not _GA4_NAMES.isdisjoint(props):
        props, order = _split_order(props, order or _NO_ORDER)
    if len(props) > MAX_PROPS:
        cut.append("props_cut")
        props = dict(list(props.items())[:MAX_PROPS])
    checked_order = None
    if order is not None:
        checked_order, items_cut = _check_order(order)
        cut += ["items_cut"] if items_cut else []
    return SentEvent(
        name=name,
        id=_id("id", body.id),
        event_id=_id("event_id", body.event_id),
        at_ms=_time("at", body.at),
        seq=seq if 0 <= seq <= MAX_SEQ else 0,
        nav=body.nav if body.nav in NAVIGATIONS else "",
        visitor=_id("visitor", body.visitor),
        user_id=_id("user_id", body.user_id),
        url=_text(page.url, MAX_URL_CHARS),
        referrer=_text(page.referrer, MAX_URL_CHARS),
        title=_text(page.title, MAX_TITLE_CHARS),
        page_id=_text(page.id, MAX_ID_CHARS),
        props=_check_props(props) if props else {},
        order=checked_order,
        user_data=body.user_data,
        consent=body.consent,
        webdriver=body.webdriver or False,
        facts=tuple(fact for fact in FACTS if fact in body.facts) if body.facts else (),
        link=_text(body.link, MAX_ID_CHARS),
        ip=_text(body.ip, MAX_ID_CHARS),
        user_agent=_text(device.user_agent, MAX_TEXT_CHARS + 1),  # one more shows that it was too long
        flags=tuple(cut),
    )


def _check_order(order: OrderBody) -> tuple[Order, bool]:
    """The order, and whether some of its items had to go."""
    currency = clean(order.currency or "").upper()
    if currency and currency not in CURRENCIES:
        raise _Refused(Reason.VALUE_IMPOSSIBLE, "order.currency: not an active ISO 4217 code such as EUR")
    items, cut = _check_items(order.items or [])
    checked = Order(
        id=_id("order.id", order.id),
        value=_money("value", order.value),
        currency=currency,
        items=items,
        coupon=_text(order.coupon, MAX_TEXT_CHARS),
        tax=_money("tax", order.tax),
        shipping=_money("shipping", order.shipping),
        adjustment_id=_id("order.adjustment_id", order.adjustment_id),
    )
    return checked, cut


def _check_items(items: list[dict[str, Any]]) -> tuple[str, bool]:
    if not items:
        return "", False
    kept = items[:MAX_ITEMS]
    text = _json(kept)
    while len(text) > MAX_ITEMS_CHARS:
        kept = kept[: len(kept) // 2]
        text = _json(kept) if kept else ""
    return text, len(kept) < len(items)


def _json(value: object) -> str:
    try:
        return _encode(value).decode()
    except RecursionError as error:
        raise _Refused(Reason.BODY_UNREADABLE, "nested too deep") from error


def _check_props(props: dict[str, Any]) -> dict[str, str]:
    checked = {}
    for name, value in props.items():
        key = clean(name)
        if value is None or not key:
            continue
        if len(key) > MAX_NAME_CHARS:
            raise _too_long("props: a name", MAX_NAME_CHARS)
        if not isinstance(value, str):
            value = _json(value)
        checked[key] = clean(value)[:MAX_TEXT_CHARS]
    return checked


_GA4_NAMES = frozenset({"transaction_id", "value", "currency", "items"})
_ORDER_NAMES = {
    "transaction_id": "id",
    "value": "value",
    "currency": "currency",
    "items": "items",
    "coupon": "coupon",
    "tax": "tax",
    "shipping": "shipping",
}
_NO_PAGE, _NO_DEVICE, _NO_ORDER = PageBody(), DeviceBody(), OrderBody()


def _split_order(props: dict[str, Any], order: OrderBody) -> tuple[dict[str, Any], OrderBody | None]:
    """Move what GA4 writes among the properties into the order; what the order itself says wins."""
    named = _GA4_NAMES.intersection(props)
    if named == {"value"} and amount(props["value"]) is None:  # a value, but none of money
        return props, None if order is _NO_ORDER else order
    moved = {ours: props[theirs] for theirs, ours in _ORDER_NAMES.items() if theirs in props}
    said = {field: value for field, value in msgspec.structs.asdict(order).items() if value is not None}
    rest = {name: value for name, value in props.items() if name not in _ORDER_NAMES}
    try:
        return rest, msgspec.convert({**moved, **said}, OrderBody)
    except msgspec.ValidationError as error:
        raise _Refused(Reason.WRONG_SHAPE, _sentence(str(error), "props")) from error


def time_ms(said: str | int | float | None) -> int | None:
    """Unix milliseconds of a time in milliseconds or RFC 3339; None for anything else."""
    if isinstance(said, str):
        text = said.strip()
        if text.isascii() and text.isdigit() and len(text) <= 18:
            return int(text)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        return round(moment.timestamp() * 1000) if moment.tzinfo is not None else None
    if said is None or not -1e18 < said < 1e18:
        return None
    return int(said)


def clean(text: str) -> str:
    """Trimmed, and without control characters and halves of characters, which no store takes."""
    return text.strip() if text.isprintable() else _UNPRINTABLE.sub(" ", text).strip()


def without_lone_surrogates(body: bytes) -> bytes:
    r"""JSON in which half a character, as "\ud83d" from a text cut by a script, is the replacement character."""
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)


def split_events(body: bytes) -> tuple[bytes, list[bytes]] | None:
    """The envelope with an empty list of events, and the events, of a body that no JSON reader takes as a whole.

    Looks at brackets and texts only, so that one broken event does not cost its neighbours. None without such a list.
    """
    depth, key, first, start = 0, b"", -1, -1
    events: list[bytes] = []
    for token in _TOKEN.finditer(body):
        mark = token[0]
        if mark in b"[{":
            depth += 1
            if depth == 2 and mark == b"[" and key == b'"events"':
                first = start = token.end()
        elif mark in b"]}":
            depth -= 1
            if depth == 1 and start >= 0:
                events.append(body[start : token.start()].strip())
                return body[:first] + body[token.start() :], [] if events == [b""] else events
        elif mark == b",":
            if depth == 2 and start >= 0:
                events.append(body[start : token.start()].strip())
                start = token.end()
        elif depth == 1:
            key = mark
    return None


def _read(decoder: msgspec.json.Decoder[Any], body: bytes) -> tuple[Any, list[Raw]] | Drop:
    """A batch, and its events: at once, or event by event where one of them breaks the whole."""
    body = body.removeprefix(_BOM)
    found = _decode(decoder, body)
    if not isinstance(found, Drop):
        return found, found.events
    split = split_events(body) if found.reason is Reason.BODY_UNREADABLE else None
    if split is None:
        return found
    envelope = _decode(decoder, without_lone_surrogates(split[0]))
    return envelope if isinstance(envelope, Drop) else (envelope, [Raw(event) for event in split[1]])


def _glimpse(raw: bytes | Raw) -> _Glimpse:
    found = _decode_event(_glimpses, raw)
    return _Glimpse() if isinstance(found, Drop) else found


def _decode_event(decoder: msgspec.json.Decoder[Any], raw: bytes | Raw) -> Any:
    found = _decode(decoder, raw)
    if isinstance(found, Drop) and found.reason is Reason.BODY_UNREADABLE:
        return _decode(decoder, without_lone_surrogates(bytes(raw)))
    return found


def _decode(decoder: msgspec.json.Decoder[Any], body: bytes | Raw) -> Any:
    """What the decoder makes of it, or a Drop."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        return Drop(Reason.WRONG_SHAPE, detail=_sentence(str(error)))
    except RecursionError:
        return Drop(Reason.BODY_UNREADABLE, detail="nested too deep")
    except UnicodeDecodeError:
        return Drop(Reason.BODY_UNREADABLE, detail="not UTF-8")
    except msgspec.DecodeError as error:
        return Drop(Reason.BODY_UNREADABLE, detail=f"not JSON: {error}")


def _sentence(error: str, within: str = "") -> str:
    """msgspec's sentence with the field in front; it names types, never values."""
    path = _AT_PATH.search(error)
    field = ".".join(part for part in (within, path[1] if path else "") if part) or "body"
    return f"{field}: {error[: path.start()] if path else error}"


def _id(field: str, said: str | int | None) -> str:
    if said is None:
        return ""
    text = clean(said if isinstance(said, str) else str(said))
    if len(text) > MAX_ID_CHARS:
        raise _too_long(field, MAX_ID_CHARS)
    return text


def _text(said: str | int | None, max_chars: int) -> str:
    return clean(str(said)[:max_chars]) if said else ""


def _money(field: str, said: object) -> Decimal | None:
    if said is None or said == "":
        return None
    number = amount(said)
    if number is None:
        raise _Refused(Reason.VALUE_IMPOSSIBLE, f"order.{field}: not an amount, 0 or more, such as 12.50")
    return number


def _time(field: str, said: str | int | float | None) -> int | None:
    at_ms = time_ms(said)
    if at_ms is None and said not in (None, ""):
        raise _Refused(Reason.WRONG_SHAPE, f"{field}: neither milliseconds nor RFC 3339 with a zone")
    return at_ms


def _too_long(field: str, max_chars: int) -> _Refused:
    return _Refused(Reason.VALUE_TOO_LONG, f"{field}: longer than {max_chars} characters")


def _too_many(count: int) -> Drop:
    return Drop(Reason.TOO_MANY_EVENTS, detail=f"events: {count}, and at most {MAX_EVENTS} fit one request")
