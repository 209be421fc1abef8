"""What the tests know of a product that was started."""

from __future__ import annotations

from msgspec import Struct


class Product(Struct, frozen=True):
    """What `onebyone demo --json` prints once it is ready."""

    collector: str
    console: str
    shop: str
    login: str
    site: str
    prefix: str
    key: str
    data: str = ""
