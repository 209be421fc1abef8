"""What a user agent's text gives away about how its browser would behave. Pure; asked once a string."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from onebyone.pipeline.rules import Release

_CHROME = re.compile(r"(?:Chrome|CriOS|Chromium)/(\d{1,4})\.")
_FIREFOX = re.compile(r"(?:Firefox|FxiOS)/(\d{1,4})\.")
_SAFARI = re.compile(r"Version/(\d{1,3})(?:\.(\d{1,3}))?\S* (?:Mobile/\S+ )?Safari/")
_PRODUCT = re.compile(r"Mozilla/5\.0")
_GECKO = re.compile(r"Gecko/\d")
_WEB_VIEW = ("; wv)", "FBAN/", "FBAV/", "Instagram", "Snapchat/", "LinkedInApp", "MicroMessenger", "DuckDuckGo/")
_PLATFORMS = (  # a word of the string, and what Sec-CH-UA-Platform says there
    ("Windows NT", "Windows"),
    ("Android", "Android"),
    ("CrOS", "Chrome OS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
_BEHIND = timedelta(days=730)


class Traits(NamedTuple):
    browser: str = ""  # Chrome, Firefox, Safari: whose engine and numbers it has
    major: int = 0
    sends_hints: bool = False  # Sec-CH-UA, over HTTPS
    sends_fetch_metadata: bool = False  # Sec-Fetch-*, over HTTPS
    is_impossible: bool = False
    platform: str = ""  # as Sec-CH-UA-Platform would say it
    is_mobile: bool = False


def traits_of(agent: str) -> Traits:
    chrome, firefox, safari = _CHROME.search(agent), _FIREFOX.search(agent), _SAFARI.search(agent)
    is_impossible = _is_impossible(agent)
    if chrome is not None and "CriOS/" not in agent:
        major, shown = int(chrome[1]), not any(word in agent for word in _WEB_VIEW)
        platform = next((platform for word, platform in _PLATFORMS if word in agent), "")
        return Traits(
            "Chrome", major, shown and major >= 89, shown and major >= 80, is_impossible, platform, "Mobile" in agent
        )
    if firefox is not None and "FxiOS/" not in agent:
        major = int(firefox[1])
        return Traits("Firefox", major, sends_fetch_metadata=major >= 90, is_impossible=is_impossible)
    if safari is not None and chrome is None:
        major, minor = int(safari[1]), int(safari[2] or 0)
        return Traits("Safari", major, sends_fetch_metadata=(major, minor) >= (16, 4), is_impossible=is_impossible)
    return Traits(is_impossible=is_impossible)


def _is_impossible(agent: str) -> bool:
    """Systems and engines that do not exist together, or two browsers in one string."""
    if "Apple Mac OS X v" in agent or len(_PRODUCT.findall(agent)) > 1:
        return True
    engines = ("AppleWebKit/" in agent) + ("Trident/" in agent) + (_GECKO.search(agent) is not None)
    if "Presto/" in agent:
        engines += 1
    return engines > 1


def disagrees(traits: Traits, brands: str, mobile: str, platform: str) -> bool:
    """Whether the client hints that came contradict the string. Only a browser on Chromium sends them."""
    if traits.browser != "Chrome":
        return True
    found = re.search(r'"(?:Chromium|Google Chrome|Microsoft Edge)";v="(\d+)', brands)
    if found is not None and int(found[1]) != traits.major:
        return True
    if mobile == "?1" and not traits.is_mobile:
        return True
    said = platform.strip('"')
    return bool(said and traits.platform) and not _same_platform(said, traits.platform)


def _same_platform(hint: str, string: str) -> bool:
    return hint == string or {hint, string} <= {"Linux", "Chrome OS", "Chromium OS", "Android"}


class Releases:
    """On which day a major version came out, read between the known ones."""

    def __init__(self, known: Sequence[Release]) -> None:
        self._known: dict[str, list[tuple[int, date]]] = {}
        for release in sorted(known, key=lambda one: one.major):
            self._known.setdefault(release.browser, []).append((release.major, release.day))
        self.old_from = lru_cache(maxsize=4_096)(self._old_from)

    def _old_from(self, browser: str, major: int) -> date | None:
        """The day from which this major is more than two years behind; None: never, as far as is known."""
        known = self._known.get(browser)
        if not known or not major or major >= known[-1][0]:
            return None
        if major < known[0][0]:
            return date.min
        for (low, low_day), (high, high_day) in pairwise(known):
            if low <= major < high:
                return low_day + (high_day - low_day) * ((major - low) / (high - low)) + _BEHIND
        return None
