"""`onebyone email`: messages with an open image and tracked links, from the command line."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from msgspec.structs import replace

from onebyone.app import options
from onebyone.app.asking import choose_site
from onebyone.app.printing import print_json
from onebyone.app.running import collector_url
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import open_state
from onebyone.collect.desk import now_ms
from onebyone.mail.eml import InstrumentedMail, instrument_bytes, instrument_mail
from onebyone.mail.instrument import Addresses
from onebyone.mail.senders import SENDERS
from onebyone.mail.targets import host_of, read_target
from onebyone.state.mail import Mode, NewRecipient
from onebyone.state.sites import MailRules
from onebyone.web import mailing

_MAX_BYTES = 64 << 20


@click.group()
def email() -> None:
    """E-mails: put the open image and tracked links into a message, change the signing key."""


@email.command("instrument")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="What reports call the message. [default: the file's name]")
@click.option("--campaign", default="", help="Campaign it belongs to; links get it as utm_campaign.")
@click.option("--sender", type=click.Choice(sorted(SENDERS)), help="Write a template with this sender's variables.")
@click.option("--recipient", help="Write it for one recipient, by your own id of that person (no e-mail address).")
@click.option("--position", type=click.Choice(["bottom", "top"]), default="bottom", help="Where the image stands.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="[default: standard output]")
@options.site
@options.data
@options.as_json
def instrument_file(
    file: Path,
    name: str | None,
    campaign: str,
    sender: str | None,
    recipient: str | None,
    position: str,
    out: Path | None,
    site: str | None,
    data: Path,
    as_json: bool,
) -> None:
    """Rewrite FILE (.html, or .eml for a whole message), and remember where its links lead.

    With --sender it becomes a template: the API gives each recipient's variables. With --recipient it is that
    person's own. Text, plain-text parts and every other byte stay; what was left alone is told on standard error.
    """
    if (sender is None) == (recipient is None):
        raise ConfigError("say either --sender, for a template, or --recipient, for one person's message.")
    raw = file.read_bytes()
    if len(raw) > _MAX_BYTES:
        raise ConfigError(f"{file} is larger than 64 MiB: no mail program shows that.")
    place = open_place(data)
    state = open_state(place)
    chosen = choose_site(state.sites, site)
    base = f"{collector_url(place)}/{chosen.prefix}"
    letter = mailing.Letter(
        name=name or file.stem, campaign=campaign, position="top" if position == "top" else "bottom"
    )
    now = now_ms()
    message = mailing.new_message(chosen, letter, now_ms=now)
    ring = mailing.ring_of(state.mail, now_ms=now)
    if sender is not None:
        addresses, headers = mailing.template_addresses(base, message, sender), mailing.template_headers(base, sender)
    else:
        check_ref(recipient or "")
        person = NewRecipient(ref=recipient or "", mode=Mode.FULL, sent_ms=now)
        (one,) = state.mail.add_recipients(message, [person], now_ms=now)
        addresses = mailing.recipient_addresses(base, message, one, ring)
        headers = mailing.headers_for(base, message, one, ring)
    done = _instrument(raw, file, addresses, headers, letter)
    state.mail.add_message(replace(message, links=tuple(link.target for link in done.links)))
    if out is None and not as_json:
        click.echo(done.raw, nl=False)
    elif out is not None:
        out.write_bytes(done.raw)
    _tell(done, message.id, headers, as_json=as_json)


def check_ref(ref: str) -> None:
    """Raises ConfigError."""
    if not ref or len(ref) > 255 or "@" in ref:
        raise ConfigError("--recipient is your own id of a person, at most 255 characters, and no e-mail address.")


def _instrument(
    raw: bytes, file: Path, addresses: Addresses, headers: list[tuple[str, str]], letter: mailing.Letter
) -> InstrumentedMail:
    if file.suffix.lower() == ".eml":
        return instrument_mail(raw, addresses, headers=headers, position=letter.position)
    changed, done = instrument_bytes(raw, addresses, position=letter.position)
    return InstrumentedMail(raw=changed, links=done.links, left=done.left, image=done.image, flags=done.flags)


def _tell(done: InstrumentedMail, message: str, headers: list[tuple[str, str]], *, as_json: bool) -> None:
    if as_json:
        links = [link.target for link in done.links]
        left = [{"offset": one.offset, "why": one.why} for one in done.left]
        shown = {"message": message, "links": links, "left": left, "image": done.image, "flags": list(done.flags)}
        print_json(shown | {"headers": dict(headers)})
        return
    click.echo(f"message {message}: {len(done.links)} links, image {done.image}", err=True)
    for one in done.left:
        click.echo(f"  left alone at {one.offset}: {one.why}", err=True)
    for flag in done.flags:
        click.echo(f"  {flag}", err=True)
    for name, value in headers:
        click.echo(f"  {name}: {value}", err=True)


@email.command("rotate-key")
@options.data
def rotate_key(data: Path) -> None:
    """Sign with a new key from now on. Messages that are out stay valid for 400 days."""
    number = open_state(open_place(data)).mail.rotate(now_ms=now_ms())
    click.echo(f"key {number} signs from now on")


@email.command("rules")
@click.option(
    "--open-min", type=click.FloatRange(0, 3600), help="Seconds; an open sooner after sending is a machine's."
)
@click.option("--open-soft", type=click.FloatRange(0, 3600), help="Seconds; an open sooner than this is unclear.")
@click.option("--host", "hosts", multiple=True, help="Links may lead to it and below it alone; may be repeated.")
@click.option("--any-host", is_flag=True, help="Links may lead anywhere again.")
@click.option("--trap/--no-trap", default=None, help="A link in each message that no person sees.")
@options.site
@options.data
@options.as_json
def rules(
    open_min: float | None,
    open_soft: float | None,
    hosts: tuple[str, ...],
    any_host: bool,
    trap: bool | None,
    site: str | None,
    data: Path,
    as_json: bool,
) -> None:
    """Show how a site's e-mails are measured, and change what is given."""
    state = open_state(open_place(data))
    chosen = choose_site(state.sites, site)
    known = chosen.mail
    changed = MailRules(
        open_min_seconds=known.open_min_seconds if open_min is None else open_min,
        open_soft_seconds=known.open_soft_seconds if open_soft is None else open_soft,
        hosts=() if any_host else tuple(_host(host) for host in hosts) or known.hosts,
        trap=known.trap if trap is None else trap,
    )
    if changed.open_soft_seconds < changed.open_min_seconds:
        raise ConfigError("--open-soft is not below --open-min.")
    if changed != known:
        state.sites.change(replace(chosen, mail=changed))
    shown = msgspec.structs.asdict(changed)
    if as_json:
        print_json(shown)
        return
    for name, value in shown.items():
        click.echo(f"{name.replace('_', ' '):20} {', '.join(value) if isinstance(value, tuple) else value}")


def _host(text: str) -> str:
    """Raises ConfigError."""
    target = read_target(f"https://{text}/")
    if target is None or host_of(target) != target.removeprefix("https://").rstrip("/"):
        raise ConfigError(f"--host {text!r} is no host: write it like shop.example.")
    return host_of(target)


COMMANDS = (email,)
