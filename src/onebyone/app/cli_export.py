"""`export`: raw events and the rows of reports as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec

from onebyone.app import options
from onebyone.app.asking import choose_site, instants, midnight, reports_of
from onebyone.app.day_files import FORMATS, DayFiles, encoded, written_whole
from onebyone.app.report_params import params_of
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import open_state
from onebyone.reports import Runs, Tables
from onebyone.reports.catalogue import TRAFFIC
from onebyone.reports.filters import Condition, FilterUnreadable, read_written
from onebyone.state.sites import Site
from onebyone.store import Param, Rows
from onebyone.web.attribution_question import credit_rows
from onebyone.web.credit_table import KINDS
from onebyone.web.definitions import FILES, MOST_ROWS

_EVENTS = "events"
_MORE = (  # reports that are no file of the console, and name nobody
    "consent_countries", "consent_days", "consent_sources", "consent_totals", "conversion_parts", "conversion_sums",
    "conversion_totals", "copies", "credits_by_rule", "deliveries", "delivery_gain", "experiment", "funnel",
    "funnel_split", "loss", "mail_messages", "mail_orders", "overview_hours", "power", "property_paths",
    "retention", "revenue_days", "revenue_revisions", "seen_by", "totals",
)  # fmt: skip
NAMING = frozenset({"people", "conversion_records"})  # reports that tell one person from another
RENAMED = {"paths": "attribution/paths"}  # the console calls another file so: `property_paths` here
_CREDIT = "attribution"  # every model's, side by side: no one report
EXPORTED = {**FILES, **{name: name for name in _MORE}, "attribution/paths": "paths", "paths": "paths"}
_ASKED = "asked.json"  # in the directory: what its events are of


@click.command()
@click.argument("what", type=click.Choice([_EVENTS, _CREDIT, *EXPORTED]), default=_EVENTS)
@click.option("--to-dir", "directory", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True)
@options.site
@options.first
@options.last
@click.option("--traffic", type=click.Choice(TRAFFIC), default="people", show_default=True, help="Whose.")
@click.option("--where", "filters", multiple=True, help="A filter as in the console: channel=Email. May be repeated.")
@options.given
@click.option("--personal", is_flag=True, help="Also what tells one person from another.")
@click.option("--again", is_flag=True, help="Of events: write also the days that are there already.")
@options.data
def export(
    what: str,
    directory: Path,
    form: str,
    site: str | None,
    first: Any,
    last: Any,
    traffic: str,
    filters: tuple[str, ...],
    given: tuple[str, ...],
    personal: bool,
    again: bool,
    data: Path,
) -> None:
    """Raw events, a file for each day, or the rows of a report as one file: CSV, JSON lines or Parquet.

    A day that was written after its copies had settled (72 hours) is not written again, so a run that was cut goes on
    where it was. Each file appears whole or not at all, readable by its owner alone. What consent did not allow was
    never kept, and what was erased is gone from the store: files that you wrote before are yours to delete. Browsers,
    user ids and identifiers need --personal. The audit trail says what was exported.

    "attribution" has what the console's page has: a row for each channel and model, unattributed orders on their own.
    --set by=campaign shares by campaigns, by=source by sources; --set event=sign_up credits another conversion.
    """
    if what in RENAMED:
        click.echo(f"{what} is called {RENAMED[what]} now, and will be no export by its old name.", err=True)
        what = RENAMED[what]
    place = open_place(data)
    state = open_state(place)
    chosen = choose_site(state.sites, site)
    zone = ZoneInfo(chosen.zone)
    start, end = instants(chosen, options.day_of(first), options.day_of(last))
    days = start.astimezone(zone).date(), (end - timedelta(seconds=1)).astimezone(zone).date()
    asked: dict[str, Param] = {"site": chosen.id, "traffic": traffic}
    if filters:
        asked["filters"] = [str(one) for one in _read(filters)]
    if given and what == _EVENTS:
        raise ConfigError("--set is of reports; events take --where and --personal.")
    if EXPORTED.get(what) in NAMING and not personal:
        raise ConfigError(f"{what} tell one person from another: say --personal.")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if what == _EVENTS:
            asked["personal"] = int(personal)
            _check_same(directory, asked, again=again)
        with reports_of(place) as reports:
            noted = f"{what} of {days[0]} to {days[1]} as {form}{', personal' if personal else ''}"
            state.users.note("command line", chosen.id, "exported", noted)
            if what == _EVENTS:
                _write_events(
                    DayFiles(
                        reports=reports,
                        directory=directory,
                        form=form,
                        common=asked,
                        midnight=lambda day: midnight(day, zone),
                        again=again,
                    ),
                    *days,
                )
            else:
                asked |= {"zone": chosen.zone, "currency": chosen.currency, "from": start, "to": end}
                asked |= params_of(EXPORTED.get(what, "paths"), given)
                file = directory / f"{what.replace('/', '-')}-{days[0]}-{days[1]}.{form}"
                if what == _CREDIT:
                    _write_credit(reports, chosen, file, asked)
                else:
                    _write_rows(reports, EXPORTED[what], file, {"limit": MOST_ROWS} | asked)
    except OSError as error:
        raise ConfigError(f"cannot write into {directory}: {error.strerror}.") from error


def _write_events(files: DayFiles, first: date, last: date) -> None:
    for day in files.write(first, last):
        names = ", ".join(file.name for file in day.files)
        click.echo(f"{day.day}  {names}  {day.size:,} bytes{'' if day.fresh else ', there already'}")


def _write_rows(reports: Runs, report: str, file: Path, params: Mapping[str, Param]) -> None:
    if file.suffix == ".parquet":
        _write(file, reports.parquet(report, **params))
    else:
        _write(file, encoded(reports.run(report, **params), file.suffix[1:], head=True))


def _write_credit(reports: Tables, site: Site, file: Path, asked: Mapping[str, Param]) -> None:
    """Raises ConfigError for what the site does not count: nobody has credit for it."""
    if asked["event"] not in site.conversions:
        counts = ", ".join(site.conversions)
        raise ConfigError(f"--set event: {asked['event']} does not count on this site. Declared are {counts}.")
    rows = credit_rows(reports, {name: value for name, value in asked.items() if name != "limit"})
    if file.suffix == ".parquet":
        _write(file, reports.table(KINDS, rows))
    else:
        told = Rows(columns=list(KINDS), rows=[[row[name] for name in KINDS] for row in rows])
        _write(file, encoded(told, file.suffix[1:], head=True))


def _write(file: Path, body: bytes) -> None:
    with written_whole(file) as whole:
        whole.write(body)
    click.echo(f"{file.name}  {file.stat().st_size:,} bytes")


def _check_same(directory: Path, asked: Mapping[str, Param], *, again: bool) -> None:
    """Days that are there already must have been asked for in the same way. Raises ConfigError."""
    file, told = directory / _ASKED, msgspec.json.encode(asked, order="sorted")
    if file.exists() and file.read_bytes() != told and not again:
        raise ConfigError(
            f"{directory} holds another export, of {file.read_text(encoding='utf-8')}. Choose another directory, or "
            "write over it with --again."
        )
    with written_whole(file) as body:
        body.write(told)


def _read(filters: Sequence[str]) -> Sequence[Condition]:
    """Raises ConfigError."""
    try:
        return read_written(filters)
    except FilterUnreadable as error:
        raise ConfigError(f"--where: {error}") from error


COMMANDS = (export,)
