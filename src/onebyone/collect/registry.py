"""Sites and keys in memory: what the hot path may ask without waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from msgspec import Struct
from publicsuffixlist import PublicSuffixList
from sqlalchemy.exc import DBAPIError

from onebyone.state.keys import Keys, hash_key
from onebyone.state.sites import Site, Sites

_SUFFIXES = PublicSuffixList()


class Known(Struct, frozen=True):
    """One reading of the state."""

    by_id: Mapping[str, Site] = {}
    by_prefix: Mapping[str, Site] = {}
    scripts: Mapping[str, bytes] = {}  # by path
    keys: Mapping[bytes, str] = {}  # hash -> site id


class Registry:
    """`known` is replaced as a whole, so a request that holds it sees one moment."""

    def __init__(self, sites: Sites, keys: Keys, files_of: Callable[[Site], Mapping[str, bytes]]) -> None:
        self._sites = sites
        self._keys = keys
        self._files_of = files_of
        self._version = -1
        self.known = Known()

    def refresh(self) -> bool:
        """Read the state again if it changed; True if the sites did. Blocks.

        A state that cannot be read leaves everything as it is: visitors must not suffer from it.
        """
        try:
            version = self._sites.version()
            keys = self._keys.sites_by_hash()
            changed = version != self._version
            known = self._read() if changed else self.known
        except DBAPIError:
            return False
        self._version = version
        self.known = Known(by_id=known.by_id, by_prefix=known.by_prefix, scripts=known.scripts, keys=keys)
        return changed

    def _read(self) -> Known:
        sites = self._sites.all()
        return Known(
            by_id={site.id: site for site in sites},
            by_prefix={site.prefix: site for site in sites},
            scripts={path: body for site in sites for path, body in self._files_of(site).items()},
        )

    def site_of_key(self, authorization: str) -> str:
        """The site of an Authorization header's bearer key; "" if there is none."""
        kind, _, text = authorization.partition(" ")
        return self.known.keys.get(hash_key(text.strip()), "") if kind.lower() == "bearer" else ""


@lru_cache(maxsize=1024)
def cookie_domain(host: str, origins: tuple[str, ...]) -> str:
    """The Domain of the visitor cookie: the registrable domain the collector's host shares with the site, or "".

    "" keeps the cookie on the one host: the same host as the site's, an address, or no common domain.
    """
    name = _name(host)
    hosts = {origin.partition("://")[2].partition("/")[0].partition(":")[0] for origin in origins}
    domain = _SUFFIXES.privatesuffix(name.lower())
    if not domain or name in hosts or not any(_SUFFIXES.privatesuffix(other) == domain for other in hosts):
        return ""
    return str(domain)


@lru_cache(maxsize=1024)
def registrable(host: str) -> str:
    """The domain that can be registered of a Host header; a bare name or an address is its own."""
    name = _name(host).lower()
    return str(_SUFFIXES.privatesuffix(name) or name)


def _name(host: str) -> str:
    """Without the port."""
    return host.rpartition(":")[0] if ":" in host.rpartition("]")[2] else host
