"""Sites: the tenants, and what the collector must know of them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy import Column, Connection, Engine, Integer, LargeBinary, String, Table, insert, select, update

from onebyone.consent.settings import Settings as ConsentSettings
from onebyone.event import SiteId
from onebyone.identity.rules import Rules
from onebyone.state.database import METADATA
from onebyone.state.tag_settings import PublishedContainer, TagSettings

_SITES = Table(
    "sites",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("prefix", String(16), nullable=False, unique=True),
    Column("version", Integer, nullable=False),  # grows with every change of any site
    Column("body", LargeBinary, nullable=False),  # the Site, as JSON
)

_TOP_VERSION = select(_SITES.c.version).order_by(_SITES.c.version.desc()).limit(1)

_ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like another
_PREFIX_LETTERS = "bcdfghjkmnpqrstvwxz"  # no vowels: no word that a blocklist could hold


MATCHINGS = ("event_id", "reload", "weak")  # beside the order id, which always does


class MailRules(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a site measures its e-mails."""

    open_min_seconds: float = 2  # an open sooner after hand-off was no person's
    open_soft_seconds: float = 10  # one sooner than this is unclear
    hosts: tuple[str, ...] = ()  # where links may lead, with everything below them; all, if empty
    trap: bool = False  # a link that no person sees; some filters dislike it


class SessionRules(Struct, frozen=True, omit_defaults=True):
    """Where a browser's events part into sessions, and when one is engaged (specs/measurement.md 4.1).

    A longer pause than `timeout_s` always begins another.
    """

    timeout_s: int = 1800  # a minute to four hours
    at_midnight: bool = False  # in the site's zone
    at_campaign: bool = False  # an event that names another campaign than the last one named begins a session
    max_events: int = 10_000
    engaged_s: int = 10  # or two views, or a conversion

    def __post_init__(self) -> None:
        if not (60 <= self.timeout_s <= 14_400 and 2 <= self.max_events <= 1_000_000 and 1 <= self.engaged_s <= 3600):
            raise ValueError("timeout_s is 60 to 14,400, max_events 2 to 1,000,000, engaged_s 1 to 3,600")


class LossRules(Struct, frozen=True, omit_defaults=True):
    """What the site's server reports: what it can, or only what the browser failed to; or every order, without fail."""

    server_mode: Literal["always", "fallback"] = "always"
    every_order_since_ms: int = (
        0  # an order from then on that only browsers spoke of is unconfirmed after a day; 0: none
    )

    def __post_init__(self) -> None:
        if self.every_order_since_ms and self.server_mode == "fallback":
            raise ValueError("a server that reports only what the browser failed to cannot report every order")


class Keeping(Struct, frozen=True, omit_defaults=True):
    """How many days the store keeps what it has of a site. 0: as long as the installation does, by `[terms]`."""

    events_days: int = 0
    drops_days: int = 0
    details_days: int = 0

    def __post_init__(self) -> None:
        if not all(0 <= days <= 3_660 for days in (self.events_days, self.drops_days, self.details_days)):
            raise ValueError("days are 0 to 3,660")


class Site(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One tenant. Times are unix milliseconds, the zone is an IANA name, the currency ISO 4217."""

    id: str
    name: str
    prefix: str
    origins: tuple[str, ...]  # "https://shop.example", no path
    zone: str = "UTC"
    currency: str = "EUR"
    conversions: tuple[str, ...] = ("purchase", "generate_lead", "sign_up")
    not_by: dict[str, tuple[str, ...]] = {}  # of a conversion: which of MATCHINGS does not join its copies
    excluded_referrers: tuple[str, ...] = ()  # payment pages and the like
    clock_reach_days: int = 8  # how far back a tag's own clock is believed
    visitor_cookie: bool = True
    mail: MailRules = MailRules()
    consent: ConsentSettings = ConsentSettings()
    sessions: SessionRules = SessionRules()
    loss: LossRules = LossRules()
    keeping: Keeping = Keeping()
    identity: Rules = Rules()  # who counts as one person
    created_ms: int = 0
    version: int = 0
    tag: TagSettings = TagSettings()
    container: PublishedContainer = PublishedContainer()

    @property
    def linked(self) -> tuple[str, ...]:
        """The domains among which links carry who follows them. Without a cookie nobody is followed."""
        return self.tag.linked if self.visitor_cookie else ()

    @property
    def told_container(self) -> dict[str, object]:
        """What pages hear of the container: `v` grows with every change."""
        return {"v": self.version, "hash": self.container.hash, "kill": self.container.kill}


class Sites:
    """All of them. Every call is one transaction; may block on the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[Site]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(_SITES.c.body).order_by(_SITES.c.id)).scalars()
            sites = [msgspec.json.decode(body, type=Site) for body in rows]
        return sorted(sites, key=lambda site: (site.created_ms, site.id))

    def find(self, site: str) -> Site | None:
        """By id, prefix or exact name."""
        return next((s for s in self.all() if site in (s.id, s.prefix, s.name)), None)

    def version(self) -> int:
        """Grows with every change: cheap to ask often."""
        with self._engine.connect() as connection:
            return connection.execute(_TOP_VERSION).scalar() or 0

    def add(
        self,
        name: str,
        origins: Sequence[str],
        *,
        zone: str = "UTC",
        currency: str = "EUR",
        consent: ConsentSettings = ConsentSettings(),  # noqa: B008 (it is frozen)
    ) -> Site:
        """A new site with a made id and prefix. Zone and currency must have been checked."""
        site = Site(
            id="s" + "".join(secrets.choice(_ID_LETTERS) for _ in range(9)),
            name=name,
            prefix="".join(secrets.choice(_PREFIX_LETTERS) for _ in range(5)),
            origins=tuple(origins),
            zone=zone,
            currency=currency,
            consent=consent,
            created_ms=time.time_ns() // 1_000_000,
        )
        with self._engine.begin() as connection:
            site = msgspec.structs.replace(site, version=_next_version(connection))
            connection.execute(
                insert(_SITES).values(
                    id=site.id, prefix=site.prefix, version=site.version, body=msgspec.json.encode(site)
                )
            )
        return site

    def change(self, site: Site) -> Site:
        """Store a changed site under its id; returns it with its new version. Raises KeyError if it is unknown."""
        with self._engine.begin() as connection:
            site = msgspec.structs.replace(site, version=_next_version(connection))
            done = connection.execute(
                update(_SITES)
                .where(_SITES.c.id == site.id)
                .values(prefix=site.prefix, version=site.version, body=msgspec.json.encode(site))
            )
            if done.rowcount == 0:
                raise KeyError(SiteId(site.id))
        return site


def _next_version(connection: Connection) -> int:
    return (connection.execute(_TOP_VERSION).scalar() or 0) + 1
