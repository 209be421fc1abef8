"""The rules of a site, and what they are counted in."""

from __future__ import annotations

from msgspec import Struct

DAY_MS = 86_400_000


class Rules(Struct, frozen=True, omit_defaults=True):
    """Limits per person and reaches in time. The defaults are those of specs/measurement.md 3.2."""

    users: int = 1  # user ids that e-mails and phones may join; more than 1 lets them join two user ids
    emails: int = 5
    phones: int = 5
    externals: int = 5
    browsers: int = 50
    new_browsers: int = 5  # within 7 days
    identifiers: int = 100  # in all
    reach_days: int = 180  # how far back a log-in claims what the browser did before it
    shared_users: int = 3  # that many users of one browser within `shared_days` make it a shared one
    shared_days: int = 30
    browsers_of_value: int = 200  # a value on more browsers than this names nobody
    block_roles: bool = False  # info@, sales@ and the like name nobody either


WEEK_MS = 7 * DAY_MS
LARGE_CLUSTER = 50  # from here on it is worth a look
