"""`consent verify`, `records` and `receipt`: what people chose, and the proof of it."""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from onebyone.app import options
from onebyone.app.asking import choose_site
from onebyone.app.cli_consent import consent
from onebyone.app.consent_heads import read_heads
from onebyone.app.printing import print_json, print_rows
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import open_state
from onebyone.collect.desk import now_ms
from onebyone.state.consent_records import Entry

_COLUMNS = ("seq", "at", "record", "state", "granted", "region", "source", "button", "page")


@consent.command("verify")
@click.option(
    "--heads",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of noted heads to compare with. [default: the one in the data directory]",
)
@options.data
@options.as_json
@click.pass_context
def verify(context: click.Context, heads: Path | None, data: Path, as_json: bool) -> None:
    """Walk the chain of consent records of each site: whether any was changed, moved, removed or cut off.

    Exit code 1 if so.
    """
    place = open_place(data)
    records = open_state(place).records
    noted = read_heads(heads or place.consent_heads)
    sites = sorted({*records.sites(), *(head.site for head in noted)})
    faults = [fault for site in sites for fault in records.verify(site, noted, now_ms=now_ms())]
    if as_json:
        print_json({"sites": len(sites), "faults": faults})
    else:
        for fault in faults:
            click.echo(f"{fault.site}  entry {fault.seq}: {fault.what}")
        click.echo(f"{len(sites)} chains, {len(faults)} faults")
    context.exit(1 if faults else 0)


@consent.command("records")
@click.option("--person", help="Of one person: the consent id in the browser's cookie ob_i.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@options.limit(100)
@options.site
@options.data
@options.as_json
def records(person: str | None, as_csv: bool, limit: int, site: str | None, data: Path, as_json: bool) -> None:
    """Consent records, newest first; with --json whole, else their outlines."""
    state = open_state(open_place(data))
    chosen = choose_site(state.sites, site).id
    held = state.records
    found = held.history(chosen, "consent", person)[::-1][:limit] if person else held.latest(chosen, limit=limit)
    if as_json:
        print_json([entry.read() | {"seq": entry.seq, "entry_hash": entry.hash.hex()} for entry in found])
        return
    rows = [outline(entry) for entry in found]
    if as_csv:
        writer = csv.DictWriter(sys.stdout, _COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    else:
        print_rows(_COLUMNS, rows, empty="No consent records yet.")


@consent.command("receipt")
@click.argument("record")
@options.data
def receipt(record: str, data: Path) -> None:
    """The signed receipt of a record (JWS, Ed25519), with the key to check it."""
    state = open_state(open_place(data))
    entry = state.records.find(record)
    if entry is None:
        raise ConfigError(f"no consent record is called {record!r}.")
    print_json({"receipt": state.receipts.sign(entry), "key": state.receipts.key})


def outline(entry: Entry) -> dict[str, Any]:
    """One line of a record."""
    body = entry.read()
    purposes = body.get("processing", {}).get("purposes", [])
    granted = [purpose["name"] for purpose in purposes if purpose["state"] == "given"]
    moment = datetime.fromtimestamp(entry.at_ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "seq": entry.seq,
        "at": moment,
        "record": entry.record,
        "state": body.get("events", [{}])[-1].get("state", ""),
        "granted": " ".join(granted),
        **{name: body.get(name, "") for name in ("region", "source", "button", "page")},
    }


COMMANDS = (consent,)  # with those of `cli_consent`
