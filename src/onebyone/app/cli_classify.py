"""`classify`: the verdict on one request, and why."""

from __future__ import annotations

import click

from onebyone.app import options
from onebyone.app.printing import print_json
from onebyone.app.settings import ConfigError
from onebyone.pipeline.classifier import Classifier


@click.command()
@click.option("--ua", required=True, help="The request's User-Agent.")
@click.option("--header", "headers", multiple=True, metavar="NAME: VALUE", help="Another header; may be repeated.")
@options.as_json
def classify(ua: str, headers: tuple[str, ...], as_json: bool) -> None:
    """Tell a person from a machine: actor, class, confidence and the rules that decided, of a web hit."""
    pairs = [header.partition(":") for header in headers]
    if any(not colon for _, colon, _ in pairs):
        raise ConfigError("--header is written like 'Sec-Purpose: prefetch'.")
    said = {name.strip().lower(): value.strip() for name, _, value in pairs}
    verdict = Classifier().classify(ua, said)
    if as_json:
        shown = {"actor": verdict.actor, "class": verdict.label, "confidence": verdict.confidence}
        print_json(shown | {"reasons": list(verdict.reasons)})
        return
    click.echo(f"{verdict.actor}, {verdict.label}, {verdict.confidence} % sure")
    for reason in verdict.reasons:
        click.echo(f"  {reason}")


COMMANDS = (classify,)
