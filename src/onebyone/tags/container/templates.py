"""The tag templates: NAME.json says what one needs, src/templates/NAME.js does it. A new pair needs no other edit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

_PLACE = Path(__file__).parents[1] / "templates"


class Template(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: str
    vendor: str = ""  # what `kill` stops at once; "" has none
    required: tuple[str, ...] = ()  # of the settings
    optional: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()  # permissions that it needs if the tag names none
    scripts: tuple[str, ...] = ()  # what its own script's address begins with
    csp: dict[str, tuple[str, ...]] = {}  # directive without "-src" -> sources


@cache
def templates() -> Mapping[str, Template]:
    """By name."""
    return {path.stem: msgspec.json.decode(path.read_bytes(), type=Template) for path in sorted(_PLACE.glob("*.json"))}
