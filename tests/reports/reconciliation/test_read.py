"""Exports of the platforms, with the traps each of them sets."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.reports.attribution.rules import last
from onebyone.reports.reconciliation.claims import Import, NeedsMapping
from onebyone.reports.reconciliation.compare import Asked, Kept, compare
from onebyone.reports.reconciliation.platforms import read_platforms
from onebyone.reports.reconciliation.read import Told, read_export
from onebyone.reports.reconciliation.sheet import BadExport
from onebyone.reports.reconciliation.values import decimal_mark, number, read_id

EXPORTS = Path(__file__).parents[2] / "golden" / "exports"
PLATFORMS = read_platforms()
UNKNOWN = {
    "first": "Datum",
    "campaign": "Kampagne",
    "spend": "Kosten",
    "conversions": "Bestellungen",
    "value": "Umsatz",
}
PLAIN = "Campaign name,Campaign ID,By Day,Ad group name,Purchases,Purchase value\n"


def read(body: bytes, told: Told = Told()) -> Import | NeedsMapping:  # noqa: B008
    return read_export(body, PLATFORMS, zone="Europe/Berlin", currency="EUR", told=told)


def imported(body: str | bytes, told: Told = Told()) -> Import:  # noqa: B008
    found = read(body.encode() if isinstance(body, str) else body, told)
    assert isinstance(found, Import)
    return found


@pytest.mark.parametrize("file", sorted(EXPORTS.glob("*.csv")), ids=lambda file: file.stem)
def test_each_export_becomes_the_claims_beside_it(file: Path) -> None:
    told = Told(platform="herbstnetz", columns=UNKNOWN) if file.stem == "unknown" else Told()
    text = msgspec.json.format(msgspec.json.encode(imported(file.read_bytes(), told)), indent=1)
    golden = file.with_suffix(".json")
    if os.environ.get("GOLDEN") == "write":
        golden.write_bytes(text + b"\n")
    assert text == golden.read_bytes().rstrip()


def test_every_platform_has_an_export_as_an_example() -> None:
    assert PLATFORMS.keys() <= {imported(file.read_bytes()).platform for file in EXPORTS.glob("[!u]*.csv")}


def test_an_unknown_header_asks_for_a_mapping_and_shows_the_first_rows() -> None:
    found = read((EXPORTS / "unknown.csv").read_bytes())
    assert isinstance(found, NeedsMapping)
    assert found.header[0] == "Datum" and found.rows[0][1] == "Herbst" and "platform" in found.missing


def test_a_header_of_two_platforms_is_not_guessed() -> None:
    body = "Campaign name,Campaign ID,Impressions,Clicks,Conversions\nA,1,2,3,4\n"
    assert isinstance(read(body.encode()), NeedsMapping)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (b"PK\x03\x04rest", "workbook"),
        (PLAIN.encode() + "Café,1,2026-11-01,,1,2\n".encode("latin-1"), "Line 2 is no UTF-8"),
        (b"a,b\n\x00\x01,c\n", "no text has"),
        (PLAIN.encode(), "no rows"),
        ((PLAIN + "A,1,2026-13-45,,1,2\n").encode(), "Line 2"),
        ((PLAIN + "A,1,2026-11-01,,many,2\n").encode(), "no number"),
        ((PLAIN + "A,1,2026-11-01,,-4,2\n").encode(), "below nothing"),
        ((PLAIN + "A,1,9026-11-01,,4,2\n").encode(), "year was misread"),
        ((PLAIN + "A,1,13/11/2026,,1,2\nA,1,11/14/2026,,1,2\n").encode(), "others with the month"),
        (b"only\none column\n", "three columns"),
        (
            PLAIN.replace("By Day", "Start date,End date").encode() + b"A,1,2026-11-30,2026-11-01,,1,2\n",
            "before it begins",
        ),
        (b'a,b,c\n"' + b"x" * 200_000 + b'",1,2\n', "no table"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(body: bytes, says: str) -> None:
    with pytest.raises(BadExport, match=says):
        read(body)


def test_ids_eaten_by_a_spreadsheet_are_left_out_and_the_row_is_kept() -> None:
    found = imported(PLAIN + "A,1.79E+15,2026-11-01,,3,2\nB,179000000000010000,2026-11-01,,4,2\n")
    assert [one.campaign_id for one in found.claims] == ["", ""]
    assert [one.conversions for one in found.claims] == [3000, 4000]
    assert any("2 ids were damaged" in note for note in found.notes)


def test_days_first_can_be_said_and_is_noted_where_nothing_proves_it() -> None:
    body = PLAIN + "A,1,03/11/2026,,3,2\n"
    guessed, told = imported(body), imported(body, Told(day_order="dmy"))
    assert (guessed.claims[0].first, told.claims[0].first) == (date(2026, 3, 11), date(2026, 11, 3))
    assert any("month/day/year" in note for note in guessed.notes) and not any("month/day" in n for n in told.notes)


def test_ten_thousand_campaigns_are_read() -> None:
    rows = "".join(f"Campaign {n},{n + 1},2026-11-01,,1,2.00\n" for n in range(10_000))
    assert len(imported(PLAIN + rows).claims) == 10_000


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1,178"], "1178"), (["1.234,56"], "1234.56"), (["1 020,50"], "1020.50"), (["1\u202f020,50"], "1020.50"),
        (["$1,178.00"], "1178.00"), (["<0.01"], "0.01"), (["1.178", "3,5"], "1178"), (["12,345,678"], "12345678"),
        (["1'020.50"], "1020.50"), (["€ 4,00"], "4.00"), (["3.88%"], "3.88"),
    ],
)  # fmt: skip
def test_numbers_are_read_in_the_way_of_their_file(cells: list[str], expected: str) -> None:
    assert str(number(cells[0], decimal_mark(cells, ","))) == expected


def test_a_dash_is_no_number_and_not_nought() -> None:
    assert number("--", ".") is None and number(" ", ".") is None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("'00123", ("00123", False)), ('="120253181000110147"', ("120253181000110147", False)), ("12.0", ("12", False)),
     ("1,20253E+17", ("", True)), ("--", ("", False))],
)  # fmt: skip
def test_ids_are_read_as_they_were_meant(cell: str, expected: tuple[str, bool]) -> None:
    assert read_id(cell) == expected


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        read(body)
    except BadExport as error:
        assert str(error)


@given(st.text(max_size=300))
def test_any_text_behind_a_header_is_read_or_refused(text: str) -> None:
    try:
        read((PLAIN + text).encode("utf-8", "replace"))
    except BadExport as error:
        assert str(error)


TRAPS = [  # of specs/measurement.md 6.1: the file that sets it, and what must come of it
    ("UTF-8 with a mark", "meta_daily", b"\xef\xbb\xbf", ""),
    ("UTF-16 with tabs", "linkedin", b"\xff\xfe", ""),
    ("a title and a period above the header", "google_ads", "Campaign report", ""),
    ("a period above the header is that of rows without a day", "google_ads_no_day", "November 1, 2026", "2026-11-30"),
    ("a leading row of sums without a campaign", "meta_goals", "2026-11-30,,", "1 total row was left out"),
    ("a last row of sums", "google_ads", "Total: Account", "2 total rows were left out"),
    ("a campaign called Total", "google_ads", "Total Wine", '"Total Wine"'),
    ("text below the table", "microsoft_day", "All rights reserved", "2 total rows"),
    ("commas between thousands", "meta_goals", '"51,000"', "51000"),
    ("points between thousands", "meta_spanish", "1.234,56", "123456"),
    ("spaces between thousands", "microsoft_day", "1 010,50", "101050"),
    ("thin spaces between thousands", "meta_german", "51\u202f205", "51205"),
    ("less than a number", "meta_daily", "<0.01", "less than another"),
    ("nothing at all", "microsoft_day", "--", '"conversions": 0,'),
    ("days of the form month/day/year", "linkedin", "11/30/2026", "2026-11-30"),
    ("a currency in the header", "meta_ads", "Amount spent (USD)", '"USD"'),
    ("a currency beside the money", "linkedin", "$1,178.00", "117800"),
    ("an id that a spreadsheet ate", "tiktok_goal", "1.79E+15", "1 id was damaged"),
    ("goals of several kinds in one column", "meta_goals", "fb_pixel_lead", "fb_pixel_lead"),
    ("a row for the whole period", "tiktok_period", "Start date,End date", "2026-11-30"),
    ("a header in French", "meta_french", "Début des rapports", '"conversions": 12000'),
    ("a header in Spanish", "meta_spanish", "Inicio del informe", '"conversions": 7000'),
    ("a header in German", "meta_german", "Beginn des Berichtszeitraums", '"conversions": 3000'),
    ("parts of a conversion", "google_ads", "2.33", '"conversions": 2330'),
    ("dated by the click", "google_ads", "Conversions", '"date_basis": "click"'),
    ("dated by the conversion, in a column of its own", "google_ads_by_time", "(by conv. time)", '"conversion"'),
    ("days of UTC", "linkedin_ads", "(in UTC)", '"zone": "UTC"'),
    ("a campaign group is a campaign, a campaign an ad group", "linkedin_ads", "Campaign Group Name", '"Autumn DACH"'),
    ("conversions of the goal beside those that count", "tiktok_period", ",310,", '"conversions": 33000'),
    ("conversions of the goal alone", "tiktok_goal", "Conversions", "need not be an order"),
    ("a column that nobody keeps", "linkedin", "Leads", '"conversions": 5000'),
    ("a zone in words", "microsoft_day", "(GMT-08:00) Pacific Time", "which is no zone's name"),
]


@pytest.mark.parametrize(("trap", "file", "set_by", "told"), TRAPS, ids=lambda value: str(value)[:40])
def test_every_trap_is_set_by_a_file_and_told_in_what_is_read(
    trap: str, file: str, set_by: str | bytes, told: str
) -> None:
    body = (EXPORTS / f"{file}.csv").read_bytes()
    held = body if isinstance(set_by, bytes) else body.decode("utf-16" if body[:2] == b"\xff\xfe" else "utf-8")
    assert set_by in held, trap  # type: ignore[operator]
    assert told in (EXPORTS / f"{file}.json").read_text("utf-8"), trap


@pytest.mark.parametrize(
    ("setting", "days"),
    [
        ("7-day click, 1-day view, or 1-day engaged-view", 7), ("1-day click", 1), ("1-day view, 28-day click", 28),
        ("7 jours après un clic", 7), ("1 Tag nach Klick", 1), ("Clic de 7 días o visualización de 1 día", 7),
        ("1-day view", 7), ("", 7),
    ],
)  # fmt: skip
def test_a_window_is_the_one_after_a_click_in_whatever_language(setting: str, days: int) -> None:
    body = "Reporting starts,Reporting ends,Campaign name,Purchases,Attribution setting\n"
    body += f'2026-11-01,2026-11-30,Autumn,3,"{setting}"\n'
    asked = Asked(site_zone="UTC", rule=last, today=date(2027, 3, 1))
    kept = [Kept(1, claim) for claim in imported(body).claims]
    assert compare(kept, [], PLATFORMS, asked).platforms[0].window_days == days


def test_rows_of_other_goals_and_of_several_windows_are_told() -> None:
    asked = Asked(site_zone="UTC", rule=last, today=date(2027, 3, 1))
    kept = [Kept(1, claim) for claim in imported((EXPORTS / "meta_goals.csv").read_bytes()).claims]
    (found,) = compare(kept, [], PLATFORMS, asked).platforms
    assert found.ladder.theirs.orders == 14 and any("2 rows of goals other than orders" in one for one in found.notes)
    mixed = [Kept(1, msgspec.structs.replace(one.claim, event="purchase")) for one in kept]
    (found,) = compare(mixed, [], PLATFORMS, asked).platforms
    assert any("several attribution windows; that of the newest, 1 day," in one for one in found.notes)
