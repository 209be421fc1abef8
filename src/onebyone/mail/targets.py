"""Where a tracked link may lead (specs/email-and-bots.md 7.4): read once by strict rules and written anew.

Browsers, and every parser between here and them, must see one and the same host in it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

import idna

MAX_TARGET_CHARS = 2_048
_SPLIT = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<rest>[^\x00]*)", re.I | re.S)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029\ud800-\udfff]")
_HOST_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:@%]+)(?::(?P<port>[0-9]{1,5}))?")
_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")
_AS_IT_IS = "%/?#[]@!$&'()*+,;=:~-._|^{}`"


def read_target(text: str) -> str | None:
    """The address as it will stand in a Location header; None for what must not be followed. Reading twice is once."""
    if len(text) > MAX_TARGET_CHARS or _FORBIDDEN.search(text):
        return None
    found = _SPLIT.fullmatch(text)
    if found is None:
        return None
    authority = _authority(found["authority"])
    if authority is None:
        return None
    rest = found["rest"]
    if not rest.startswith("/"):
        rest = f"/{rest}"
    target = f"{found['scheme'].lower()}://{authority}{quote(rest, safe=_AS_IT_IS)}"
    return target if len(target) <= 4 * MAX_TARGET_CHARS else None


def host_of(target: str) -> str:
    """The host of what `read_target` gave, without a port."""
    authority = target.partition("://")[2].partition("/")[0]
    return authority.rpartition("]")[0] + "]" if authority.startswith("[") else authority.partition(":")[0]


def is_allowed(target: str, hosts: Sequence[str]) -> bool:
    """Whether the owner's list of hosts holds it or a domain above it. An empty list allows all."""
    host = host_of(target)
    return not hosts or any(host == one or host.endswith(f".{one}") for one in hosts)


def with_params(target: str, params: Mapping[str, str]) -> str:
    """The target with parameters added; those it has stay as they are."""
    address, mark, fragment = target.partition("#")
    before, _, query = address.partition("?")
    present = {pair.partition("=")[0] for pair in query.split("&")}
    added = [f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in params.items() if value]
    pairs = [pair for pair in added if pair.partition("=")[0] not in present]
    whole = "&".join([*([query] if query else []), *pairs])
    return f"{before}{'?' if whole else ''}{whole}{mark}{fragment}"


def _authority(text: str) -> str | None:
    found = _HOST_PORT.fullmatch(text)
    host = _host(found["host"]) if found else None
    if found is None or host is None:
        return None
    port = found["port"]
    if port is None:
        return host
    return f"{host}:{int(port)}" if 0 < int(port) < 65_536 else None


def _host(text: str) -> str | None:
    if text.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(text[1:-1]).compressed}]"
        except ValueError:
            return None
    name = text.lower() if text.isascii() else _punycode(text)
    if name is None or _NAME.fullmatch(name) is None:
        return None
    if _NUMBER.fullmatch(name.rpartition(".")[2]):  # browsers read such a host as an address, in any of its spellings
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            return None
    return name


def _punycode(text: str) -> str | None:
    try:
        return idna.encode(text, uts46=True).decode()
    except idna.IDNAError:
        return None
