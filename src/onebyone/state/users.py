"""Users of the console: passwords, login links, sessions, API tokens, roles per site, and the audit trail.

Secrets are stored as hashes only. Every call is one transaction and may block on the database or on argon2.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from functools import cached_property

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from onebyone.state.database import METADATA

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
SESSION_MS = 30 * DAY_MS
LINK_MS = DAY_MS
TRIES = 5  # wrong passwords for one name or from one address, then a pause
TRIES_WINDOW_MS = 15 * MINUTE_MS
SHORTEST_PASSWORD = 10

_USERS = Table(
    "users",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("password", String(200), nullable=False),  # argon2id, "" until one is set
    Column("roles", String, nullable=False),  # JSON {site or "*": role}
    Column("created_ms", BigInteger, nullable=False),
)
_SECRETS = Table(  # login links, console sessions and API tokens: something one has, until a time
    "user_secrets",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),  # link, session, token
    Column("user", String(32), nullable=False, index=True),
    Column("name", String(200), nullable=False, server_default=""),
    Column("last4", String(4), nullable=False, server_default=""),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
)
_FAILED = Table(
    "failed_logins",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("subject", String(64), nullable=False, index=True),  # hash of the name or the address
    Column("at_ms", BigInteger, nullable=False),
)
_AUDIT = Table(
    "audit_trail",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("user", String(200), nullable=False),
    Column("site", String(32), nullable=False, index=True),
    Column("what", String(80), nullable=False),
    Column("detail", String(500), nullable=False),
)


_SIGHTS = Table(  # who has no row was there before the right was: see `User.sees`
    "personal_data_rights",
    METADATA,
    Column("subject", String(64), primary_key=True),  # a user's id, or the hash of an API token
    Column("sites", String, nullable=False),  # JSON list of sites or "*"
)


class Role(StrEnum):
    """What somebody may do on a site; each may all that the ones before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"


RANKS = tuple(Role)
EVERY_SITE = "*"


class User(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    has_password: bool
    roles: dict[str, Role]  # site, or "*" for every site
    created_ms: int
    sees: tuple[str, ...] | None = ()  # sites, or "*", whose personal data; None: was there before this was asked

    def sees_people(self, site: str) -> bool:
        """Whether numbers under 10 people and what names a record's person are shown."""
        return self.sees is None or site in self.sees or EVERY_SITE in self.sees

    def sees_ids(self, site: str) -> bool:
        """Whether ids are shown as the site wrote them; who was there before sees them as an admin, as ever."""
        return self.may(site, Role.ADMIN) if self.sees is None else self.sees_people(site)

    def may(self, site: str, role: Role) -> bool:
        """At least that role on the site."""
        held = [self.roles[key] for key in (site, EVERY_SITE) if key in self.roles]
        return any(RANKS.index(one) >= RANKS.index(role) for one in held)

    def may_everywhere(self, role: Role) -> bool:
        return EVERY_SITE in self.roles and self.may(EVERY_SITE, role)


class ApiToken(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    last4: str
    created_ms: int
    sees: bool  # personal data, where its user does


class Noted(Struct, frozen=True, kw_only=True):
    """One line of the audit trail."""

    at_ms: int
    user: str
    site: str
    what: str
    detail: str


class Refused(Struct, frozen=True):
    """A login that failed; `wait_ms` > 0 says that the next tries are not looked at for so long."""

    wait_ms: int = 0


class PasswordTooShort(Exception):
    """Fewer than SHORTEST_PASSWORD characters."""


class NameTaken(Exception):
    """Another user has this name."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Users:
    def __init__(self, engine: Engine, *, clock: Callable[[], int] = now_ms, hasher: PasswordHasher | None = None):
        self._engine = engine
        self._clock = clock
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """So that an unknown name takes as long as a wrong password. Not made before somebody signs in: it takes a
        tenth of a second, and every process and every command opens the state."""
        return self._hasher.hash(secrets.token_hex(8))

    # who there is ---------------------------------------------------------------------------------------------

    def all(self) -> list[User]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(_USERS).order_by(_USERS.c.created_ms, _USERS.c.name)).all()
            return [_user(connection, row) for row in rows]

    def find(self, name: str) -> User | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(_USERS).where(_USERS.c.name == name.strip())).first()
            return _user(connection, row) if row else None

    def add(self, name: str, roles: Mapping[str, Role], *, sees: Collection[str] = ()) -> User:
        """A user without a password: give them a login link. `sees`: sites, or "*", whose personal data.

        Raises NameTaken.
        """
        user = User(
            id=secrets.token_hex(8),
            name=name.strip(),
            has_password=False,
            roles=dict(roles),
            created_ms=self._clock(),
            sees=tuple(sees),
        )
        with self._engine.begin() as connection:
            if connection.execute(select(_USERS.c.id).where(_USERS.c.name == user.name)).first():
                raise NameTaken(user.name)
            connection.execute(
                insert(_USERS).values(
                    id=user.id, name=user.name, password="", roles=_roles_text(roles), created_ms=user.created_ms
                )
            )
            _set_sight(connection, user.id, sees)
        return user

    def admit(self, name: str, site: str, role: Role | None, *, sees: bool) -> User | None:
        """A role on a site, None for none, with the right to its personal data or without. A new user, else None."""
        given = {site: role} if role is not None else {}
        try:
            return self.add(name, given, sees=(site,) if sees else ())
        except NameTaken:
            user = self.find(name)
        if user is not None:
            others = {key: held for key, held in user.roles.items() if key != site}
            held = user.roles if user.sees is None else user.sees  # who was there before had it with any role
            self.set_roles(user.id, others | given)
            self.set_sight(user.id, {*(key for key in held if key != site), *([site] if sees else [])})
        return None

    def first_admin(self) -> User:
        """The admin of every site who has been there longest; made, as "admin", if there is none."""
        found = next((user for user in self.all() if user.may_everywhere(Role.ADMIN)), None)
        return found or self.add("admin", {EVERY_SITE: Role.ADMIN}, sees=(EVERY_SITE,))

    def set_roles(self, user: str, roles: Mapping[str, Role]) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(_USERS).where(_USERS.c.id == user).values(roles=_roles_text(roles)))

    def set_sight(self, user: str, sees: Collection[str]) -> None:
        """The sites, or "*", whose personal data they may see from now on."""
        with self._engine.begin() as connection:
            _set_sight(connection, user, sees)

    def set_password(self, user: str, password: str, *, keep: str = "") -> None:
        """Also ends every session of theirs but the one with token `keep`. Raises PasswordTooShort."""
        if len(password) < SHORTEST_PASSWORD:
            raise PasswordTooShort
        hashed = self._hasher.hash(password)
        with self._engine.begin() as connection:
            connection.execute(update(_USERS).where(_USERS.c.id == user).values(password=hashed))
            connection.execute(
                delete(_SECRETS).where(
                    _SECRETS.c.user == user, _SECRETS.c.kind == "session", _SECRETS.c.hash != _hash(keep)
                )
            )

    # coming in ---------------------------------------------------------------------------------------------

    def make_link(self, user: str, *, lasts_ms: int = LINK_MS) -> str:
        """The token of a login link: works once."""
        return self._make_secret(user, "link", lasts_ms)

    def follow_link(self, token: str) -> str | None:
        """The token of a new session, or None: unknown, used or expired."""
        with self._engine.begin() as connection:
            row = _find_secret(connection, "link", token, self._clock())
            if row is None:
                return None
            if connection.execute(delete(_SECRETS).where(_SECRETS.c.hash == row.hash)).rowcount != 1:
                return None  # somebody else was faster
        return self._make_secret(row.user, "session", SESSION_MS)

    def sign_in(self, name: str, password: str, address: str) -> str | Refused:
        """The token of a new session. Wrong passwords count against the name and against the address."""
        subjects = [_hash(f"name\x00{name.strip()}"), _hash(f"address\x00{address}")]
        wait_ms = self._pause(subjects)
        if wait_ms:
            return Refused(wait_ms)
        with self._engine.connect() as connection:
            row = connection.execute(select(_USERS).where(_USERS.c.name == name.strip())).first()
        nobody = self._nobody  # whoever is named: the first to sign in waits for it
        right = self._verify(row.password if row and row.password else nobody, password)
        if not right or row is None:
            self._count_failure(subjects)
            return Refused(self._pause(subjects))
        with self._engine.begin() as connection:
            connection.execute(delete(_FAILED).where(_FAILED.c.subject == subjects[0]))
        return self._make_secret(row.id, "session", SESSION_MS)

    def find_session(self, token: str) -> User | None:
        return self._find_by_secret("session", token)

    def sign_out(self, token: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(_SECRETS).where(_SECRETS.c.hash == _hash(token), _SECRETS.c.kind == "session"))

    # API tokens ---------------------------------------------------------------------------------------------

    def add_token(self, user: str, name: str, *, sees: bool = False) -> str:
        """A bearer token for the API with the rights of its user, that to personal data if `sees`; shown once."""
        where = (EVERY_SITE,) if sees else ()
        return self._make_secret(user, "token", 100 * 365 * DAY_MS, name=name, prefix="obo_api_", sees=where)

    def tokens(self, user: str) -> list[ApiToken]:
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(_SECRETS)
                .where(_SECRETS.c.user == user, _SECRETS.c.kind == "token")
                .order_by(_SECRETS.c.created_ms, _SECRETS.c.hash)
            ).all()
            sights = [_sight(connection, row.hash) for row in rows]
        return [
            ApiToken(id=r.hash[:16], name=r.name, last4=r.last4, created_ms=r.created_ms, sees=sees != ())
            for r, sees in zip(rows, sights, strict=True)
        ]

    def find_token(self, token: str) -> User | None:
        return self._find_by_secret("token", token)

    def revoke_token(self, user: str, token_id: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                delete(_SECRETS).where(
                    _SECRETS.c.user == user,
                    _SECRETS.c.kind == "token",
                    func.substr(_SECRETS.c.hash, 1, 16) == token_id,
                )
            )

    # audit trail ---------------------------------------------------------------------------------------------

    def note(self, user: str, site: str, what: str, detail: str = "") -> None:
        """One line in the trail: who, on which site, what. Never a secret or personal data of visitors."""
        with self._engine.begin() as connection:
            connection.execute(
                insert(_AUDIT).values(at_ms=self._clock(), user=user, site=site, what=what, detail=detail[:500])
            )

    def note_once(self, user: str, site: str, what: str, detail: str) -> None:
        """As `note`, but once a day of UTC: for what happens again with each look."""
        today = self._clock() // DAY_MS * DAY_MS
        same = (_AUDIT.c.user == user, _AUDIT.c.site == site, _AUDIT.c.what == what, _AUDIT.c.detail == detail)
        with self._engine.connect() as connection:
            noted = connection.execute(select(_AUDIT.c.id).where(*same, _AUDIT.c.at_ms >= today)).first()
        if noted is None:
            self.note(user, site, what, detail)

    def trail(self, site: str, *, limit: int = 100) -> list[Noted]:
        """The newest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(_AUDIT).where(_AUDIT.c.site == site).order_by(_AUDIT.c.id.desc()).limit(limit)
            ).all()
        return [Noted(at_ms=r.at_ms, user=r.user, site=r.site, what=r.what, detail=r.detail) for r in rows]

    def happened(self, site: str, kinds: Collection[str], *, limit: int = 500) -> list[Noted]:
        """Lines of these kinds alone, the newest first."""
        asked = select(_AUDIT).where(_AUDIT.c.site == site, _AUDIT.c.what.in_(kinds))
        with self._engine.connect() as connection:
            rows = connection.execute(asked.order_by(_AUDIT.c.id.desc()).limit(limit)).all()
        return [Noted(at_ms=r.at_ms, user=r.user, site=r.site, what=r.what, detail=r.detail) for r in rows]

    # ---------------------------------------------------------------------------------------------------------

    def _make_secret(
        self, user: str, kind: str, lasts_ms: int, *, name: str = "", prefix: str = "", sees: Collection[str] = ()
    ) -> str:
        token = prefix + secrets.token_urlsafe(32)
        now = self._clock()
        with self._engine.begin() as connection:
            connection.execute(delete(_SECRETS).where(_SECRETS.c.expires_ms <= now))
            connection.execute(
                insert(_SECRETS).values(
                    hash=_hash(token),
                    kind=kind,
                    user=user,
                    name=name,
                    last4=token[-4:],
                    created_ms=now,
                    expires_ms=now + lasts_ms,
                )
            )
            if kind == "token":
                _set_sight(connection, _hash(token), sees)
        return token

    def _find_by_secret(self, kind: str, token: str) -> User | None:
        with self._engine.connect() as connection:
            row = _find_secret(connection, kind, token, self._clock())
            found = row and connection.execute(select(_USERS).where(_USERS.c.id == row.user)).first()
            if not row or not found:
                return None
            user = _user(connection, found)
            masked = kind == "token" and _sight(connection, row.hash) == ()
        return replace(user, sees=()) if masked else user

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _pause(self, subjects: list[str]) -> int:
        """How long no password is looked at for these."""
        since = self._clock() - TRIES_WINDOW_MS
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(func.count(), func.min(_FAILED.c.at_ms))
                .where(_FAILED.c.subject.in_(subjects), _FAILED.c.at_ms > since)
                .group_by(_FAILED.c.subject)
            ).all()
        return max((first - since for count, first in rows if count >= TRIES), default=0)

    def _count_failure(self, subjects: list[str]) -> None:
        now = self._clock()
        with self._engine.begin() as connection:
            connection.execute(delete(_FAILED).where(_FAILED.c.at_ms <= now - TRIES_WINDOW_MS))
            connection.execute(insert(_FAILED), [{"subject": subject, "at_ms": now} for subject in subjects])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _roles_text(roles: Mapping[str, Role]) -> str:
    return msgspec.json.encode(dict(roles)).decode()


def _user(connection: Connection, row: Row[tuple[object, ...]]) -> User:
    return User(
        id=row.id,
        name=row.name,
        has_password=bool(row.password),
        roles=msgspec.json.decode(row.roles, type=dict[str, Role]),
        created_ms=row.created_ms,
        sees=_sight(connection, row.id),
    )


def _sight(connection: Connection, subject: str) -> tuple[str, ...] | None:
    text = connection.execute(select(_SIGHTS.c.sites).where(_SIGHTS.c.subject == subject)).scalar()
    return None if text is None else msgspec.json.decode(text, type=tuple[str, ...])


def _set_sight(connection: Connection, subject: str, sees: Collection[str]) -> None:
    connection.execute(delete(_SIGHTS).where(_SIGHTS.c.subject == subject))
    connection.execute(insert(_SIGHTS).values(subject=subject, sites=msgspec.json.encode(sorted(sees)).decode()))


def _find_secret(connection: Connection, kind: str, token: str, now: int) -> Row[tuple[object, ...]] | None:
    wanted = select(_SECRETS).where(
        _SECRETS.c.hash == _hash(token), _SECRETS.c.kind == kind, _SECRETS.c.expires_ms > now
    )
    return connection.execute(wanted).first()
