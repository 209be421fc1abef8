"""Ids that ad platforms and Google Analytics gave to a click or to a browser, and the names they are written under.

All of them are case sensitive and copied unchanged (specs/conversion-apis.md 13).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

MAX_CHARS = 512
GOOGLE_CLICKS = frozenset({"gclid", "gbraid", "wbraid"})  # of one click Google gives one of them
CLICK_IDS = GOOGLE_CLICKS | {
    *("dclid", "fbclid", "ttclid", "li_fat_id"),
    *("epik", "sccid", "rdt_cid", "twclid", "msclkid"),
}
STATISTICS = frozenset({"ga", "ga_session"})  # ids of a browser for statistics; all others are for advertising

_STREAM = "_ga_"  # and the id of a stream of Google Analytics
_GCL = re.compile(r"GCL\.[0-9]+\.(.+)", re.ASCII)
_UET = re.compile(r"(?:_uet)?(.+)")
_GA = re.compile(r"(?:GA1\.[0-9-]+\.)?([0-9]+\.[0-9]+)", re.ASCII)
_GA_SESSION = re.compile(r"GS[12]\.[0-9-]+\.s?([0-9]+)(?:[.$].*)?", re.ASCII)
_UUID = re.compile(r"(?:[0-9]+\.)?([0-9A-Fa-f-]{36})", re.ASCII)
_PLAIN = re.compile(r"([\w.-]+)", re.ASCII)
_ANY = re.compile(r"(.+)")
COOKIES = {  # -> our name, the id in it
    "_gcl_aw": ("gclid", _GCL),
    "_gcl_gb": ("wbraid", _GCL),
    "_gcl_dc": ("dclid", _GCL),
    "_uetmsclkid": ("msclkid", _UET),
    "_epik": ("epik", _ANY),
    "_derived_epik": ("epik", _ANY),
    "_scclid": ("sccid", _ANY),
    "_rdt_cid": ("rdt_cid", _ANY),
    "_twclid": ("twclid", _PLAIN),
    "twclid": ("twclid", _PLAIN),
    "ttclid": ("ttclid", _ANY),
    "li_fat_id": ("li_fat_id", _ANY),
    "_fbp": ("fbp", _ANY),
    "_fbc": ("fbc", _ANY),
    "_ga": ("ga", _GA),
    "_ttp": ("ttp", _ANY),
    "_scid": ("scid", _ANY),
    "_rdt_uuid": ("rdt_uuid", _UUID),
    "_uetvid": ("uetvid", _ANY),
}
_PROPERTIES = COOKIES | {
    "fbp": ("fbp", _ANY),
    "fbc": ("fbc", _ANY),
    "ga": ("ga", _GA),
    "ttp": ("ttp", _ANY),
}
_PERHAPS = {  # Google's where they look like it, else the site's own
    "client_id": ("ga", _GA),
    "session_id": ("ga_session", re.compile("([0-9]{10})", re.ASCII)),
}
NAMES = frozenset(CLICK_IDS | {our for our, _ in _PROPERTIES.values()} | STATISTICS)


def split_ids(props: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The ids among properties, by our names, and the properties that are none. What a vendor's name holds and is no
    id of it is in neither."""
    found: dict[str, str] = {}
    rest: dict[str, str] = {}
    streams: dict[str, str] = {}
    for name, value in props.items():
        known = _property(name, value)
        if known is None:
            rest[name] = value
        elif known[1]:
            found.setdefault(*known)
            _note_stream(streams, name, known[1])
    return found | _several(streams), rest


def _property(name: str, value: str) -> tuple[str, str] | None:
    if name.lower() in CLICK_IDS:
        return name.lower(), value
    if name in _PERHAPS:
        our, pattern = _PERHAPS[name]
        id = pattern.fullmatch(value)
        return (our, id[1]) if id else None
    return _of(_PROPERTIES, name, value)


def cookie_ids(cookies: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The ids in cookies, by our names. Only vendors' own names are looked at: a shop may have a `session_id`, too.

    Google Analytics has a cookie for each stream: of one its session, of several `STREAM=SESSION` each, a space between
    them, as `session_of_stream` reads.
    """
    found: dict[str, str] = {}
    streams: dict[str, str] = {}
    for name, value in cookies:
        known = _of(COOKIES, name, value)
        if known is not None and known[1] and len(known[1]) <= MAX_CHARS:
            found.setdefault(*known)
            _note_stream(streams, name, known[1])
    return found | _several(streams)


def session_of_stream(sessions: str, stream: str) -> str:
    """Of what `cookie_ids` calls `ga_session`: the session of this stream (without its G-), "" if it is not there. Of
    one stream alone the cookie's name was not kept."""
    if "=" not in sessions:
        return sessions
    return dict(each.split("=", 1) for each in sessions.split(" ")).get(stream, "")


def _note_stream(streams: dict[str, str], name: str, session: str) -> None:
    stream = name.removeprefix(_STREAM)
    if stream != name:
        streams.setdefault(stream, session)


def _several(streams: Mapping[str, str]) -> dict[str, str]:
    if len(streams) < 2:
        return {}
    return {"ga_session": _within(f"{stream}={session}" for stream, session in streams.items())}


def _within(parts: Iterable[str]) -> str:
    """As many of the parts as there is room for."""
    text = ""
    for part in parts:
        longer = f"{text} {part}".lstrip()
        if len(longer) <= MAX_CHARS:
            text = longer
    return text


def header_ids(header: str) -> dict[str, str]:
    """The same of a Cookie header, as browsers write it."""
    split = [pair.partition("=") for pair in header.split("; ")]
    pairs = [(name, value) for name, _, value in split if name in COOKIES or name.startswith(_STREAM)]
    return cookie_ids(pairs) if pairs else {}


def _of(table: Mapping[str, tuple[str, re.Pattern[str]]], name: str, value: str) -> tuple[str, str] | None:
    if name.startswith(_STREAM):
        our, pattern = "ga_session", _GA_SESSION
    elif name in table:
        our, pattern = table[name]
    else:
        return None
    id = pattern.fullmatch(value)
    return our, id[1] if id else ""
