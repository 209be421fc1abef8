"""The form that imports an export: what somebody chose, checked."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from litestar.datastructures import FormMultiDict, UploadFile
from msgspec import Struct

from onebyone.reports.reconciliation.platforms import FIELDS
from onebyone.reports.reconciliation.read import Told
from onebyone.reports.reconciliation.sheet import BadExport

DATES = {"": "As the file shows", "mdy": "Month first (11/03)", "dmy": "Day first (03/11)"}
BASES = {
    "": "As the platform usually does",
    "click": "By the day of the click",
    "conversion": "By the day of order",
}
FIELD_NAMES = {
    "day": "Day", "first": "First day", "last": "Last day", "account": "Account", "campaign": "Campaign",
    "campaign_id": "Campaign id", "ad_group": "Ad group", "ad_group_id": "Ad group id", "ad": "Ad", "ad_id": "Ad id",
    "currency": "Currency", "spend": "Spend", "impressions": "Impressions", "clicks": "Clicks",
    "conversions": "Orders", "value": "Value of orders", "view_through": "Orders after a view",
}  # fmt: skip


class ExportForm(Struct, frozen=True, kw_only=True):
    """As typed."""

    platform: str = ""
    zone: str = ""
    currency: str = ""
    dates: str = ""
    basis: str = ""
    columns: dict[str, str] = {}


def typed(form: FormMultiDict) -> ExportForm:
    def text(name: str) -> str:
        value = form.get(name, "")
        return value.strip()[:200] if isinstance(value, str) else ""

    columns = {field: text(f"col.{field}") for field in FIELDS}
    return ExportForm(
        platform=text("platform").lower(),
        zone=text("zone"),
        currency=text("currency").upper(),
        dates=text("dates"),
        basis=text("basis"),
        columns={field: name for field, name in columns.items() if name},
    )


def told(form: ExportForm) -> Told:
    """Raises BadExport, which says what to change."""
    if form.zone:
        try:
            ZoneInfo(form.zone)
        except (ValueError, OSError, KeyError) as error:
            raise BadExport(f"“{form.zone}” is no time zone. Say one like Europe/Berlin.") from error
    if form.dates not in DATES or form.basis not in BASES:
        raise BadExport("Choose the dates and the day of an order from the lists.")
    return Told(
        platform=form.platform,
        columns=form.columns,
        zone=form.zone,
        currency=form.currency,
        day_order="mdy" if form.dates == "mdy" else "dmy" if form.dates == "dmy" else None,
        date_basis="click" if form.basis == "click" else "conversion" if form.basis == "conversion" else None,
    )


def uploaded(form: FormMultiDict) -> tuple[str, bytes] | None:
    """Name and body of the chosen file."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    file.file.seek(0)
    return file.filename.replace("\\", "/").rsplit("/", 1)[-1], file.file.read()


def choices(header: list[str], guess: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Field, its words, and the column it is taken from so far."""
    return [(field, words, guess.get(field, "")) for field, words in FIELD_NAMES.items()]
