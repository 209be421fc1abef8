"""What the fictional lamp shop sells: the demo shop shows it, the simulated people buy it."""

from __future__ import annotations

from msgspec import Struct


class Lamp(Struct, frozen=True):
    slug: str
    name: str
    kind: str  # pendant, table, floor, wall: what the drawing shows
    colour: str
    price_minor: int
    line: str
    in_stock: bool = True

    @property
    def price(self) -> str:
        return decimal(self.price_minor)


LAMPS = (
    Lamp("fjord", "Fjord", "pendant", "#2f5d62", 12900, "A wide shade of spun steel over the kitchen table."),
    Lamp("skog", "Skog", "floor", "#4c6b3c", 24900, "A slim ash pole that bends its light to the armchair."),
    Lamp("havn", "Havn", "table", "#b4552d", 8900, "A harbour lantern that found its way indoors."),
    Lamp("vinter", "Vinter", "pendant", "#8aa3b5", 15900, "Opal glass, as quiet as a morning with snow."),
    Lamp("lille", "Lille", "table", "#c99a2e", 4900, "The small one for the shelf, with a dimmer in its foot."),
    Lamp("strand", "Strand", "wall", "#c9a27c", 7900, "Linen and oak, for the wall beside the bed."),
    Lamp("nord", "Nord", "floor", "#2b2f38", 32900, "A tripod with a drum shade that lights the whole room."),
    Lamp("glimt", "Glimt", "wall", "#7a4e6d", 5900, "A disc of light, and its shadow around it."),
    Lamp("tind", "Tind", "table", "#5b6a9a", 11900, "A cone on a cone: the peak and its reflection."),
    Lamp(
        "aurora",
        "Aurora",
        "pendant",
        "#3d8f7d",
        44900,
        "Seven folded bands in green. The next ones come in spring.",
        False,
    ),
)

BY_SLUG = {lamp.slug: lamp for lamp in LAMPS}
SHIPPING_MINOR = {"standard": 490, "pickup": 0}


def decimal(minor: int) -> str:
    """Minor units as the decimal text of the wire: 12900 is "129.00"."""
    return f"{minor // 100}.{minor % 100:02d}"


def number(minor: int) -> float:
    """Minor units as a number of the wire. JSON writes the shortest text, so no cent is lost."""
    return minor / 100


def wire_item(lamp: Lamp, quantity: int) -> dict[str, object]:
    """One line of an order in GA4's item schema."""
    return {
        "item_id": lamp.slug,
        "item_name": lamp.name,
        "item_category": lamp.kind,
        "price": number(lamp.price_minor),
        "quantity": quantity,
    }
