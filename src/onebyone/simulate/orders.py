"""The demo shop's orders, in a file of their own: a restart neither forgets one nor gives its number twice."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from onebyone.simulate.goods import BY_SLUG, SHIPPING_MINOR, number, wire_item

FIRST_NUMBER = 1001


class Order(Struct, frozen=True, kw_only=True):
    id: str
    token: str  # of the checkout form: a second click on "buy" finds the same order
    at_ms: int
    lines: dict[str, int]  # slug -> quantity
    delivery: str
    visitor: str = ""  # the collector's cookie, if the browser sent one
    user_agent: str = ""
    reported: bool = False  # the collector has accepted the server's event

    @property
    def shipping_minor(self) -> int:
        return SHIPPING_MINOR[self.delivery]

    @property
    def value_minor(self) -> int:
        return self.shipping_minor + sum(BY_SLUG[slug].price_minor * n for slug, n in self.lines.items())

    def wire_order(self) -> dict[str, object]:
        """The order as both the page and the server report it."""
        return {
            "id": self.id,
            "value": number(self.value_minor),
            "currency": "EUR",
            "shipping": number(self.shipping_minor),
            "items": [wire_item(BY_SLUG[slug], n) for slug, n in self.lines.items()],
        }


class Orders:
    """All of them, in order. Not for two processes at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._orders: dict[str, Order] = {}
        if path.exists():
            for line in path.read_bytes().splitlines():
                order = msgspec.json.decode(line, type=Order)
                self._orders[order.id] = order

    def find(self, order_id: str) -> Order | None:
        return self._orders.get(order_id)

    def unreported(self) -> list[Order]:
        return [order for order in self._orders.values() if not order.reported]

    def add(
        self, *, token: str, at_ms: int, lines: dict[str, int], delivery: str, visitor: str, user_agent: str
    ) -> Order:
        """A new order, or the one that this form has already made."""
        for order in self._orders.values():
            if order.token == token:
                return order
        order = Order(
            id=f"NL-{FIRST_NUMBER + len(self._orders)}",
            token=token,
            at_ms=at_ms,
            lines=lines,
            delivery=delivery,
            visitor=visitor,
            user_agent=user_agent,
        )
        self._keep(order)
        return order

    def mark_reported(self, order_id: str) -> None:
        self._keep(msgspec.structs.replace(self._orders[order_id], reported=True))

    def _keep(self, order: Order) -> None:
        """The last line of an id is the one that counts."""
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(order) + b"\n")
        self._orders[order.id] = order
