"""People and what they do, made up from a seed: the requests of each person in order, and the truth beside them.

Pure: the same seed, settings and time give the same people, to the byte.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from onebyone.simulate.browsers import BOTS, DEVICES, PLACES, Browser, Device, Place, weighted
from onebyone.simulate.session import ImageHit, Request, Session, World
from onebyone.simulate.truth import Book, Truth

_SLOT_STARTS_H = (0, 3, 6, 9, 12, 15, 18)  # a browser's sessions never meet, and none crosses midnight
_SLOT_WEIGHTS = (1, 1, 4, 8, 9, 10, 12)
_SLOT_MS = 2 * 3_600_000  # the longest a session may reach after the start of its slot, with its late start


class Settings(Struct, frozen=True, kw_only=True):
    """Shares are of 1. A blocked browser sends nothing; an image browser runs no script."""

    people: int
    days: int
    seed: int
    origin: str = "https://nordlight.example"  # of the simulated pages; must be one of the site's
    zone: str = "UTC"
    currency: str = "EUR"
    second_currency: str = ""  # of every tenth order, if any
    blocked_share: float = 0.22
    image_share: float = 0.03
    buying_share: float = 0.15  # of sessions
    bot_share: float = 0.10  # bots, in relation to people
    refund_share: float = 0.0  # of orders: a part of them is paid back
    refusing_share: float = 0.25  # of browsers where people are asked


class People:
    """Iterate once: one list of requests per person or bot. Afterwards `truth()` is complete."""

    def __init__(self, settings: Settings, *, now_ms: int) -> None:
        self.origin = settings.origin
        self._settings = settings
        self._book = Book()
        self._random = random.Random(settings.seed)
        zone = ZoneInfo(settings.zone)
        today = datetime.fromtimestamp(now_ms / 1000, zone).date()
        self._slots = list(_slots(today, settings.days, zone, now_ms)) or list(
            _slots(today - timedelta(days=1), settings.days, zone, now_ms)
        )
        self._now = (today.isoformat(), now_ms)
        self._browsers = 0
        self._world = World(
            random=self._random,
            book=self._book,
            origin=settings.origin,
            seed=settings.seed,
            buying_share=settings.buying_share,
            currency=settings.currency,
            second_currency=settings.second_currency,
            refund_share=settings.refund_share,
        )

    def __iter__(self) -> Iterator[list[Request]]:
        settings = self._settings
        bots = round(settings.people * settings.bot_share)
        for n in range(settings.people):
            yield self._person()
            if n * bots // settings.people != (n + 1) * bots // settings.people:
                yield self._bot()

    def truth(self) -> Truth:
        settings = self._settings
        return self._book.truth(
            seed=settings.seed,
            people=settings.people,
            days=settings.days,
            zone=settings.zone,
            currency=settings.currency,
        )

    def _person(self) -> list[Request]:
        rng = self._random
        place = weighted(rng, PLACES)
        browsers = [self._browser(place) for _ in range(rng.choices((1, 2, 3), (60, 33, 7))[0])]
        wanted = min(rng.choices((1, 2, 3, 4, 6, 9), (45, 22, 13, 10, 7, 3))[0], len(self._slots))
        slots = rng.choices(range(len(self._slots)), [weight for _, _, weight in self._slots], k=wanted)
        requests: list[Request] = []
        imaged: set[int] = set()
        for slot in sorted(set(slots)):
            browser = rng.choice(browsers)
            if browser.way == "image":  # an image has no clock that is believed: it happens when it is sent
                if id(browser) not in imaged:
                    imaged.add(id(browser))
                    requests += Session(self._world, browser, *self._now).go()
                continue
            day, start_ms, _ = self._slots[slot]
            requests += Session(self._world, browser, day, start_ms + rng.randrange(3_600_000)).go()
        return requests

    def _browser(self, place: Place) -> Browser:
        rng, settings = self._random, self._settings
        drawn = rng.random()
        way = "script"
        if drawn < settings.blocked_share:
            way = "blocked"
        elif drawn < settings.blocked_share + settings.image_share:
            way = "image"
        self._browsers += 1
        return Browser(
            number=self._browsers,
            device=weighted(rng, DEVICES),
            place=place,
            address=f"{place.network}.{rng.randrange(1, 255)}.{rng.randrange(1, 255)}",
            skew_ms=rng.choice((0, 0, 0, rng.randrange(-90_000, 90_000), rng.randrange(-7_200_000, 7_200_000))),
            way=way,
            refuses=place.asks and self._asked(self._browsers).random() < settings.refusing_share,
        )

    def _asked(self, browser: int) -> random.Random:
        """A chance of its own: what people choose does not change what they do."""
        return random.Random(f"{self._settings.seed}/{browser}")

    def _bot(self) -> list[Request]:
        """A declared crawler: it fetches pages with their image, and keeps no cookie."""
        rng = self._random
        address = f"66.249.{rng.randrange(64, 96)}.{rng.randrange(1, 255)}"
        bot = Browser(number=-1, device=Device(rng.choice(BOTS), 1), place=PLACES[-1], address=address)
        requests: list[Request] = []
        for _ in range(rng.randrange(1, 9)):
            page = f"{self._settings.origin}/lamps/{self._world.any_lamp().slug}"
            requests.append(ImageHit(bot, page, keeps_cookie=False))
            self._book.totals.bot_hits += 1
            self._book.totals.events_sent += 1
        return requests


def _slots(last: date, days: int, zone: ZoneInfo, now_ms: int) -> Iterator[tuple[str, int, int]]:
    """(day, start, weight) of each time that a session may start in and be over by now."""
    for back in range(days - 1, -1, -1):
        day = last - timedelta(days=back)
        for hour, weight in zip(_SLOT_STARTS_H, _SLOT_WEIGHTS, strict=True):
            start = datetime(day.year, day.month, day.day, hour, 15, tzinfo=zone)
            start_ms = int(start.timestamp() * 1000)
            if start_ms + _SLOT_MS <= now_ms:
                yield day.isoformat(), start_ms, weight
