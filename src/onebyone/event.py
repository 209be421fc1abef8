"""The nouns every room speaks.

Owns:  Hit, Event, Drop, Fate and Reason; ids; the row shapes that the event log and the store share.
Takes: nothing.
Gives: frozen values.
Never: I/O, a clock, a setting.
"""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import NewType, final

from msgspec import Struct, field

SiteId = NewType("SiteId", str)  # a made id, e.g. "s7k2m9qd"; never a name
HitId = NewType("HitId", bytes)  # 16 bytes, a UUIDv7
Sighting = NewType("Sighting", str)  # "<hit uuid>/<index>": one event in one hit, the unit of every fate


class Via(StrEnum):
    """The way in. (The campaign's source is `Event.source`.)"""

    IMAGE = "image"
    TAG = "tag"
    SERVER = "server"
    IMPORT = "import"
    CONSENT = "consent"  # a choice, posted by a banner or a consent platform
    OPEN = "open"
    LINK = "link"
    UNSUBSCRIBE = "unsubscribe"


MAILS = frozenset({Via.OPEN, Via.LINK, Via.UNSUBSCRIBE})  # what comes from an e-mail


class Fate(StrEnum):
    KEPT = "kept"
    DROPPED = "dropped"
    FAILED = "failed"
    WAITING = "waiting"


class Actor(StrEnum):
    """Who sent it (specs/email-and-bots.md 1). `machine_*` and `invalid` stay out of people's figures."""

    HUMAN = "human"
    HUMAN_PROXIED = "human_proxied"
    MACHINE_PREFETCH = "machine_prefetch"
    MACHINE_SCANNER = "machine_scanner"
    MACHINE_DECLARED = "machine_declared"
    SUSPECT = "suspect"
    INVALID = "invalid"


class Reason(StrEnum):
    """Why a sighting is not an event. Closed, public, and each with its words in `web/words.py`."""

    # a copy of something already counted; Drop.of names the sighting that holds the key
    DUPLICATE_EVENT = "duplicate_event"  # the same event id again: a retry of the network or the sender
    ORDER_JOINED = "order_joined"  # the same order through another way in: browser and server copy met
    ORDER_RELOADED = "order_reloaded"  # the same order: its page was reloaded
    ORDER_BACK_FORWARD = "order_back_forward"  # the same order: its page came back by the back button
    ORDER_REPEATED = "order_repeated"  # the same order once more, no navigation known
    OPEN_REPEATED = "open_repeated"  # the same e-mail fetched again from the same place within half a minute
    PAGE_RELOADED = "page_reloaded"  # reload guard: no ids, same visitor, page and value within 30 minutes
    MATCHED_WEAKLY = "matched_weakly"  # no shared id: another way in, the same person, within 5 minutes
    ADJUSTMENT_REPEATED = "adjustment_repeated"  # the same refund, cancellation or edit of an order again

    # what nobody could use
    UNKNOWN_SITE = "unknown_site"
    UNAUTHORIZED = "unauthorized"  # server events without a valid key
    ORIGIN_NOT_ALLOWED = "origin_not_allowed"  # a page of another origin speaks for the site
    BODY_UNREADABLE = "body_unreadable"  # no JSON, invalid Unicode, nested too deep
    BODY_TOO_LARGE = "body_too_large"
    TOO_MANY_EVENTS = "too_many_events"
    WRONG_SHAPE = "wrong_shape"  # JSON, but not what the documentation says
    NAME_MISSING = "name_missing"
    VALUE_TOO_LONG = "value_too_long"  # an id or a name over its limit; long texts are cut instead
    VALUE_IMPOSSIBLE = "value_impossible"  # an amount that is no amount, a currency that is none
    TIME_TOO_OLD = "time_too_old"  # more than 400 days back, from a server
    TIME_IN_FUTURE = "time_in_future"  # more than 10 minutes ahead, from a server

    # what an e-mail sent
    TOKEN_INVALID = "token_invalid"  # forged, cut off, of another kind, or of a key that is too old
    MESSAGE_UNKNOWN = "message_unknown"  # signed by us, but the message or the recipient is not there any more
    MEASURING_STOPPED = "measuring_stopped"  # the person asked for it; nothing of the open was kept
    OPEN_DAY_KEPT = "open_day_kept"  # of an open only its day may be kept

    # an access log holds more than page views
    LINE_UNREADABLE = "line_unreadable"
    NOT_A_PAGE = "not_a_page"  # an image, a style sheet, a feed
    NOT_A_VIEW = "not_a_view"  # a method other than GET
    ANSWER_ERROR = "answer_error"  # 4xx, 5xx
    ANSWER_REDIRECT = "answer_redirect"  # 3xx other than 304
    ANSWER_PARTIAL = "answer_partial"  # 206 and other 2xx that show no page

    # what the person did not allow (docs/decisions/0025)
    CONSENT_WITHHELD = "consent_withheld"  # nothing is collected there of who refuses, or of this event
    SUPPRESSED = "suppressed"  # a late event of somebody who was erased, or objected
    ERASED = "erased"  # what it said was taken away because its person asked for it


class Permission(StrEnum):
    """What a person may allow (specs/consent-and-privacy.md 1.1). Only `consent/` decides about them."""

    SECURITY = "security"
    FUNCTIONAL = "functional"
    PERSONALIZE_SITE = "personalize_site"
    ANALYTICS = "analytics"
    ADS_STORAGE = "ads_storage"
    ADS_SHARE = "ads_share"
    ADS_PERSONALIZE = "ads_personalize"
    SELL_SHARE = "sell_share"
    EMAIL_OPENS = "email_opens"
    FINGERPRINT = "fingerprint"
    PRECISE_GEO = "precise_geo"

    @property
    def bit(self) -> int:
        """Its place in `Event.permissions`: fixed for ever, rows are stored with it."""
        return 1 << _PLACES[self]


_PLACES = {permission: place for place, permission in enumerate(Permission)}
SIGNALLED = 1 << 14  # a bit beside those: of any of them somebody or something spoke, not the place's default alone
LIMITED_USE = 1 << 15  # likewise beside those: an opt-out signal alone refused ads_share, where the law is an opt-out


def allowed_by_both(one: int, other: int) -> int:
    """What two words on consent allow together. An opt-out signal limits what the other allows; it does not undo it."""
    share, both = Permission.ADS_SHARE.bit, one & other
    if both & share or not all(bits & (share | LIMITED_USE) for bits in (one, other)):
        return both
    return both | LIMITED_USE


COPIES = frozenset(
    {
        Reason.DUPLICATE_EVENT,
        Reason.ORDER_JOINED,
        Reason.ORDER_RELOADED,
        Reason.ORDER_BACK_FORWARD,
        Reason.ORDER_REPEATED,
        Reason.OPEN_REPEATED,
        Reason.PAGE_RELOADED,
        Reason.MATCHED_WEAKLY,
        Reason.ADJUSTMENT_REPEATED,
    }
)


class Hit(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """One HTTP request as received, or one line of an access log. What the log "hits" holds, as MessagePack."""

    id: bytes  # HitId
    received_ms: int  # unix time, milliseconds
    via: str  # Via
    site: str  # "" if the request named none that exists
    method: str
    path: str
    query: str  # without "?", cut to a limit
    headers: dict[str, str]  # the few that matter, names in lower case
    visitor: str = ""  # the first-party id of the cookie, or the one set by this answer
    address: str = ""  # client network: IPv4 /24 or IPv6 /48, "" if unknown
    body: bytes = b""
    count: int = 1  # sightings in it
    refused: str = ""  # Reason, if the edge itself refused it; the body is then cut
    region: str = ""  # ISO code of where the visitor is, as the edge found it; "" if unknown, or a server sent it
    asking: str = ""  # first-party id that came with a hit which may not use it: to know and remember the choice by
    sealed: dict[str, str] = {}  # by index of the sighting: user data and address that were taken out of the body
    erased: tuple[int, ...] = ()  # sightings that were taken out of it: their persons asked for it


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened: a row of the store's table `events`, field by field, and a line of the log "events"."""

    site: str
    day: date  # UTC day of `at`
    at: datetime  # UTC, clock-corrected
    received_at: datetime  # UTC
    id: str  # UUID made from site, name and `sent_id` (or the sighting, where the sender gave none)
    hit: str  # UUID of the hit
    n: int = 0  # index in the hit
    name: str
    via: str
    sent_id: str = ""  # the sender's own id, the same on each retry; "" if it gave none
    event_id: str = ""  # the id a site shares between its copies; default: sent_id
    event_id_given: bool = False  # by the site, not by the tag or the collector
    nav: str = ""  # one of wire.NAVIGATIONS
    seq: int = 0  # order within a page view, as the tag counted
    life: int = 0  # 64-bit hash of the id that the tag gave this showing of the page; 0: nobody counted

    visitor: int = 0  # 64-bit hash of the first-party id; 0: nobody
    linked: int = 0  # the visitor that followed a link here from another of the site's domains; 0: none
    user_id: str = ""
    host: str = ""
    path: str = ""
    query: str = ""  # without the ids and campaign parameters that have columns of their own
    title: str = ""
    referrer: str = ""  # host and path
    referrer_host: str = ""
    language: str = ""

    channel: str = ""
    source: str = ""  # the campaign's
    medium: str = ""
    campaign: str = ""
    campaign_id: str = ""  # the ad platform's own
    term: str = ""
    content: str = ""
    click_ids: dict[str, str] = field(default_factory=dict)
    browser_ids: dict[str, str] = field(default_factory=dict)  # fbp, ga, ttp and the like, and clicks that it remembers

    browser: str = ""
    browser_version: int = 0  # major
    os: str = ""
    device: str = ""  # desktop, phone, tablet, tv, other
    country: str = ""  # ISO 3166-1 alpha-2

    actor: str = "human"
    agent: str = ""  # what a machine calls itself, or its class
    confidence: int = 0  # 0 to 100
    reasons: list[str] = field(default_factory=list)  # rule ids
    ruleset: str = ""
    network: str = ""  # the list that knows the visitor's network: datacenter.aws, relay.apple

    order_id: str = ""
    value: int = 0  # minor units of `currency`
    currency: str = ""  # ISO 4217
    items: str = ""  # JSON text, GA4 item schema
    coupon: str = ""
    tax: int = 0
    shipping: int = 0
    adjustment_id: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)  # "clock", "currency_missing", ...

    permissions: int = 0  # what was granted when it happened: the bits of Permission, LIMITED_USE and SIGNALLED
    consent_source: str = ""  # what decided about statistics: user, cmp:<name>, tcf, gpp, usp, dnt, suppressed,
    # region_default, site_default
    region: str = ""  # ISO 3166-1 or 3166-2 code whose profile held
    identifiers: dict[str, str] = field(default_factory=dict)  # email, phone, external: HMAC with the site's key
    sealed: str = ""  # raw user data and full address, readable only with the key of their day
    message: str = ""  # of an e-mail: its id, hexadecimal; also of the visits that a click of it led to
    recipient: str = ""  # of an e-mail: the message's own id of a person, hexadecimal
    user_agent: str = ""  # of a conversion that ad platforms may get, also if only for limited use: some want it
    not_by: list[str] = field(default_factory=list)  # ways of matching its copies that the site ruled out: event_id,
    # reload, weak
    conversion: str = ""  # UUID of the conversion this sighting was the first copy of; "" if it is none
    withheld: str = ""  # consent.Mode: what was taken away because statistics were not allowed; "" if they were

    @property
    def sighting(self) -> Sighting:
        return Sighting(f"{self.hit}/{self.n}")


class Booking(Struct, frozen=True, kw_only=True):
    """What one arrival changed about a conversion, with its dates. The sums of all are what it says now.

    Moments of which a day is made are those of their quarter of an hour: no zone's midnight lies within one.
    """

    received_at: datetime  # UTC, the arrival
    order_at: datetime  # UTC, when the conversion happened
    at: datetime  # UTC, the same; of what an adjustment changes, when that happened
    cause: str  # arrived, copy, joined, refund, cancel, order_edit
    currency: str
    counted: int
    gross: int  # this and the next two in minor units
    refunded: int
    net: int


class Conversion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that counts, from all its copies: a version of its record (specs/measurement.md 1.3).

    A line of the log "events" that begins with C, and what `state/` holds under its id. Versions grow by each change.
    """

    site: str
    first_day: date  # UTC day of the copy that was seen first; fixed
    id: str  # UUID
    version: int
    first_received_at: datetime  # UTC, of the copy that was seen first
    updated_at: datetime  # UTC, arrival of the copy that made this version
    event: Event  # the merged fields; `name` canonical, `at` the earliest, `event_id` the one platforms are sent
    status: str = "counted"  # counted, cancelled, joined (into another record, which counts)
    joined_to: str = ""  # UUID of that record
    vias: list[str] = field(default_factory=list)  # every Via that reported it, sorted
    copies: int = 1  # distinct sightings
    matched_by: list[str] = field(default_factory=list)  # of each copy but the first: order_id, event_id, bridge,
    # reload, weak
    flags: list[str] = field(default_factory=list)  # value_conflict, event_id_reused, over_refunded, ...
    gross: int = 0  # minor units: the value, or that of the latest edit
    refunded: int = 0  # minor units, sum of distinct refunds
    net: int = 0  # minor units: what is left of the latest value
    confirmed_at: datetime | None = None  # UTC, arrival of the first word on it from the site itself, not a browser
    booked: list[Booking] = field(default_factory=list)  # empty: all at once, when the first copy came


@final
class Drop(Struct, frozen=True):
    """What a step answers instead of an event."""

    reason: Reason
    of: Sighting = Sighting("")  # who holds the key, for a copy
    detail: str = ""  # one plain sentence for a developer, without personal data


class Ended(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sighting that became no event: a row of the store's table `drops`, and a line of the log "events"."""

    site: str
    day: date
    at: datetime
    received_at: datetime
    hit: str
    n: int = 0
    fate: str = "dropped"  # dropped, failed
    reason: str = ""  # Reason, or the exception's name
    step: str = ""  # the step that decided
    detail: str = ""
    of_hit: str = "00000000-0000-0000-0000-000000000000"
    of_n: int = 0
    name: str = ""
    via: str = ""
    sent_id: str = ""
    event_id: str = ""
    order_id: str = ""
    value: int = 0
    currency: str = ""
    nav: str = ""
    seq: int = 0
    life: int = 0
    visitor: int = 0
    host: str = ""
    path: str = ""
    actor: str = "human"
    agent: str = ""
    browser: str = ""
    os: str = ""
    device: str = ""
    country: str = ""


Outcome = Event | Ended

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc(ms: int) -> datetime:
    """Unix milliseconds as an aware datetime. Raises OverflowError outside the years 1 to 9999."""
    return _EPOCH + timedelta(milliseconds=ms)


def hit_uuid(hit: bytes) -> str:
    h = hit.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


class HitIds:
    """Makes UUIDv7 (RFC 9562 5.7): 48 bits of milliseconds, 12 bits of counter, 62 random bits. One per process."""

    __slots__ = ("_bits", "_counter", "_ms")

    def __init__(self) -> None:
        self._ms = 0
        self._counter = 0
        self._bits = Random(int.from_bytes(os.urandom(32), "big")).getrandbits

    def new(self, ms: int) -> bytes:
        """An id for that moment; ids of one process sort by the order they were made in."""
        if ms > self._ms:
            self._ms, self._counter = ms, 0
        elif self._counter < 0xFFF:
            self._counter += 1
        else:
            self._ms, self._counter = self._ms + 1, 0
        number = (self._ms << 80) | (0x7000 | self._counter) << 64 | 1 << 63 | self._bits(62)
        return number.to_bytes(16, "big")


def event_uuid(site: str, name: str, sent_id: str) -> str:
    """The store's id of an event: a 128-bit hash of what makes a sender's id unique, written as a UUID."""
    text = f"{site}\x00{name}\x00{sent_id}".encode("utf-8", "replace")
    return hit_uuid(hashlib.blake2b(text, digest_size=16).digest())


def visitor_hash(site: str, first_party_id: str) -> int:
    """64-bit number for a first-party id; never 0, which means nobody."""
    if not first_party_id:
        return 0
    digest = hashlib.blake2b(f"{site}\x00{first_party_id}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") or 1
