from __future__ import annotations

import re
from functools import lru_cache

import ua_parser
from msgspec import Struct
from msgspec.structs import replace

from onebyone.event import Event
from onebyone.pipeline.step import Context

_MAX_CHARS = 1_024
_DESKTOPS = frozenset({"Windows", "Mac OS X", "Linux", "Ubuntu", "Fedora", "Debian", "Chrome OS", "FreeBSD", "OpenBSD"})
_TV = re.compile(
    r"smart-?tv|appletv|apple tv|roku|hbbtv|crkey|googletv|android tv|aft[a-z]\b|web0s|netcast|tizen.*tv", re.I
)
_TABLET = re.compile(r"ipad|tablet|kindle|silk/|playbook|android(?!.*mobile)", re.I)
_PHONE = re.compile(r"iphone|ipod|mobile|phone|android|blackberry|opera mini", re.I)


class Device(Struct, frozen=True):
    browser: str
    version: int
    os: str
    kind: str


def add_device(event: Event, context: Context) -> Event:
    """Browser, system and kind of device, as the user agent claims."""
    if not context.user_agent:
        return event
    found = read_agent(context.user_agent[:_MAX_CHARS])
    return replace(event, browser=found.browser, browser_version=found.version, os=found.os, device=found.kind)


@lru_cache(maxsize=50_000)
def read_agent(user_agent: str) -> Device:
    parsed = ua_parser.parse(user_agent)
    browser, system = parsed.user_agent, parsed.os
    major = browser.major if browser is not None else None
    os = system.family if system is not None else ""
    return Device(
        browser=browser.family if browser is not None else "",
        version=int(major) if major is not None and major.isdecimal() and len(major) < 9 else 0,
        os=os,
        kind=_kind(user_agent, os),
    )


def _kind(user_agent: str, os: str) -> str:
    if _TV.search(user_agent):
        return "tv"
    if _TABLET.search(user_agent):
        return "tablet"
    if _PHONE.search(user_agent):
        return "phone"
    return "desktop" if os in _DESKTOPS else "other"
