"""Reading an export: from a sheet of cells to claims, with a note for all that was not plain."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from onebyone.money import CURRENCIES, minor_units
from onebyone.reports.reconciliation import values
from onebyone.reports.reconciliation.claims import Claim, Import, NeedsMapping
from onebyone.reports.reconciliation.columns import Columns, recognise, told_columns
from onebyone.reports.reconciliation.platforms import Basis, Platform
from onebyone.reports.reconciliation.sheet import BadExport, Sheet, currency_of, plain, read_sheet

_NUMBERS = (
    "spend", "impressions", "clicks", "conversions", "results", "conversions_by_time", "value", "value_by_time",
    "click_through", "view_through", "modelled",
)  # fmt: skip
_PERIOD = re.compile(r"^\D*?(\S.*?\d{4}|\d{4}-\d\d-\d\d)\s*(?:-|–|to|until)\s+(.*\d{4}|\d{4}-\d\d-\d\d)\W*$")
_TOTAL = re.compile(r"total\s*(?::|of \d|$)", re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_SHOWN_ROWS = 5


class Told(Struct, frozen=True, kw_only=True):
    """What the importer says about a file; whatever is not said is found, or guessed with a note."""

    platform: str = ""
    columns: Mapping[str, str] = {}  # field -> header
    zone: str = ""
    currency: str = ""
    day_order: values.DayOrder | None = None
    date_basis: Basis | None = None
    first: date | None = None  # of a file without dates
    last: date | None = None


class _Reader(Struct, frozen=True, kw_only=True):
    sheet: Sheet
    platform: Platform
    columns: Columns
    told: Told
    mark: values.Mark
    order: values.DayOrder
    zone: str
    currency: str
    period: tuple[date, date] | None
    basis: Basis
    conversions: str  # the column they are read from


def read_export(
    body: bytes,
    platforms: Mapping[str, Platform],
    *,
    zone: str,
    currency: str,
    told: Told = Told(),  # noqa: B008 (it is frozen)
    saved: Mapping[str, Mapping[str, str]] = {},
) -> Import | NeedsMapping:
    """`zone` and `currency` are the site's; `saved` are mappings by the header they were made for. Raises BadExport."""
    known = {name for one in platforms.values() for names in one.columns.values() for name in names}
    sheet = read_sheet(body, lambda cell: int(cell in known))
    remembered = dict(saved.get(header_key(sheet.header), {}))
    chosen = told.platform or remembered.pop("platform", "")
    mapping = remembered | dict(told.columns)
    likely = [chosen] if chosen else recognise(sheet.header, platforms)
    if chosen and chosen not in platforms and not mapping:
        raise BadExport(f"There is no platform {chosen!r}. Platforms: {', '.join(platforms)}.")
    platform = platforms.get(likely[0]) if len(likely) == 1 else None
    if platform is None and chosen:
        platform = _other(chosen)
    columns = told_columns(sheet.header, mapping, platform)
    if platform is None or columns.missing:
        guess = {field: sheet.header[place] for field, place in columns.places.items()}
        rows = [row for _, row in sheet.lines[:_SHOWN_ROWS]]
        name = platform.name if platform else ""
        missing = columns.missing if platform else ["platform", *columns.missing]
        return NeedsMapping(header=sheet.header, rows=rows, guess=guess, platform=name, missing=missing)
    return _read(sheet, platform, columns, told, zone, currency)


def header_key(header: Sequence[str]) -> str:
    return "\x1f".join(plain(cell) for cell in header)


def _other(name: str) -> Platform:
    """A platform that we know nothing of: its name is the source of its visits."""
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise BadExport("A platform's name is 1 to 32 small letters, digits and _.")
    return Platform(
        name=name, title=name, as_of=date(2026, 11, 26), preset="default", date_basis="conversion",
        views_included=False, zone="", destinations=(), sources=(name,), only_here=(), columns={},
    )  # fmt: skip


def _read(sheet: Sheet, platform: Platform, columns: Columns, told: Told, zone: str, currency: str) -> Import:
    notes: list[str] = []
    reader = _reader(sheet, platform, columns, told, zone, currency, notes)
    damaged: list[int] = []
    totals = below = 0
    claims: list[Claim] = []
    for line, row in sheet.lines:
        if _is_total(row, columns):
            totals += 1
            continue
        below += any(values.is_below(columns.cell(row, field)) for field in _NUMBERS)
        claims.append(_claim(reader, line, row, damaged))
    if not claims:
        raise BadExport("The file has a header but no rows. Choose a period with data and export again.")
    if totals:
        notes.append(f"{_many(totals, 'total row was', 'total rows were')} left out.")
    if below:
        notes.append(
            f"{_many(below, 'row holds', 'rows hold')} a number given only as less than another; that was read."
        )
    if damaged:
        unique = list(dict.fromkeys(damaged))
        lines = ", ".join(str(line) for line in unique[:5]) + (" …" if len(unique) > 5 else "")
        notes.append(
            f"{_many(len(damaged), 'id was', 'ids were')} damaged by a spreadsheet (line {lines}) and left out; the "
            "rows are kept and matched by name. Import the file as the platform gave it, never saved by a spreadsheet."
        )
    return Import(platform=platform.name, header=sheet.header, claims=_summed(claims), notes=notes)


def _many(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"


def _reader(
    sheet: Sheet, platform: Platform, columns: Columns, told: Told, zone: str, currency: str, notes: list[str]
) -> _Reader:
    cells = [columns.cell(row, field) for _, row in sheet.lines for field in _NUMBERS if field in columns]
    days = [
        columns.cell(row, field) for _, row in sheet.lines for field in ("day", "first", "last") if field in columns
    ]
    conversions, basis = _counted(columns, platform, told, notes)
    reader = _Reader(
        sheet=sheet,
        platform=platform,
        columns=columns,
        told=told,
        mark=values.decimal_mark(cells, sheet.separator),
        order=_order(days, told, notes),
        zone=_zone(sheet, columns, platform, told, zone, notes),
        currency=told.currency or _currency(sheet, columns) or currency,
        period=_period(sheet, told),
        basis=basis,
        conversions=conversions,
    )
    if reader.currency not in CURRENCIES:
        raise BadExport(f"{reader.currency!r} is no currency (ISO 4217).")
    if "currency" not in columns and not told.currency and not _currency(sheet, columns) and "value" in columns:
        notes.append(f"The file names no currency: {currency}, the site's, was taken.")
    if not {"day", "first"} & columns.places.keys() and reader.period is None:
        raise BadExport("The file has no date and no period. Add the day as a column, or say --from and --to.")
    return reader


def _counted(columns: Columns, platform: Platform, told: Told, notes: list[str]) -> tuple[str, Basis]:
    if "conversions" in columns:
        return "conversions", told.date_basis or platform.date_basis
    if "conversions_by_time" in columns:
        return "conversions_by_time", "conversion"
    notes.append(
        "Conversions follow each campaign's own goal here, which need not be an order. Export purchases as well."
    )
    return "results", told.date_basis or platform.date_basis


def _order(days: Sequence[str], told: Told, notes: list[str]) -> values.DayOrder:
    try:
        order, proved = values.day_order(days)
    except ValueError as error:
        raise BadExport(f"The dates cannot be read: {error}. A spreadsheet may have changed them.") from error
    if proved and told.day_order and told.day_order != order:
        raise BadExport("The dates are not in the order that was said: one of them has no such month.")
    if any(values.is_numeric_day(cell) for cell in days) and not proved and not told.day_order:
        notes.append(
            "Dates were read as month/day/year; nothing in the file proves it. If not so, say that days come first."
        )
    return told.day_order or order


def _zone(sheet: Sheet, columns: Columns, platform: Platform, told: Told, zone: str, notes: list[str]) -> str:
    place = columns.places.get("first")
    if told.zone:
        return told.zone
    if place is not None and "(in utc)" in plain(sheet.header[place]):
        return "UTC"
    if platform.zone:
        return platform.zone
    said = next((cell for row in sheet.preamble for cell in row if "time zone" in cell.lower()), "")
    what = f"The file says {said[:80]!r}, which is no zone's name" if said else "The file does not say its time zone"
    notes.append(f"{what}: {zone}, the site's, was taken. Say the ad account's if it differs.")
    return zone


def _currency(sheet: Sheet, columns: Columns) -> str:
    heads = (sheet.header[columns.places[field]] for field in ("value", "spend") if field in columns)
    return next((code for code in map(currency_of, heads) if code), "")


def _period(sheet: Sheet, told: Told) -> tuple[date, date] | None:
    """As told, or as a line above the header says: "1 November 2026 - 30 November 2026"."""
    if told.first and told.last:
        return _in_order(told.first, told.last, "The period")
    for row in sheet.preamble:
        found = _PERIOD.match(" ".join(cell for cell in row if cell).replace("Date range:", ""))
        if found:
            try:
                order, _ = values.day_order(found.groups())
                return _in_order(
                    values.day(found[1], order), values.day(found[2], order), "The period above the header"
                )
            except BadExport:
                raise
            except ValueError:
                continue
    return None


def _in_order(first: date, last: date, what: str) -> tuple[date, date]:
    if first > last:
        raise BadExport(f"{what} ends ({last}) before it begins ({first}). Export it again, or turn the dates round.")
    if not (first.year >= _FIRST_YEAR and last.year <= _LAST_YEAR):
        raise BadExport(f"{what} is {first} to {last}: a year was misread. Save dates as 2026-11-30.")
    return first, last


def _is_total(row: Sequence[str], columns: Columns) -> bool:
    """A row of the file's own sums, or of text below the table. A campaign may be called Total Wine."""
    named = columns.cell(row, "campaign") or columns.cell(row, "campaign_id")
    leads = next((cell for cell in row if cell), "")
    return not named or (bool(_TOTAL.match(leads)) and not columns.cell(row, "campaign_id").strip("-– "))


def _claim(reader: _Reader, line: int, row: Sequence[str], damaged: list[int]) -> Claim:
    def text(field: str) -> str:
        return reader.columns.cell(row, field)[:512]

    ids = {field: values.read_id(text(field)) for field in ("campaign_id", "ad_group_id", "ad_id")}
    damaged += [line] * sum(broken for _, broken in ids.values())
    numbers = {field: _number(reader, line, row, field) for field in _NUMBERS}
    code = text("currency").upper() if "currency" in reader.columns else reader.currency
    if code not in CURRENCIES:
        raise BadExport(f"Line {line}: {code!r} is no currency (ISO 4217).")
    first, last = _days(reader, line, row)
    value = numbers["value_by_time"] if reader.conversions == "conversions_by_time" else numbers["value"]
    return Claim(
        platform=reader.platform.name,
        account=text("account"),
        campaign=text("campaign"),
        campaign_id=ids["campaign_id"][0],
        ad_group=text("ad_group"),
        ad_group_id=ids["ad_group_id"][0],
        ad=text("ad"),
        ad_id=ids["ad_id"][0],
        first=first,
        last=last,
        date_basis=reader.basis,
        zone=reader.zone,
        currency=code,
        event=text("event") if reader.conversions == "results" else "",
        attribution_setting=text("attribution_setting"),
        spend=_minor(numbers["spend"], code, line),
        impressions=_whole(numbers["impressions"]),
        clicks=_whole(numbers["clicks"]),
        conversions=_thousandths(numbers[reader.conversions]),
        value=_minor(value, code, line),
        click_through=_thousandths(numbers["click_through"]),
        view_through=_thousandths(numbers["view_through"]),
        modelled=_thousandths(numbers["modelled"]),
    )


def _number(reader: _Reader, line: int, row: Sequence[str], field: str) -> Decimal | None:
    cell = reader.columns.cell(row, field)
    try:
        found = values.number(cell, reader.mark)
    except ValueError as error:
        head = reader.sheet.header[reader.columns.places[field]]
        raise BadExport(f"Line {line}, column {head}: {cell[:40]!r} is no number.") from error
    if found is not None and found < 0:
        raise BadExport(f"Line {line}: {cell[:40]!r} is below nothing. Platforms count from 0.")
    return found


def _days(reader: _Reader, line: int, row: Sequence[str]) -> tuple[date, date]:
    if not {"day", "first"} & reader.columns.places.keys() and reader.period:
        return reader.period
    one_day = reader.columns.cell(row, "day")  # beside the period of the whole file
    cells = [one_day, ""] if one_day else [reader.columns.cell(row, "first"), reader.columns.cell(row, "last")]
    try:
        first = values.day(cells[0], reader.order)
        last = values.day(cells[1], reader.order) if cells[1] else first
    except ValueError as error:
        raise BadExport(f"Line {line}: {error}. Dates can be 2026-11-30, 11/30/2026 or 30.11.2026.") from error
    return _in_order(first, last, f"Line {line}")


def _thousandths(value: Decimal | None) -> int | None:
    return None if value is None else round(value * 1000)


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else round(value)


def _minor(value: Decimal | None, currency: str, line: int) -> int | None:
    if value is None:
        return None
    found = minor_units(value, currency)
    if found is None:
        raise BadExport(f"Line {line}: {value} is no amount of {currency}.")
    return found


def _summed(claims: Sequence[Claim]) -> list[Claim]:
    """Rows on one thing and the same days are one claim: a file may be broken down by more than we keep."""
    found: dict[tuple[object, ...], Claim] = {}
    for one in claims:
        key = (*one.thing, one.first, one.last)
        found[key] = _plus(found[key], one) if key in found else one
    return list(found.values())


_SUMMED = ("spend", "impressions", "clicks", "conversions", "value", "click_through", "view_through", "modelled")


def _plus(one: Claim, other: Claim) -> Claim:
    from_both = {name: (getattr(one, name), getattr(other, name)) for name in _SUMMED}
    sums = {name: (a if b is None else b if a is None else a + b) for name, (a, b) in from_both.items()}
    fields = {name: getattr(one, name) for name in one.__struct_fields__} | sums
    return Claim(**fields)
