"""What a destination is: a few facts and three pure functions; and what goes between them and the forwarder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from decimal import Decimal
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from onebyone.destinations.conversion import Conversion
from onebyone.destinations.facts import Facts
from onebyone.event import Permission

Row = dict[str, Any]  # one event in the platform's JSON
S = TypeVar("S")
K = TypeVar("K")
MASK = "***"


class Secret:
    """A text that prints as stars. `reveal` is for the moment of sending alone."""

    __slots__ = ("_prefix", "_text")

    def __init__(self, text: str, prefix: str = "") -> None:
        self._text, self._prefix = text, prefix

    def reveal(self) -> str:
        return self._prefix + self._text

    def after(self, prefix: str) -> Secret:
        """The secret behind an open word: "Bearer ***"."""
        return Secret(self._text, prefix)

    def __str__(self) -> str:
        return self._prefix + MASK

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())


class Refusal(StrEnum):
    """Why a conversion is not sent to a platform that would refuse it, or the whole batch with it."""

    TOO_OLD = "too_old"
    IN_FUTURE = "in_future"
    NOT_MAPPED = "not_mapped"  # the platform has no such event, and the operator named none
    REFUND_NOT_TAKEN = "refund_not_taken"
    PARTIAL_REFUND = "partial_refund"  # what is left of the order's value is not known
    ID_MISSING = "id_missing"  # of the event: nothing to count it once by
    CLIENT_ID_MISSING = "client_id_missing"  # of Google Analytics' own cookie
    ORDER_ID_MISSING = "order_id_missing"
    VALUE_MISSING = "value_missing"
    CURRENCY_MISSING = "currency_missing"
    URL_MISSING = "url_missing"
    USER_AGENT_MISSING = "user_agent_missing"
    ADDRESS_MISSING = "address_missing"  # from which the platform was to find the state
    IDENTIFIERS_MISSING = "identifiers_missing"
    IDENTIFIERS_TOO_BROAD = "identifiers_too_broad"  # they fit too many people
    LIMITED_USE = "limited_use"  # the person opted out, and the platform has no flag for it
    NAME_INVALID = "name_invalid"
    NAME_RESERVED = "name_reserved"
    TOO_LARGE = "too_large"


class Refused(Struct, frozen=True):
    id: str
    reason: Refusal


class Request(Struct, frozen=True, kw_only=True):
    url: str
    body: bytes
    headers: dict[str, str | Secret] = {}
    query: dict[str, str | Secret] = {}
    method: str = "POST"
    ids: tuple[str, ...] = ()  # of the rows, in their order: answers name rows by number

    def plain(self) -> tuple[str, dict[str, str]]:
        """Address and headers with their secrets, for sending."""
        return self._written(lambda value: value.reveal() if isinstance(value, Secret) else value)

    def masked(self) -> tuple[str, dict[str, str]]:
        """Address and headers for eyes."""
        return self._written(str)

    def _written(self, text: Callable[[str | Secret], str]) -> tuple[str, dict[str, str]]:
        query = urlencode({name: text(value) for name, value in self.query.items()}, safe="*")
        headers = {"Content-Type": "application/json"} | {name: text(value) for name, value in self.headers.items()}
        return f"{self.url}?{query}" if query else self.url, headers


class Built(Struct, frozen=True):
    requests: tuple[Request, ...]
    refused: tuple[Refused, ...]


class Response(Struct, frozen=True):
    status: int
    body: bytes = b""
    headers: dict[str, str] = {}  # names in lower case


class Failure(Struct, frozen=True, omit_defaults=True):
    """One row that did not get through while its neighbours did."""

    row: int
    code: str
    retry: bool = False
    after_s: int = 0  # 0: in an hour


class Sent(Struct, frozen=True, omit_defaults=True, tag=True):
    """Taken, but for the rows that failed."""

    trace: str = ""  # the platform's id of this request
    proof: bool = True  # False: it answers so whatever it got
    failed: tuple[Failure, ...] = ()
    taken: int | None = None  # how many rows it says that it took; None: it does not say
    partly: bool = False  # it did not take all, and does not say which


class Retry(Struct, frozen=True, omit_defaults=True, tag=True):
    """The same request again, later."""

    code: str
    after_s: int = 0  # 0: by the usual back-off
    trace: str = ""


class Rejected(Struct, frozen=True, omit_defaults=True, tag=True):
    """Never again in this form: without its rows if they are named, else halved until the culprit is alone.

    With `stop` nothing is wrong with the events: the destination waits for its operator.
    """

    code: str
    rows: tuple[int, ...] = ()
    stop: bool = False
    trace: str = ""


Outcome = Sent | Retry | Rejected


class Token(Struct, frozen=True):
    secret: Secret
    lasts_s: int


def refused_token(response: Response) -> bool:
    return response.status == 401


class Login(Struct, Generic[S], frozen=True):
    """How a platform's short-lived token is got. No request: the settings hold one that lasts."""

    request: Callable[[S, int], Request | Rejected | None]  # with the time, unix milliseconds
    read: Callable[[Response], Token | Retry | Rejected]
    renews: Callable[[Response], bool] = refused_token  # this answer of the platform may end with another token


class Done(Struct, frozen=True):
    """What the platform made of a request in the end. No cause: it counted all of it."""

    cause: str = ""
    partly: bool = False
    retry: bool = False


class Result(Struct, Generic[S], frozen=True):
    """How to ask what came of a request, by the platform's id of it. None: it still works on it."""

    request: Callable[[str, S], Request]
    read: Callable[[Response], Done | None]


class Destination(Struct, Generic[S], frozen=True, kw_only=True):
    name: str
    title: str
    facts: Facts
    settings: type[S]
    rows: Callable[[Conversion, S], list[Row] | Refusal]  # mostly one; none is never an answer
    request: Callable[[Sequence[Row], S], Request]
    read: Callable[[Response], Outcome]
    needs: frozenset[Permission] = frozenset({Permission.ADS_SHARE})
    max_batch: Callable[[S], int] | None = None  # where it is smaller than the facts say; 0: it is not
    account: Callable[[S], Hashable] | None = None  # whose requests are limited together; None: of this site alone
    kind: Callable[[Row], str] | None = None  # rows of two kinds go to two addresses
    once_by_id: bool = True  # False: what is sent again, after a time-out, may count again
    adjusts: bool = False  # it takes what became of an order: a refund whose `adjusted_value` is what is left
    login: Login[S] | None = None
    sign: Callable[[Request, S, int, str], Request | Rejected] | None = (
        None  # each anew, with unix milliseconds and a nonce
    )
    result: Result[S] | None = None  # where a 200 says only that it came
    limited_use: bool = True  # it knows a flag for people who opted out under a US law


def build(destination: Destination[S], conversions: Sequence[Conversion], settings: S, *, now_ms: int) -> Built:
    """The requests for these conversions, and those that the platform would not take. Consent is not asked here."""
    rows: list[tuple[str, Row]] = []
    refused = []
    for conversion in conversions:
        made = rows_of(destination, conversion, settings, now_ms=now_ms)
        if isinstance(made, Refusal):
            refused.append(Refused(conversion.event_id, made))
        else:
            rows += ((conversion.event_id, row) for row in made)
    requests = []
    for batch in batches_of(destination, rows, settings):
        request = destination.request([row for _, row in batch], settings)
        requests.append(msgspec.structs.replace(request, ids=tuple(id for id, _ in batch)))
    return Built(tuple(requests), tuple(refused))


def batches_of(
    destination: Destination[S], rows: Sequence[tuple[K, Row]], settings: S
) -> Iterator[Sequence[tuple[K, Row]]]:
    """Rows that one request may hold, each with whatever names it."""
    size, kinds = batch_size(destination, settings), defaultdict[str, list[tuple[K, Row]]](list)
    for name, row in rows:
        kinds[destination.kind(row) if destination.kind is not None else ""].append((name, row))
    for alike in kinds.values():
        yield from (alike[start : start + size] for start in range(0, len(alike), size))


def batch_size(destination: Destination[S], settings: S) -> int:
    smaller = destination.max_batch(settings) if destination.max_batch is not None else 0
    return min(destination.facts.max_batch, smaller or destination.facts.max_batch)


def rows_of(destination: Destination[S], conversion: Conversion, settings: S, *, now_ms: int) -> list[Row] | Refusal:
    """What it is to this platform, or why the platform would not take it."""
    return _refusal(destination, conversion, now_ms) or destination.rows(conversion, settings)


def knows_limited_use(destination: Destination[Any]) -> bool:
    """Whether it may be told of people who opted out: it has the flag, and needs what they refused."""
    return destination.limited_use and Permission.ADS_SHARE in destination.needs


def missing(destination: Destination[Any], conversion: Conversion) -> tuple[Permission, ...]:
    """The permissions that it needs and that were denied or never given."""
    return tuple(sorted(one for one in destination.needs if not conversion.consent.get(one, False)))


def _refusal(destination: Destination[Any], conversion: Conversion, now_ms: int) -> Refusal | None:
    """What holds for all platforms."""
    age_ms, limits = now_ms - conversion.at_ms, destination.facts
    if age_ms > limits.max_age_s * 1000:
        return Refusal.TOO_OLD
    if age_ms < -limits.max_ahead_s * 1000:
        return Refusal.IN_FUTURE
    if not conversion.event_id:
        return Refusal.ID_MISSING
    if conversion.limited_use is not None and not destination.limited_use:
        return Refusal.LIMITED_USE
    return Refusal.CURRENCY_MISSING if conversion.value is not None and not conversion.currency else None


def filled(row: Mapping[str, Any]) -> Row:
    """Without what is not known. 0 and False are known."""
    return {name: value for name, value in row.items() if value is not None and value not in ("", [], {}, ())}


def encode(body: object) -> bytes:
    """JSON; amounts are numbers, with the digits they were written with."""
    return _encoder.encode(body)


def settings_of(destination: Destination[S], said: Mapping[str, Any]) -> S:
    """Raises msgspec.ValidationError, which names the setting."""
    return msgspec.convert(said, destination.settings, strict=False, dec_hook=_secret)


def money(value: Decimal) -> str:
    """The digits of an amount, never with an exponent."""
    return format(value, "f")


def body_of(response: Response) -> dict[str, Any]:
    """The answer's JSON object; empty if it is none."""
    try:
        found = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def part(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object within the answer; empty if there is none."""
    inner = found.get(name)
    return inner if isinstance(inner, dict) else {}


def objects(found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects within the answer, as long as the list that was sent."""
    inner = found.get(name)
    return [one if isinstance(one, dict) else {} for one in inner] if isinstance(inner, list) else []


def number(found: Mapping[str, Any], name: str) -> int | None:
    """A whole number within the answer, as such or as a text; None if there is none."""
    inner = found.get(name)
    if isinstance(inner, str) and inner.isascii() and inner.isdigit() and len(inner) < 19:
        return int(inner)
    return inner if type(inner) is int else None


def by_status(response: Response, *, code: str = "", trace: str = "") -> Retry | Rejected:
    """What every platform means by an HTTP status that is no success."""
    status, code = response.status, code or f"http_{response.status}"
    if status in (408, 425, 429) or status >= 500:
        return Retry(code, after_s(response, 60 if status == 429 else 0), trace)
    return Rejected(code, stop=status in (401, 403), trace=trace)


def after_s(response: Response, default: int = 0) -> int:
    """What `Retry-After` says: seconds, or a date, which is counted from the answer's own."""
    said = response.headers.get("retry-after", "")
    if said.isascii() and said.isdigit() and len(said) < 10:
        return int(said)
    try:
        then, now = (parsedate_to_datetime(text) for text in (said, response.headers.get("date", "")))
        return max(0, round((then - now).total_seconds()))
    except (TypeError, ValueError, OverflowError):
        return default


def ok(response: Response) -> bool:
    return 200 <= response.status < 300


def _secret(_: type, value: object) -> Secret:
    """The one type of a setting that JSON does not know."""
    if not isinstance(value, str):
        raise TypeError("expected a text")
    return Secret(value)


_encoder = msgspec.json.Encoder(decimal_format="number")
