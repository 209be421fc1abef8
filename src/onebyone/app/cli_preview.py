"""`preview`: what a platform would be sent for an event."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec.structs import FieldInfo, fields, replace

from onebyone.app import options
from onebyone.app.given import choose_destination, is_table, read_given
from onebyone.app.printing import print_json
from onebyone.app.settings import ConfigError
from onebyone.destinations.conversion import Conversion, conversion_of
from onebyone.destinations.destination import Built, Destination, Request, build, missing, settings_of
from onebyone.event import Drop, Permission
from onebyone.pipeline.decode.ids import usable_id
from onebyone.pipeline.decode.names import canonical_name
from onebyone.wire import SentEvent, read_event, time_ms

MAX_BYTES = 1_048_576
MAX_MS = 253_402_300_799_999  # the year 9999


@click.command()
@click.argument("destination")
@click.argument("file", metavar="EVENT.json", type=click.Path(path_type=Path))
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="A setting, or one entry: NAME.KEY=VALUE.")
@click.option("--now", metavar="TIME", help="Moment of sending, milliseconds or RFC 3339. [default: now]")
@options.as_json
def preview(destination: str, file: Path, given: tuple[str, ...], now: str | None, as_json: bool) -> None:
    """The exact request that DESTINATION would be sent for one event, its secrets masked.

    Reads one event as your server would send it. Settings that are not given show as their names, PIXEL_ID. Built as if
    the person had permitted it; permissions that the event does not carry are listed beside.
    """
    chosen = choose_destination(destination)
    now_ms = _moment(now)
    sent = _read(file)
    conversion = conversion_of(sent, now_ms=now_ms, own_id="EVENT_ID", as_if_permitted=True)
    lacking = missing(chosen, conversion)
    permitted = replace(conversion, consent=conversion.consent | dict.fromkeys(chosen.needs, True))
    built = build(chosen, [permitted], _settings(chosen, conversion, given), now_ms=now_ms)
    if as_json:
        print_json(_document(built, lacking))
    else:
        _print(chosen, built, lacking)


def _moment(said: str | None) -> int:
    if said is None:
        return time.time_ns() // 1_000_000
    now_ms = time_ms(said)
    if now_ms is None or not 0 <= now_ms <= MAX_MS:
        raise ConfigError("--now: write milliseconds, or a time with its zone such as 2026-11-24T10:00:00Z.")
    return now_ms


def _read(file: Path) -> SentEvent:
    try:
        with file.open("rb") as opened:
            text = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}.") from error
    if len(text) > MAX_BYTES:
        raise ConfigError(f"{file}: larger than {MAX_BYTES} bytes; one event is meant.")
    found = read_event(text)
    if isinstance(found, Drop):
        raise ConfigError(f"{file}: {found.reason}: {found.detail}.")
    return _as_decoded(found)


def _as_decoded(sent: SentEvent) -> SentEvent:
    """Name and ids as the pipeline would take them."""
    ids = {name: usable_id(getattr(sent, name)) for name in ("id", "event_id", "user_id")}
    order = None if sent.order is None else replace(sent.order, id=usable_id(sent.order.id))
    return replace(sent, name=canonical_name(sent.name), order=order, **ids)


def _settings(destination: Destination[Any], conversion: Conversion, given: tuple[str, ...]) -> Any:
    """Those given, and for the others that it cannot do without an obvious placeholder."""
    known = {field.name: field for field in fields(destination.settings)}
    said = read_given(destination, given)
    for name, one_field in known.items():
        if one_field.required and name not in said:
            said[name] = _placeholder(destination, one_field, conversion)
    try:
        return settings_of(destination, said)
    except msgspec.ValidationError as error:
        raise ConfigError(f"--set: {error}.") from error


def _placeholder(destination: Destination[Any], field: FieldInfo, conversion: Conversion) -> Any:
    name = field.name.upper()
    return {conversion.name: name.removesuffix("S")} if is_table(destination, field.name) else name


def _document(built: Built, lacking: tuple[Permission, ...]) -> dict[str, Any]:
    return {
        "requests": [_shown(request) for request in built.requests],
        "refused": [{"id": one.id, "reason": one.reason} for one in built.refused],
        "missing": list(lacking),
    }


def _shown(request: Request) -> dict[str, Any]:
    url, headers = request.masked()
    return {"method": request.method, "url": url, "headers": headers, "body": msgspec.Raw(request.body)}


def _print(destination: Destination[Any], built: Built, lacking: tuple[Permission, ...]) -> None:
    for request in built.requests:
        url, headers = request.masked()
        click.echo(f"{request.method} {url}")
        for name, value in headers.items():
            click.echo(f"{name}: {value}")
        click.echo("\n" + msgspec.json.format(request.body, indent=2).decode() + "\n")
    for one in built.refused:
        click.echo(f"Not sent to {destination.title}: {one.reason}.")
    if lacking:
        click.echo(f"Would wait for permissions that this event does not carry: {', '.join(lacking)}.")


COMMANDS = (preview,)
