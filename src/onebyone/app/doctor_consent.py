"""Whether a set-up can keep its promises about consent: places that are known, cookies that last, records that hold."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from msgspec import Struct

from onebyone.app.consent_heads import read_heads
from onebyone.app.law import open_places, open_regions
from onebyone.app.settings import ConfigError, Place, Settings
from onebyone.app.state import State
from onebyone.collect.desk import now_ms
from onebyone.collect.registry import cookie_domain
from onebyone.collect.request import REGION_HEADERS
from onebyone.consent.addresses import Address, read_address
from onebyone.state.sites import Site

Resolve = Callable[[str], frozenset[str]]  # addresses of a host; none if nobody knows it


class Finding(Struct, frozen=True):
    what: str
    ok: bool
    found: str
    do: str = ""


def resolve(host: str) -> frozenset[str]:
    """By the system's resolver. Blocks."""
    try:
        return frozenset(str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except OSError:
        return frozenset()


def examine_consent(place: Place, settings: Settings, state: State, *, ask: Resolve = resolve) -> Iterator[Finding]:
    yield from _law(place, settings)
    yield from _places(settings)
    yield from _proxies(settings)
    url = settings.addresses.public_url
    if url:
        host = urlsplit(url).hostname or ""
        yield from (_cookies(site, host, ask) for site in state.sites.all())
        yield from (_choices(site, host) for site in state.sites.all() if site.tag.banner.on)
    yield _records(place, state)


def _law(place: Place, settings: Settings) -> Iterator[Finding]:
    try:
        regions = open_regions(place)
        open_places(settings).close()
    except ConfigError as error:
        yield Finding("Regions", False, str(error))
        return
    whose = "your own table" if place.regions.exists() else "the shipped table"
    yield Finding("Regions", True, f"{whose} of {regions.version}")


def _places(settings: Settings) -> Iterator[Finding]:
    wanted = [name for name in (settings.collect.country_header, settings.collect.subdivision_header) if name]
    strange = [name for name in wanted if name not in REGION_HEADERS]
    if strange:
        do = f"Use one of {', '.join(sorted(REGION_HEADERS))}."
        yield Finding("Places", False, f"header {strange[0]!r} is not read", do)
    elif wanted and not settings.collect.proxies:
        do = "Name the proxy that writes it: [collect] proxies."
        yield Finding("Places", False, "a country header is set, and nobody is believed about it", do)
    elif settings.places.database or settings.collect.subdivision_header:
        yield Finding("Places", True, "states and provinces are known")
    else:
        do = (
            "US states and Canadian provinces have the strictest rule of their country. For more, set [places] database"
            " to a city database, or [collect] subdivision_header."
        )
        yield Finding("Places", True, "countries alone, by the shipped database", do)


def _proxies(settings: Settings) -> Iterator[Finding]:
    addresses = settings.addresses
    if addresses.public_url and addresses.host in ("127.0.0.1", "::1") and not settings.collect.proxies:
        do = 'Name the proxy in front of the collector: [collect] proxies = ["127.0.0.1"].'
        yield Finding("Visitors' addresses", False, "all seem to come from the proxy, so nobody's place is known", do)


def _cookies(site: Site, host: str, ask: Resolve) -> Finding:
    """Whether Safari keeps a cookie longer than a week (specs/consent-and-privacy.md 10)."""
    what = f"Cookies of {site.name}"
    hosts = sorted({urlsplit(origin).hostname or "" for origin in site.origins})
    if host in hosts:
        return Finding(what, True, f"{host} is the site's own host")
    if not cookie_domain(host, site.origins):
        do = "Serve the collector on the site's own host or a subdomain: browsers block cookies of another site."
        return Finding(what, False, f"{host} is another site than {', '.join(hosts)}", do)
    ours, theirs = ask(host), frozenset(address for own in hosts for address in ask(own))
    if not ours or not theirs:
        return Finding(what, False, f"{host} or {', '.join(hosts)} has no address", "Look at the DNS.")
    if any(_are_near(one, other) for one in ours for other in theirs):
        return Finding(what, True, f"{host} is near the site")
    do = "Safari ends its cookies after 7 days. Serve the collector through the site's own proxy or CDN."
    return Finding(what, False, f"{host} has a foreign address", do)


def _choices(site: Site, host: str) -> Finding:
    """Whether the banner's choice outlives a week in Safari, which ends what only a script has set."""
    what = f"Choices of {site.name}"
    others = sorted({urlsplit(origin).hostname or "" for origin in site.origins} - {host})
    if not others:
        return Finding(what, True, "the banner's cookie is set by HTTP too")
    do = "Safari forgets a choice after 7 days and the banner asks again. Serve the collector on the pages' own host."
    return Finding(what, False, f"on {', '.join(others)} only the script can set the banner's cookie", do)


def _are_near(one: str, other: str) -> bool:
    """IPv4 by the first 16 bits, IPv6 by the first 64, as WebKit compares them."""
    a, b = read_address(one), read_address(other)
    return a is not None and b is not None and a.version == b.version and _near_part(a) == _near_part(b)


def _near_part(address: Address) -> int:
    return int(address) >> (16 if isinstance(address, ipaddress.IPv4Address) else 64)


def _records(place: Place, state: State) -> Finding:
    noted = read_heads(place.consent_heads)
    sites = state.records.sites()
    faults = [fault for site in sites for fault in state.records.verify(site, noted, now_ms=now_ms())]
    do = "Run 'onebyone consent verify', and compare with a backup of state.db." if faults else ""
    return Finding("Consent records", not faults, f"{len(sites)} chains, {len(faults)} faults", do)
