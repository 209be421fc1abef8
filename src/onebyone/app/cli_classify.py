"""`classify`: the verdict on one request, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from onebyone.app import options
from onebyone.app.mail_verdict import mail_verdict
from onebyone.app.printing import print_json
from onebyone.app.settings import ConfigError
from onebyone.app.verdicts import open_judge
from onebyone.collect.desk import now_ms
from onebyone.consent.addresses import network_of
from onebyone.event import Event, Hit, Via, event_uuid, hit_uuid, utc
from onebyone.pipeline.judge import INFERRED, Judge
from onebyone.pipeline.step import Context
from onebyone.state.sites import Site
from onebyone.web import words
from onebyone.wire import FACTS

_SITE = Site(id="", name="", prefix="", origins=())


@click.command()
@click.option("--ua", required=True, help="The request's User-Agent.")
@click.option("--header", "headers", multiple=True, metavar="NAME: VALUE", help="Another header; may be repeated.")
@click.option("--ip", default="", help="Client's address; its network is looked up.")
@click.option("--via", type=click.Choice(["image", "tag", "server", "import"]), default="image", show_default=True)
@click.option("--url", default="", help="The page's address: what a browser must send depends on https.")
@click.option("--webdriver", is_flag=True, help="The page's script says that a program drives the browser.")
@click.option("--fact", "facts", multiple=True, type=click.Choice(FACTS), help="What else the script noticed.")
@click.option("--as", "kind", type=click.Choice(["web", "open", "click"]), default="web", show_default=True)
@click.option("--after", "after_s", type=click.FloatRange(min=0), help="Seconds since an e-mail was handed over.")
@click.option("--method", default="GET", show_default=True, help="Of the fetch of an e-mail's image or link.")
@options.data
@options.as_json
def classify(
    ua: str,
    headers: tuple[str, ...],
    ip: str,
    data: Path,
    as_json: bool,
    kind: str,
    after_s: float | None,
    method: str,
    **more: Any,
) -> None:
    """Tell a person from a machine: actor, class, confidence and the rules that decided, of a web hit, or of the open
    or a click of an e-mail (by itself: bursts are only known among others).

    The rules and network lists of the data directory are used where there is one. Headers are only missed where at
    least one was given: a string alone says nothing about them.
    """
    pairs = [header.partition(":") for header in headers]
    if any(not colon for _, colon, _ in pairs):
        raise ConfigError("--header is written like 'Sec-Purpose: prefetch'.")
    network = network_of(ip) if ip else ""
    if ip and not network:
        raise ConfigError(f"--ip: {ip} is no address.")
    said = {name.strip().lower(): value.strip() for name, _, value in pairs}
    judge = open_judge(data if data.is_dir() else None)
    if kind == "web":
        event, context = _one(ua, said, network, **more)
        agent = judge.agent(ua)
        verdict = judge.decide(agent, judge.signs(event, context, agent))
    else:
        verdict = mail_verdict(judge, ua, said, network, click=kind == "click", method=method.upper(), after_s=after_s)
    if as_json:
        shown = {"actor": verdict.actor, "class": verdict.label, "confidence": verdict.confidence}
        print_json(shown | {"reasons": list(verdict.reasons)})
        return
    click.echo(f"{verdict.actor}, {verdict.label}, {verdict.confidence} % sure")
    points = {rule.id: rule.points for rule in judge.rules.soft}
    for reason in verdict.reasons:
        worth = f"{points[reason]:+d}" if reason in points else ""
        click.echo(f"  {reason:24} {worth:>4} {words.of_rule(reason)}")
    if any(reason in points for reason in verdict.reasons):
        at = f"from {judge.rules.suspect_at} unclear, from {judge.rules.machine_at} a machine"
        click.echo(f"  {'points':24} {verdict.points:+4d} {at}")
    _say_around(judge, network, verdict.agent)


def _say_around(judge: Judge, network: str, name: str) -> None:
    if name and name != INFERRED:
        click.echo(f"  it calls itself {name}")
    if network:
        lists = sorted(judge.networks.find(network).touched)
        click.echo(f"  network {network}: {', '.join(lists) or 'in no list'}")
    click.echo(f"  ruleset {judge.ruleset}")


def _one(
    ua: str, headers: dict[str, str], network: str, *, via: str, url: str, webdriver: bool, facts: tuple[str, ...]
) -> tuple[Event, Context]:
    at_ms = now_ms()
    at, hit_id = utc(at_ms), bytes(16)
    if headers:
        scheme = {"x-forwarded-proto": "https"} if url.startswith("https:") else {}
        headers = {"user-agent": ua} | scheme | headers
    hit = Hit(id=hit_id, received_ms=at_ms, via=via, site="", method="GET", path="", query="", headers=headers)
    event = Event(
        site="", day=at.date(), at=at, received_at=at, id=event_uuid("", "page_view", ""), hit=hit_uuid(hit_id),
        name="page_view", via=via,
    )  # fmt: skip
    url = url or headers.get("referer", "")
    context = Context(
        hit=hit, site=_SITE, headers=headers if via in (Via.IMAGE, Via.TAG) else {}, user_agent=ua, address=network,
        url=url, referrer="", webdriver=webdriver, facts=facts,
    )  # fmt: skip
    return event, context


COMMANDS = (classify,)
