"""Windows: which touches may have part in a conversion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path as File
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

DAY_S = 86_400
PRESETS = File(__file__).with_name("presets.json")

Kind = Literal["click", "visit", "view"]
Seconds = Annotated[int, Meta(ge=0)]
Moment = Annotated[datetime, Meta(tz=True)]


class Touch(Struct, frozen=True):
    at: Moment
    channel: str
    kind: Kind


class Window(Struct, frozen=True):
    """How long before a conversion a touch still counts, both ends included."""

    click_s: Seconds = 30 * DAY_S  # of visits too
    view_s: Seconds | None = DAY_S  # None: views never count
    views_only_if_no_click: bool = True
    reset_on_conversion: bool = False


class Preset(Struct, frozen=True, forbid_unknown_fields=True):
    """What a platform does, as of a day."""

    name: str
    as_of: date
    click_days: Seconds
    view_days: Seconds | None
    about: str

    def window(self) -> Window:
        return Window(self.click_days * DAY_S, None if self.view_days is None else self.view_days * DAY_S)


def read_presets() -> dict[str, Preset]:
    return {one.name: one for one in msgspec.json.decode(PRESETS.read_bytes(), type=list[Preset])}


def eligible(touches: Sequence[Touch], at: datetime, window: Window, *, after: datetime | None = None) -> list[int]:
    """Numbers of the touches that count for a conversion, by time and, at the same instant, in the order given.

    A touch at the instant of the conversion counts; one at the instant `after`, the previous conversion's, does not.
    """
    inside = [number for number, touch in enumerate(touches) if _inside(touch, at, window, after)]
    if window.views_only_if_no_click:
        inside = [number for number in inside if touches[number].kind != "view"] or inside
    return sorted(inside, key=lambda number: touches[number].at)


def _inside(touch: Touch, at: datetime, window: Window, after: datetime | None) -> bool:
    reach_s = window.view_s if touch.kind == "view" else window.click_s
    if reach_s is None or (window.reset_on_conversion and after is not None and touch.at <= after):
        return False
    return 0 <= (at - touch.at).total_seconds() <= reach_s
