"""Who comes, with what, from where: the material that simulated people are made of."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from msgspec import Struct


class Weighted(Protocol):
    @property
    def weight(self) -> int: ...


_W = TypeVar("_W", bound=Weighted)


def weighted(rng: random.Random, among: Sequence[_W]) -> _W:
    return rng.choices(among, [each.weight for each in among])[0]


class Device(Struct, frozen=True):
    user_agent: str
    weight: int
    client_hints: tuple[str, str, str] | None = None  # sec-ch-ua, sec-ch-ua-mobile, sec-ch-ua-platform


class Place(Struct, frozen=True):
    country: str
    weight: int
    network: str  # the first two numbers of addresses of a large access provider there
    language: str
    asks: bool = True  # whether a person there has to be asked for consent, and may refuse


class Channel(Struct, frozen=True):
    weight: int
    query: str = ""  # {id} becomes a click id
    referrer: str = ""


class Thanked(Struct, frozen=True):
    """A thank-you page that was seen."""

    page: str
    order: dict[str, Any]


class Browser(Struct, kw_only=True):
    """One browser of a person. `cookie` is what the collector last set; the rest is made up."""

    number: int
    device: Device
    place: Place
    address: str
    skew_ms: int = 0  # how far its clock is ahead
    way: str = "script"  # script, image (no script), blocked (nothing of ours leaves it)
    cookie: str = ""
    answered: bool = False  # has had an answer when the next request is made, so it may send several events at once
    refuses: bool = False  # has been asked, and allows nothing
    signed_up: bool = False
    thanked: Thanked | None = None


def _hints(brand: str, system: str, mobile: str = "?0") -> tuple[str, str, str]:
    return f'"Chromium";v="156", "{brand}";v="156", "Not:A-Brand";v="8"', mobile, f'"{system}"'


_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X)"
_IPAD = "Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X)"
_ANDROID = "Mozilla/5.0 (Linux; Android 10; K)"
_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_FIREFOX = "Mozilla/5.0 ({system}; rv:150.0) Gecko/20100101 Firefox/150.0"

DEVICES = (
    Device(f"{_WINDOWS} {_BLINK} Chrome/156.0.0.0 Safari/537.36", 24, _hints("Google Chrome", "Windows")),
    Device(f"{_ANDROID} {_BLINK} Chrome/156.0.0.0 Mobile Safari/537.36", 22, _hints("Google Chrome", "Android", "?1")),
    Device(f"{_IPHONE} {_WEBKIT} Version/26.1 Mobile/15E148 Safari/604.1", 22),
    Device(f"{_MAC} {_WEBKIT} Version/26.1 Safari/605.1.15", 10),
    Device(f"{_WINDOWS} {_BLINK} Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0", 8, _hints("Microsoft Edge", "Windows")),
    Device(f"{_MAC} {_BLINK} Chrome/156.0.0.0 Safari/537.36", 6, _hints("Google Chrome", "macOS")),
    Device(_FIREFOX.format(system="Windows NT 10.0; Win64; x64"), 5),
    Device(_FIREFOX.format(system="X11; Linux x86_64"), 2),
    Device(f"{_IPAD} {_WEBKIT} Version/26.1 Mobile/15E148 Safari/604.1", 3),
)

PLACES = (
    Place("DE", 50, "84.150", "de-DE,de;q=0.9,en;q=0.8"),
    Place("AT", 12, "80.108", "de-AT,de;q=0.9,en;q=0.7"),
    Place("CH", 8, "85.1", "de-CH,de;q=0.9,fr;q=0.6"),
    Place("NL", 8, "84.24", "nl-NL,nl;q=0.9,en;q=0.8"),
    Place("FR", 7, "90.20", "fr-FR,fr;q=0.9,en;q=0.7"),
    Place("GB", 6, "86.130", "en-GB,en;q=0.9"),
    Place("SE", 5, "81.230", "sv-SE,sv;q=0.9,en;q=0.8"),
    Place("US", 4, "73.10", "en-US,en;q=0.9", asks=False),
)

CHANNELS = (
    Channel(26),
    Channel(24, referrer="https://www.google.com/"),
    Channel(14, "utm_source=google&utm_medium=cpc&utm_campaign=winter&gclid={id}", "https://www.google.com/"),
    Channel(10, query="utm_source=newsletter&utm_medium=email&utm_campaign=november"),
    Channel(7, query="fbclid={id}", referrer="https://l.facebook.com/"),
    Channel(6, "utm_source=instagram&utm_medium=paid_social&utm_campaign=lights", "https://l.instagram.com/"),
    Channel(4, referrer="https://www.bing.com/"),
    Channel(3, referrer="https://duckduckgo.com/"),
    Channel(3, query="utm_source=chatgpt.com", referrer="https://chatgpt.com/"),
    Channel(3, referrer="https://wohnblog.example/lampen/"),
)

BOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
)


def consent_of(browser: Browser) -> dict[str, str]:
    """What the shop's consent platform says of the browser, for a batch or the query of an image."""
    choice = "denied" if browser.refuses else "granted"
    return {**dict.fromkeys(_ASKED, choice), "cmp": "nordlight"}


_ASKED = ("functional", "analytics", "ads_storage", "ads_share", "ads_personalize")


def headers_of(browser: Browser, *, page: str, origin: str, for_image: bool) -> dict[str, str]:
    """What that browser writes when the page fetches our image or posts a batch."""
    headers = {
        "user-agent": browser.device.user_agent,
        "accept": "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5" if for_image else "*/*",
        "accept-language": browser.place.language,
        "accept-encoding": "gzip, deflate, br, zstd",
        "referer": page if for_image else f"{origin}/",
        "sec-fetch-site": "same-site",
        "sec-fetch-mode": "no-cors" if for_image else "cors",
        "sec-fetch-dest": "image" if for_image else "empty",
        "x-forwarded-for": browser.address,
    }
    if not for_image:
        headers["origin"] = origin
    if browser.device.client_hints is not None:
        names = ("sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform")
        headers |= dict(zip(names, browser.device.client_hints, strict=True))
    if browser.cookie:
        headers["cookie"] = f"ob_v={browser.cookie}"
    return headers
