"""The measures of Web vitals and their thresholds, and how a value is written."""

from __future__ import annotations

from msgspec import Struct

from onebyone.web import numbers


class Measure(Struct, frozen=True):
    key: str
    name: str
    long_name: str
    good_until: float
    poor_from: float


MEASURES = (
    Measure("lcp", "LCP", "Largest part seen", 2500, 4000),
    Measure("inp", "INP", "A click answered", 200, 500),
    Measure("cls", "CLS", "What moved", 0.1, 0.25),
    Measure("fcp", "FCP", "First part seen", 1800, 3000),
    Measure("ttfb", "TTFB", "First byte", 800, 1800),
)
CORE = MEASURES[:3]
_DEVICES = {"": "All devices", "phone": "Phone", "tablet": "Tablet", "desktop": "Desktop"}


def written(measure: Measure, value: float | None) -> str:
    """2.95 s, 180 ms; CLS has no unit."""
    if value is None:
        return numbers.NONE
    if measure.key == "cls":
        return f"{value:.2f}"
    return f"{value / 1000:.2f} s" if value >= 1000 else f"{value:.0f} ms"


def device_name(name: str) -> str:
    return _DEVICES.get(name) or name.capitalize()
