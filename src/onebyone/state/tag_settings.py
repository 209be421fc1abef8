"""What a site's script does beyond page views and calls: a part of `Site`, chosen by its owner."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

_ENDINGS = """
pdf xlsx docx txt rtf csv exe key pps ppt pptx 7z pkg rar gz zip avi mov mp4 mpeg wmv midi mp3 wav wma dmg iso msi
""".strip()


class ConsentGate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether the script waits for a choice, and who tells it."""

    on: bool = False
    readers: tuple[str, ...] = ("google",)  # files of tags/src/modules; their standing is fixed, not this order
    categories: dict[str, str] = {}  # a platform's category or service -> functional, statistics, marketing
    wait_ms: int = 500  # for a choice; a page may ask for another time, the script takes at most 2,000
    strict: bool = False  # nothing at all leaves before a choice where the region wants one


class Banner(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Our own question, for a site that has no consent platform. It implies the gate."""

    on: bool = False
    revision: int = 1  # another number asks everybody again: the notice, purposes or recipients changed
    purposes: tuple[str, ...] = ("functional", "statistics", "marketing")
    policy_url: str = ""
    google: bool = True  # Google's tags on the page are told
    button: bool = True  # a small button opens it again on every page
    days: int = 180  # until people are asked again


class PublishedContainer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which version of the site's container holds, and what of it is stopped."""

    hash: str = ""  # of its file; "" is none
    integrity: str = ""  # of the same file, as an element's attribute of that name has it
    number: int = 0
    kill: tuple[str, ...] = ()  # names of tags, or "vendor:NAME"


class TagSettings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The defaults are a script that views pages and takes calls, at once."""

    modules: tuple[str, ...] = ()  # of tags/modules.py MODULES
    data_layer: str = "dataLayer"  # what the page calls it
    spa_query: bool = True  # another query is another page
    spa_hash: bool = False  # and another fragment
    download_endings: str = _ENDINGS  # of files that a link downloads
    scroll_marks: tuple[int, ...] = (90,)  # per cent
    linked: tuple[str, ...] = ()  # domains among which a person is followed; two at least
    meta_cookies: bool = False  # the collector makes _fbp and _fbc, where ads are allowed
    debug_always: bool = False  # else only with ?onebyone_debug in the page's address
    count_when: Literal["visible", "loaded"] = (
        "visible"  # a page is viewed: seen, or "loaded", also in a tab that nobody has looked at yet
    )
    frames: bool = False  # also runs where the page stands in a frame of another site's page
    consent: ConsentGate = ConsentGate()
    banner: Banner = Banner()

    @property
    def gated(self) -> bool:
        return self.consent.on or self.banner.on
