"""`serve`: the platform with all of its processes."""

from __future__ import annotations

from pathlib import Path

import click

from onebyone.app import options
from onebyone.app.printing import print_json
from onebyone.app.running import check_unserved
from onebyone.app.serving import Ports, Serving, run_until_stopped
from onebyone.app.settings import open_place, read_settings
from onebyone.telemetry import set_up_logging


@click.command()
@options.data
@options.port
@options.console_port
@options.workers
@options.as_json
def serve(data: Path, port: int | None, console_port: int | None, workers: int, as_json: bool) -> None:
    """Run the platform: collector, pipeline, store, console. Prints a login link.

    Listens on 127.0.0.1; put a proxy with TLS in front (see the README), and name its address in onebyone.toml.
    """
    set_up_logging("serve", level="warning")
    place = open_place(data)
    check_unserved(place)  # before its ports are found taken
    settings = read_settings(place)
    serving = Serving(place, settings, Ports.of(settings, port, console_port), workers=workers)
    with serving:
        link = serving.login_link()
        if as_json:
            print_json({"collector": serving.collector_url, "console": serving.console_url, "login": link})
        else:
            click.echo(f"Collector  {serving.collector_url}\nConsole    {link}\n")
            click.echo("The link signs you in once; set a password there. Stop with Ctrl-C.")
        run_until_stopped(serving)


COMMANDS = (serve,)
