"""Claims: what a platform says happened, a row for each of its rows."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from onebyone.reports.reconciliation.platforms import Basis

Level = Literal["campaign", "ad_group", "ad"]


class Claim(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """None is what the platform does not say. Conversions are thousandths: some platforms share one among campaigns."""

    platform: str
    account: str = ""
    campaign: str = ""
    campaign_id: str = ""
    ad_group: str = ""
    ad_group_id: str = ""
    ad: str = ""
    ad_id: str = ""
    first: date
    last: date
    date_basis: Basis
    zone: str
    currency: str
    event: str = ""  # the platform's goal, where the file mixes several
    attribution_setting: str = ""
    spend: int | None = None  # minor units
    impressions: int | None = None
    clicks: int | None = None
    conversions: int | None = None  # thousandths
    value: int | None = None  # minor units
    click_through: int | None = None  # thousandths
    view_through: int | None = None  # thousandths
    modelled: int | None = None  # thousandths
    period: tuple[date, date] | None = None  # of its file, where that is longer: days without a row are days of nothing

    @property
    def covers(self) -> tuple[date, date]:
        return self.period or (self.first, self.last)

    @property
    def level(self) -> Level:
        if self.ad or self.ad_id:
            return "ad"
        return "ad_group" if self.ad_group or self.ad_group_id else "campaign"

    @property
    def thing(self) -> tuple[str, ...]:
        """What the row is about, the period aside: claims on one thing and the same days replace each other."""
        names = (self.campaign_id or self.campaign, self.ad_group_id or self.ad_group, self.ad_id or self.ad)
        return (self.platform, self.account, self.level, *names, self.event)


class Import(Struct, frozen=True, kw_only=True):
    """A file, read. `notes` are sentences on what was left out, guessed or damaged."""

    platform: str
    header: list[str]
    claims: list[Claim]
    notes: list[str]


class NeedsMapping(Struct, frozen=True, kw_only=True):
    """A file whose columns nobody knows yet: somebody must say which is which."""

    header: list[str]
    rows: list[list[str]]  # the first few
    guess: dict[str, str]  # field -> header
    platform: str  # the likeliest, or ""
    missing: list[str]  # what no column was found for
