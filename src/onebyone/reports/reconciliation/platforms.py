"""Platforms: what their exports call things and how they count. Data with a day, not code."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

PLATFORMS = Path(__file__).with_name("platforms.json")
FIELDS = (
    "day", "first", "last", "account", "campaign", "campaign_id", "ad_group", "ad_group_id", "ad", "ad_id", "currency",
    "spend", "impressions", "clicks", "conversions", "results", "conversions_by_time", "value", "value_by_time",
    "click_through", "view_through", "modelled", "attribution_setting", "event",
)  # fmt: skip

Basis = Literal["click", "conversion"]


class Platform(Struct, frozen=True, forbid_unknown_fields=True):
    """`columns` are the headers of each field in lower case, without a currency; `only_here` tell it from others."""

    name: str
    title: str
    as_of: date
    preset: str  # of attribution windows
    date_basis: Basis  # of its conversions, unless a column says otherwise
    views_included: bool  # whether its conversions hold those after a view alone
    zone: str  # "" where the account has one
    destinations: tuple[str, ...]  # of ours that send to it
    sources: tuple[str, ...]  # of paid visits it sends
    only_here: tuple[str, ...]
    columns: dict[str, tuple[str, ...]]


def read_platforms() -> dict[str, Platform]:
    return {one.name: one for one in msgspec.json.decode(PLATFORMS.read_bytes(), type=list[Platform])}
