"""The month's pages as the script's modules tell of them: time and scroll, web vitals, errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from onebyone.store import Param

HOST = "nordlight.example"
_P75 = {"lcp": 2310.0, "inp": 224.0, "cls": 0.04, "fcp": 1502.0, "ttfb": 812.0}
_SHARES = {"lcp": (80, 6), "inp": (71, 9), "cls": (93, 2), "fcp": (84, 5), "ttfb": (74, 8)}  # good and poor, per cent
_DEVICES = {"": (38_410, 1.0), "phone": (23_120, 1.2), "desktop": (14_020, 0.7), "tablet": (1_270, 0.9)}


def _vital(measure: str, device: str) -> dict[str, Any]:
    measured, slower = _DEVICES[device]
    good, poor = (measured * share // 100 for share in _SHARES[measure])
    p75 = round(_P75[measure] * slower, 4)
    return {"measure": measure, "device": device, "measured": measured, "p75": p75, "good": good, "poor": poor}


def _vital_page(path: str, device: str, loads: int, slower: float) -> dict[str, Any]:
    row: dict[str, Any] = {"host": HOST, "path": path, "device": device, "loads": loads}
    for measure, value in _P75.items():
        row[f"{measure}_p75"] = round(value * slower, 4) if loads > 20 else None
    for measure in ("lcp", "inp", "cls"):
        good, poor = (loads * share // 100 for share in _SHARES[measure])
        row |= {f"{measure}_loads": loads, f"{measure}_good": good, f"{measure}_poor": poor}
    return row


def _engaged(path: str, views: int, seconds: int, depth: int) -> dict[str, Any]:
    measured = views * 9 // 10
    return {
        "host": HOST, "path": path, "views": views, "measured": measured, "engaged_ms": measured * seconds * 1400,
        "median_ms": seconds * 1000, "scroll_measured": measured, "median_scroll": depth,
        "to_end": measured * depth // 200,
    }  # fmt: skip


def _fault(kind: str, description: str, source: str, line: str, seen: int, pages: int) -> dict[str, Any]:
    return {
        "kind": kind, "description": description, "source": source, "line": line, "seen": seen,
        "visitors": seen * 3 // 4, "pages": pages, "page": f"{HOST}/warenkorb", "browsers": ["Safari", "Chrome"],
        "first_at": "2026-10-21T07:12:00.000Z", "last_at": "2026-11-12T12:58:00.000Z",
    }  # fmt: skip


def _faulty(path: str, seen: int, different: int, views: int) -> dict[str, Any]:
    return {
        "host": HOST, "path": path, "seen": seen, "different": different, "visitors": seen * 3 // 4, "views": views,
        "first_at": "2026-10-21T07:12:00.000Z", "last_at": "2026-11-12T12:58:00.000Z",
    }  # fmt: skip


ANSWERS: Mapping[str, Callable[[Mapping[str, Param]], list[dict[str, Any]]]] = {
    "engagement": lambda _: [
        _engaged("/leuchten/halo-pendant", 20_120, 48, 71),
        _engaged("/", 40_110, 9, 38),
        _engaged("/warenkorb", 5_120, 33, 90),
        {**_engaged("/impressum", 40, 1, 0), "measured": 0, "scroll_measured": 0},
    ],
    "vitals": lambda _: [_vital(measure, device) for measure in _P75 for device in _DEVICES],
    "vital_pages": lambda _: [
        _vital_page("/leuchten/halo-pendant", "phone", 9_120, 1.9),
        _vital_page("/", "phone", 8_010, 1.1),
        _vital_page("/", "desktop", 6_020, 0.7),
        _vital_page("/impressum", "", 12, 1.0),
    ],
    "errors": lambda _: [
        _fault("script", "TypeError: undefined is not an object (evaluating 'cart.items.length')",
               "https://nordlight.example/assets/cart.min.js", "1", 412, 3),
        _fault("resource", "IMG", "https://nordlight.example/bilder/halo-alt.jpg", "", 96, 1),
        _fault("promise", "NetworkError when attempting to fetch resource.", "", "", 21, 5),
    ],
    "error_pages": lambda _: [_faulty("/warenkorb", 405, 2, 5_120), _faulty("/", 124, 3, 40_110)],
}  # fmt: skip
