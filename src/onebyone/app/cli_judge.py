"""`judge`: the truth of simulated households beside what was measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec

from onebyone.app import options
from onebyone.app.asking import choose_site, reports_of
from onebyone.app.printing import print_json, print_rows
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import open_state
from onebyone.reports import Runs
from onebyone.simulate.known import Known, judge_all

_MOST_VIEWS = 2_000_000
_MONEY = ("counted", "cancelled", "gross_minor", "refunded_minor", "net_minor")
_REACH = timedelta(days=400)


@click.command("judge")
@click.argument("file", type=click.Path(path_type=Path))
@options.site
@options.data
@options.as_json
@click.pass_context
def judge_command(context: click.Context, file: Path, site: str | None, data: Path, as_json: bool) -> None:
    """Compare FILE, the truth that `simulate --households` wrote, with what this site measured.

    Conversions and money must be equal. Of persons it says how many pairs of page views that were said to be of one
    person are (precision), and how many that could be known to be were found (recall). Exit code 1 if it differs.
    """
    place = open_place(data)
    chosen = choose_site(open_state(place).sites, site)
    try:
        known = Known.read(file)
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(f"cannot read {file}: {error}.") from error
    with reports_of(place) as reports:
        verdicts = judge_all(known, *measure(reports, chosen.id, chosen.currency))
    rows = [
        {"what": each.what, "truth": each.truth, "measured": each.measured, "": "ok" if each.ok else "DIFFERS"}
        for each in verdicts
    ]
    if as_json:
        print_json(rows)
    else:
        print_rows(["what", "truth", "measured", ""], rows, empty="")
    context.exit(0 if all(each.ok for each in verdicts) else 1)


def measure(reports: Runs, site: str, currency: str) -> tuple[dict[str, int], dict[str, int]]:
    """The figures of the site, and the person of each page view."""
    now = datetime.now(UTC)
    common: dict[str, Any] = {"site": site, "from": now - _REACH, "to": now + timedelta(days=1), "traffic": "people"}
    totals = reports.run("totals", currency=currency, **common).dicts()[0]
    kinds = reports.run("conversion_totals", **common).dicts()
    deals = {row["name"]: row for row in kinds if row["currency"] in ("", currency)}
    none = dict.fromkeys(_MONEY, 0)
    persons = reports.run("view_persons", limit=_MOST_VIEWS, **common).dicts()
    figures = {name: int(totals[name]) for name in ("views", "revenue_minor")}
    figures |= {name: int(deals.get("purchase", none)[name]) for name in _MONEY}
    figures["leads"] = int(deals.get("generate_lead", none)["counted"])
    return figures, {row["sent_id"]: int(row["person"]) for row in persons if row["person"] != "0"}


COMMANDS = (judge_command,)
