"""The demo shop "Nordlight": to click through, with the tag on its pages and a backend that reports its orders.

Works without script. Nothing on its pages comes from elsewhere, but for the tag and its image.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.datastructures import Cookie, State
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from onebyone.simulate.goods import BY_SLUG, LAMPS, SHIPPING_MINOR, decimal, number, wire_item
from onebyone.simulate.orders import Order, Orders
from onebyone.simulate.wire import COOKIE, Collector, NotAccepted

MAX_QUANTITY = 9
_CART = "nl_cart"
_BLOCKED = "nl_blocked"
_NAME = "nl_name"
_RETRY_S = 2.0
_PATIENCE_S = 1.0

ShopRequest = Request[Any, Any, State]


class Settings(Struct, frozen=True, kw_only=True):
    """`fate_url` is the console's page for one order, with {order} in it."""

    snippet: str
    image_url: str  # the pixel, without a query
    console_url: str
    fate_url: str
    orders_path: Path


class Shop:
    """What the pages need. One per process."""

    def __init__(self, settings: Settings, *, now_ms: Callable[[], int]) -> None:
        self.settings = settings
        self.orders = Orders(settings.orders_path)
        self.now_ms = now_ms
        self.ordered = asyncio.Event()
        self._told: dict[str, asyncio.Event] = {}  # orders whose buyer still waits for the next page
        self._pages = Environment(
            loader=PackageLoader("onebyone.simulate", "pages"), autoescape=True, undefined=StrictUndefined
        )
        self._pages.filters["money"] = lambda minor: f"€ {decimal(minor)}"

    def page(self, request: ShopRequest, name: str, *, status: int = 200, **values: object) -> Response[str]:
        """A whole page. `no-cache` and not `no-store`, or the browser could not bring it back from its cache."""
        html = self._pages.get_template(f"{name}.html").render(
            settings=self.settings,
            blocked=_is_blocked(request),
            in_cart=sum(_cart(request).values()),
            shipping=SHIPPING_MINOR,
            **values,
        )
        return Response(html, status_code=status, media_type=MediaType.HTML, headers={"cache-control": "no-cache"})

    async def report(self, order: Order, collector: Collector) -> None:
        """Tell the collector about an order, as a shop's own server does. Raises NotAccepted."""
        event: dict[str, object] = {
            "name": "purchase",
            "id": f"order-{order.id}",
            "event_id": f"purchase:{order.id}",
            "at": order.at_ms,
            "order": order.wire_order(),
            "device": {"user_agent": order.user_agent},
        }
        if order.visitor:
            event["visitor"] = order.visitor
        await collector.report([event])
        self.orders.mark_reported(order.id)
        if order.id in self._told:
            self._told[order.id].set()

    async def tell_first(self, order: Order) -> None:
        """Give the backend a moment to report an order before its buyer sees the thank-you page, as most shops do.

        A collector that does not answer delays nobody for longer: the report goes on behind.
        """
        if all(order.id != waiting.id for waiting in self.orders.unreported()):
            return
        told = self._told[order.id] = asyncio.Event()
        self.ordered.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), _PATIENCE_S)
        self._told.pop(order.id, None)


def shop(
    settings: Settings,
    collector: Callable[[], AbstractAsyncContextManager[Collector]],
    *,
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
) -> Litestar:
    """The ASGI application. `collector` opens the way to report orders, for as long as the shop runs."""
    built = Shop(settings, now_ms=now_ms)

    @asynccontextmanager
    async def reporting(_app: Litestar) -> AsyncIterator[None]:
        async with collector() as way:
            task = asyncio.create_task(_report_orders(built, way))
            yield
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return Litestar(
        route_handlers=[
            home,
            lamps,
            lamp,
            add,
            cart,
            change,
            checkout,
            buy,
            thank_you,
            account,
            sign_in,
            adblock,
            style,
        ],
        state=State({"shop": built}),
        lifespan=[reporting],
        exception_handlers={HTTPException: _problem},
        openapi_config=None,
        logging_config=None,  # it would turn on every library's log lines, addresses with query strings among them
    )


async def _report_orders(built: Shop, collector: Collector) -> None:
    """Until the shop closes: report each order until it is accepted, also those of before a restart."""
    while True:
        built.ordered.clear()
        for order in built.orders.unreported():
            with suppress(NotAccepted):
                await built.report(order, collector)
        if built.orders.unreported():
            await asyncio.sleep(_RETRY_S)
        else:
            await built.ordered.wait()


@get("/")
async def home(request: ShopRequest) -> Response[str]:
    return _shop(request).page(request, "home", lamps=LAMPS[:4])


@get("/lamps")
async def lamps(request: ShopRequest) -> Response[str]:
    kind = request.query_params.get("kind", "")
    kinds = sorted({each.kind for each in LAMPS})
    chosen = [each for each in LAMPS if kind in ("", each.kind)]
    return _shop(request).page(request, "lamps", lamps=chosen, kinds=kinds, kind=kind)


@get("/lamps/{slug:str}")
async def lamp(request: ShopRequest, slug: FromPath[str]) -> Response[str]:
    found = BY_SLUG.get(slug)
    if found is None:
        return _shop(request).page(request, "problem", status=404, what="There is no such lamp.")
    return _shop(request).page(request, "lamp", lamp=found, item=wire_item(found, 1))


@post("/cart")
async def add(request: ShopRequest) -> Redirect:
    """Put one lamp into the cart. What cannot be bought changes nothing."""
    slug = str((await request.form()).get("slug", ""))
    lines = _cart(request)
    found = BY_SLUG.get(slug)
    if found is not None and found.in_stock:
        lines[slug] = min(lines.get(slug, 0) + 1, MAX_QUANTITY)
    return _see("/cart?" + urlencode({"added": slug}) if slug in lines else "/cart", lines)


@get("/cart")
async def cart(request: ShopRequest) -> Response[str]:
    added = BY_SLUG.get(request.query_params.get("added", ""))
    item = wire_item(added, 1) if added is not None else None
    return _shop(request).page(request, "cart", **_totals(_cart(request), "standard"), item=item)


@post("/cart/change")
async def change(request: ShopRequest) -> Redirect:
    form = await request.form()
    lines = _cart(request)
    slug, quantity = str(form.get("slug", "")), str(form.get("quantity", ""))
    if slug in lines and quantity.isascii() and quantity.isdigit():
        lines[slug] = min(int(quantity[:3]), MAX_QUANTITY)
    return _see("/cart", lines)


@get("/checkout")
async def checkout(request: ShopRequest) -> Response[str]:
    token = secrets.token_urlsafe(12)
    return _shop(request).page(request, "checkout", **_totals(_cart(request), "standard"), token=token)


@post("/checkout")
async def buy(request: ShopRequest) -> Redirect:
    """Make the order and show it. A second click on the same form shows the same order."""
    form = await request.form()
    delivery = str(form.get("delivery", "standard"))
    lines = _cart(request)
    if not lines:
        return _see("/cart", lines)
    built = _shop(request)
    order = built.orders.add(
        token=str(form.get("token", ""))[:64] or secrets.token_urlsafe(12),
        at_ms=built.now_ms(),
        lines=lines,
        delivery=delivery if delivery in SHIPPING_MINOR else "standard",
        visitor=request.cookies.get(COOKIE, ""),
        user_agent=request.headers.get("user-agent", "")[:500],
    )
    await built.tell_first(order)
    return _see(f"/thank-you/{order.id}", {})


@get("/thank-you/{order_id:str}")
async def thank_you(request: ShopRequest, order_id: FromPath[str]) -> Response[str]:
    built = _shop(request)
    order = built.orders.find(order_id)
    if order is None:
        return built.page(request, "problem", status=404, what="There is no such order.")
    value = decimal(order.value_minor)
    image = {"e": "purchase", "o": order.id, "eid": f"purchase:{order.id}", "val": value, "cur": "EUR"}
    return built.page(
        request,
        "thank_you",
        order=order,
        **_totals(order.lines, order.delivery),
        image=f"{built.settings.image_url}?{urlencode(image)}",
        fate_url=built.settings.fate_url.replace("{order}", order.id),
    )


@get("/account")
async def account(request: ShopRequest) -> Response[str]:
    """Who is signed in, told to the tag; `?left=1` right after signing out."""
    left = request.query_params.get("left") == "1"
    return _shop(request).page(request, "account", user=unquote(request.cookies.get(_NAME, "")), left=left)


@post("/account")
async def sign_in(request: ShopRequest) -> Redirect:
    """An empty name signs out."""
    name = str((await request.form()).get("name", "")).strip()[:40]
    cookie = Cookie(key=_NAME, value=quote(name), httponly=True, max_age=None if name else 0)
    return Redirect("/account" if name else "/account?left=1", status_code=303, cookies=[cookie])


@get("/adblock")
async def adblock(request: ShopRequest) -> Response[str] | Redirect:
    """Explain the switch, or with `?blocked=1` or `0` turn it."""
    wanted = request.query_params.get("blocked")
    if wanted is None:
        return _shop(request).page(request, "adblock")
    cookie = Cookie(key=_BLOCKED, value="1" if wanted == "1" else "0", httponly=True)
    return Redirect("/adblock", status_code=303, cookies=[cookie])


@get("/shop.css")
async def style(request: ShopRequest) -> Response[str]:
    css = (Path(__file__).parent / "pages" / "shop.css").read_text(encoding="utf-8")
    return Response(css, media_type=MediaType.CSS, headers={"cache-control": "max-age=300"})


def _problem(request: ShopRequest, error: HTTPException) -> Response[str]:
    what = "This page does not exist." if error.status_code in (404, 405) else "The shop did not understand that."
    return _shop(request).page(request, "problem", status=error.status_code, what=what)


def _shop(request: ShopRequest) -> Shop:
    built: Shop = request.app.state.shop
    return built


def _is_blocked(request: ShopRequest) -> bool:
    return request.cookies.get(_BLOCKED) == "1"


def _cart(request: ShopRequest) -> dict[str, int]:
    """Slug to quantity, from the cookie; what is not for sale in it is ignored."""
    lines = {}
    for part in request.cookies.get(_CART, "").split("."):
        slug, _, quantity = part.partition("-")
        if slug in BY_SLUG and quantity.isascii() and quantity.isdigit():
            lines[slug] = min(int(quantity[:3]), MAX_QUANTITY)
    return {slug: quantity for slug, quantity in lines.items() if quantity}


def _see(path: str, lines: dict[str, int]) -> Redirect:
    value = ".".join(f"{slug}-{quantity}" for slug, quantity in lines.items() if quantity)
    cookie = Cookie(key=_CART, value=value, httponly=True, max_age=None if value else 0)
    return Redirect(path, status_code=303, cookies=[cookie])


def _totals(lines: dict[str, int], delivery: str) -> dict[str, Any]:
    """What a page shows of a cart or an order."""
    goods = sum(BY_SLUG[slug].price_minor * quantity for slug, quantity in lines.items())
    return {
        "lines": [(BY_SLUG[slug], quantity) for slug, quantity in lines.items()],
        "goods_minor": goods,
        "delivery_minor": SHIPPING_MINOR[delivery],
        "value": number(goods + SHIPPING_MINOR[delivery]),
        "total_minor": goods + SHIPPING_MINOR[delivery],
        "items": [wire_item(BY_SLUG[slug], quantity) for slug, quantity in lines.items()],
    }
