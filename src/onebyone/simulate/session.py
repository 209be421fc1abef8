"""One visit of one browser: the requests it causes, in order, and the truth beside them."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from onebyone.event import Reason
from onebyone.simulate.browsers import CHANNELS, Browser, Thanked, weighted
from onebyone.simulate.goods import LAMPS, SHIPPING_MINOR, Lamp, decimal, number, wire_item
from onebyone.simulate.truth import Book, Sale

_MAX_PAGES = 9
_MAX_GAP_MS = 240_000  # far below the 30 minutes that end a session


class ImageHit(Struct, frozen=True):
    """A page fetches the pixel. `purpose` says that nobody looks yet."""

    browser: Browser
    page: str
    query: str = ""
    purpose: str = ""
    keeps_cookie: bool = True


class TagBatch(Struct, frozen=True):
    """The tag posts events. Their `at` is the browser's clock; the sender adds `sent_at` by the same clock."""

    browser: Browser
    page: str
    events: list[dict[str, Any]]


class Report(Struct, frozen=True):
    """The shop's server posts events, with the visitor cookie that the browser had when it ordered."""

    browser: Browser
    events: list[dict[str, Any]]


Request = ImageHit | TagBatch | Report


class World(Struct, kw_only=True):
    """What all sessions share: the one source of chance, the notes, the counters."""

    random: random.Random
    book: Book
    origin: str
    seed: int
    buying_share: float
    currency: str
    second_currency: str
    refund_share: float = 0.0
    orders: int = 0

    def new_id(self, at_ms: int) -> str:
        """An id like the tag's, a UUIDv7, but by this world's chance."""
        drawn = self.random.getrandbits(74)
        text = f"{at_ms & (1 << 48) - 1:012x}7{drawn >> 62:03x}{(drawn & (1 << 62) - 1) | 1 << 63:016x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def happens(self, share: float) -> bool:
        return self.random.random() < share

    def new_order(self) -> str:
        self.orders += 1
        return f"NS{self.seed}-{1000 + self.orders}"

    def refund_of(self, order: str, value_minor: int) -> int:
        """What is paid back of an order. By a chance of its own: it does not change what people do."""
        chance = random.Random(f"{self.seed}/refund/{order}")
        return chance.randrange(100, value_minor) if chance.random() < self.refund_share else 0

    def any_lamp(self) -> Lamp:
        return self.random.choice([lamp for lamp in LAMPS if lamp.in_stock])


class Session:
    """Call `go` once."""

    def __init__(self, world: World, browser: Browser, day: str, at_ms: int) -> None:
        self._world = world
        self._browser = browser
        self._day = day
        self._at_ms = at_ms
        self._requests: list[Request] = []
        self._batch: list[dict[str, Any]] = []
        self._url = ""
        self._referrer = ""
        self._title = ""
        self._nav = ""
        self._seq = 0
        self._page_id = ""

    def go(self) -> list[Request]:
        world, browser = self._world, self._browser
        if browser.way != "blocked" and not browser.refuses:
            world.book.session(self._day)
        self._arrive()
        for _ in range(world.random.randrange(_MAX_PAGES - 2)):
            self._wander()
        if world.happens(world.buying_share):
            self._buy()
        elif world.happens(0.04) and not browser.signed_up:
            self._sign_up()
        self._flush()
        return self._requests

    def _arrive(self) -> None:
        """The landing page, or a look at an old thank-you page that its browser had kept open."""
        world, browser = self._world, self._browser
        if browser.thanked is not None and world.happens(0.25):
            self._view(browser.thanked.page, "Thank you", nav="reload")
            self._repeat(browser.thanked, Reason.ORDER_RELOADED)
            return
        channel = weighted(world.random, CHANNELS)
        query = channel.query.replace("{id}", f"{world.random.getrandbits(96):024x}")
        path = world.random.choice(("/", "/", "/lamps", f"/lamps/{world.any_lamp().slug}"))
        self._referrer = channel.referrer
        self._view(f"{world.origin}{path}{'?' + query if query else ''}", "Nordlight")

    def _wander(self) -> None:
        world = self._world
        lamp = world.any_lamp()
        if world.happens(0.06):
            self._view(self._url, self._title, nav="reload")
        elif world.happens(0.3):
            self._view(f"{world.origin}/lamps", "All lamps", nav="back_forward" if world.happens(0.2) else "navigate")
        else:
            self._view(f"{world.origin}/lamps/{lamp.slug}", lamp.name)
            self._event("view_item", {"items": [wire_item(lamp, 1)]})
        if world.happens(0.03):
            self._prefetch()

    def _view(self, url: str, title: str, *, nav: str = "navigate") -> None:
        """See a page, some time after the one before."""
        if self._url and self._browser.way != "image":
            self._at_ms += self._world.random.randrange(3_000, _MAX_GAP_MS)
        if self._url and nav == "navigate":
            self._referrer = self._url
        self._url, self._title, self._nav, self._seq = url, title, nav, 0
        self._page_id = ""
        if self._browser.way == "blocked":
            self._world.book.totals.unseen_views += 1
            return
        if len(self._batch) >= self._world.random.randrange(1, 6) or not self._browser.answered:
            self._flush()
        self._world.book.view(self._day, self._browser.number, refuses=self._browser.refuses)
        self._event("page_view", {})

    def _event(self, name: str, props: dict[str, Any], **more: Any) -> None:
        """What the tag makes of it, or the image; of the latter only pages and orders are known."""
        way = self._browser.way
        if way == "script":
            self._batch.append(self._wire_event(name, props, more))
        elif way == "image" and name in ("page_view", "purchase"):
            query = "" if name == "page_view" else _image_query(more["order"])
            self._requests.append(ImageHit(self._browser, self._url, query))
        else:
            return
        self._world.book.totals.events_sent += 1
        self._world.book.totals.withheld_events += self._is_withheld(name)

    def _is_withheld(self, name: str) -> bool:
        """Of who allows nothing, page views are counted and nothing else is kept."""
        return self._browser.refuses and name != "page_view"

    def _wire_event(self, name: str, props: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
        id = self._world.new_id(self._at_ms)
        self._page_id = self._page_id or id
        event = {
            "name": name,
            "id": id,
            "at": self._at_ms + self._browser.skew_ms + self._seq * 7,
            "seq": self._seq,
            "nav": self._nav,
            "page": {"url": self._url, "referrer": self._referrer, "title": self._title, "id": self._page_id},
            "props": props,
            **more,
        }
        self._seq += 1
        return event

    def _flush(self, *, retried: bool = False) -> None:
        """Post what waits. Now and then the network loses an answer, and the tag sends the same events again."""
        batch, self._batch = self._batch, []
        if not batch:
            return
        request = TagBatch(self._browser, self._url, batch)
        self._requests.append(request)
        self._browser.answered = True
        if retried or self._world.happens(0.03):
            self._requests.append(request)
            names = [event["name"] for event in batch]
            self._world.book.copy(Reason.DUPLICATE_EVENT, *(name for name in names if not self._is_withheld(name)))
            self._world.book.totals.withheld_events += sum(map(self._is_withheld, names))
            self._world.book.totals.events_sent += len(batch)

    def _prefetch(self) -> None:
        """The browser loads a page that nobody has asked for yet."""
        if self._browser.way == "blocked":
            return
        page = f"{self._world.origin}/lamps/{self._world.any_lamp().slug}"
        self._requests.append(ImageHit(self._browser, page, purpose="prefetch", keeps_cookie=False))
        self._world.book.totals.prefetches += 1
        self._world.book.totals.events_sent += 1

    def _buy(self) -> None:
        world = self._world
        self._view(f"{world.origin}/cart", "Cart")
        self._view(f"{world.origin}/checkout", "Check out")
        self._event("begin_checkout", {})
        order = self._order()
        page = f"{world.origin}/thank-you/{order['id']}"
        self._view(page, "Thank you")
        server_first = world.happens(0.5)
        if server_first:
            self._flush()  # what the page has sent before the order, in the order it happened
            self._report(order)
        self._pay(order)
        if not server_first:
            self._report(order)
        self._browser.thanked = Thanked(page, order)
        self._look_again(self._browser.thanked)
        self._pay_back(order)

    def _order(self) -> dict[str, Any]:
        """Make up an order and note it, whoever will see it."""
        world = self._world
        lines = {lamp.slug: lamp for lamp in (world.any_lamp() for _ in range(world.random.choice((1, 1, 1, 2, 3))))}
        shipping = SHIPPING_MINOR[world.random.choice(("standard", "standard", "pickup"))]
        value = shipping + sum(lamp.price_minor for lamp in lines.values())
        currency = world.second_currency if world.second_currency and world.happens(0.1) else world.currency
        order_id = world.new_order()
        blocked = self._browser.way == "blocked"
        withheld = self._browser.refuses and not blocked
        world.book.sales.append(
            Sale(
                id=order_id, day=self._day, value_minor=value, currency=currency, blocked=blocked, withheld=withheld,
                refunded_minor=world.refund_of(order_id, value),
            )
        )  # fmt: skip
        return {
            "id": order_id,
            "value": number(value),
            "currency": currency,
            "shipping": number(shipping),
            "items": [wire_item(lamp, 1) for lamp in lines.values()],
        }

    def _pay(self, order: dict[str, Any]) -> None:
        """The thank-you page tells of the order: twice after a double click, again when an answer was lost."""
        way = self._browser.way
        if way == "blocked":
            return
        self._copied(Reason.ORDER_JOINED)  # the server tells of it too; the later of the two is the copy
        self._purchase(order)
        if self._world.happens(0.05):
            self._purchase(order)
            self._copied(Reason.ORDER_REPEATED)
        if way == "script":
            self._flush(retried=self._world.happens(0.06))

    def _purchase(self, order: dict[str, Any]) -> None:
        self._event("purchase", {}, event_id=f"purchase:{order['id']}", order=order)

    def _report(self, order: dict[str, Any]) -> None:
        """The shop's server tells of the order, and sometimes repeats itself."""
        browser = self._browser
        event = {
            "name": "purchase",
            "id": f"order-{order['id']}",
            "event_id": f"purchase:{order['id']}",
            "at": self._at_ms + (self._world.random.randrange(2_000) if browser.way != "image" else 0),
            "order": order,
            "device": {"user_agent": browser.device.user_agent},
        }
        times = 2 if self._world.happens(0.05) else 1
        self._requests += [Report(browser, [event])] * times
        self._world.book.totals.events_sent += times
        self._world.book.copy(Reason.DUPLICATE_EVENT, *["purchase"] * (times - 1))

    def _pay_back(self, order: dict[str, Any]) -> None:
        """The shop's server tells of a refund, if there is one."""
        amount = self._world.refund_of(order["id"], round(order["value"] * 100))
        if not amount:
            return
        refund = {"id": order["id"], "adjustment_id": "r1", "value": number(amount), "currency": order["currency"]}
        event = {"name": "refund", "id": f"refund-{order['id']}", "at": self._at_ms, "order": refund}
        self._requests.append(Report(self._browser, [event]))
        self._world.book.totals.events_sent += 1

    def _look_again(self, thanked: Thanked) -> None:
        """Reload the thank-you page, or leave it and come back."""
        world = self._world
        if world.happens(0.25):
            for _ in range(world.random.randrange(1, 4)):
                self._view(thanked.page, "Thank you", nav="reload")
                self._repeat(thanked, Reason.ORDER_RELOADED)
        if world.happens(0.12):
            self._view(f"{world.origin}/lamps", "All lamps")
            cached = world.happens(0.5)
            self._view(thanked.page, "Thank you", nav="bfcache" if cached else "back_forward")
            if not cached or self._browser.way == "image":
                self._repeat(thanked, Reason.ORDER_BACK_FORWARD)

    def _repeat(self, thanked: Thanked, reason: Reason) -> None:
        """The page that loads again tells of the same order again. An image cannot say how its page came."""
        way = self._browser.way
        if way == "blocked":
            return
        self._purchase(thanked.order)
        self._copied(Reason.ORDER_REPEATED if way == "image" else reason)

    def _copied(self, reason: Reason) -> None:
        """A browser's copy of an order: none where nothing of it is kept."""
        if not self._browser.refuses:
            self._world.book.copy(reason, "purchase")

    def _sign_up(self) -> None:
        """The newsletter: a conversion without any id, which only the reload guard can count once."""
        world, browser = self._world, self._browser
        page = f"{world.origin}/newsletter/thanks"
        self._view(page, "Welcome")
        if browser.way != "script":
            return
        browser.signed_up = True
        world.book.totals.sign_ups += not browser.refuses
        self._event("sign_up", {"method": "newsletter"})
        if world.happens(0.4):
            self._view(page, "Welcome", nav="reload")
            self._event("sign_up", {"method": "newsletter"})
            if not browser.refuses:
                world.book.copy(Reason.PAGE_RELOADED, "sign_up")


def _image_query(order: dict[str, Any]) -> str:
    value = decimal(round(order["value"] * 100))
    return urlencode(
        {"e": "purchase", "o": order["id"], "eid": f"purchase:{order['id']}", "val": value, "cur": order["currency"]}
    )
