"""`update-lists`: the networks that clouds, relays and crawlers publish, as they are today."""

from __future__ import annotations

from pathlib import Path

import click
import httpx2

from onebyone.app import options
from onebyone.app.list_update import MAX_BYTES, FetchFailed, Updated, put, read_sources, update
from onebyone.app.printing import print_json
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.verdicts import NETWORKS
from onebyone.pipeline.networks import KINDS

_TIMEOUT_S = 60.0
_UNREACHABLE = 3


@click.command("update-lists")
@click.option("--only", "names", multiple=True, metavar="LIST", help="This one, as datacenter.aws; may be repeated.")
@click.option(
    "--file",
    "files",
    multiple=True,
    metavar="LIST=FILE",
    help="A list that was fetched by other means, as datacenter.azure=ServiceTags_Public.json; fetches nothing.",
)
@options.data
@options.as_json
@click.pass_context
def update_lists(
    context: click.Context, names: tuple[str, ...], files: tuple[str, ...], data: Path, as_json: bool
) -> None:
    """Fetch the published networks of clouds, Apple's relay, Tor and crawlers. Nothing else ever fetches them.

    A running pipeline takes them up within a second. A list that cannot be fetched or read leaves the one before in
    its place, and the exit code is 3.
    """
    directory = open_place(data).data / NETWORKS
    done = [_take(directory, given) for given in files] if files else _fetch_all(directory, names, quiet=as_json)
    if as_json:
        print_json(done)
    elif files:
        for one in done:
            _say(one)
    context.exit(_UNREACHABLE if any(one.problem for one in done) else 0)


def _fetch_all(directory: Path, names: tuple[str, ...], *, quiet: bool) -> list[Updated]:
    sources = read_sources()
    unknown = set(names) - {source.list for source in sources}
    if unknown:
        known = ", ".join(source.list for source in sources)
        raise ConfigError(f"--only: no list is called {', '.join(sorted(unknown))}. There are {known}.")
    done = []
    with httpx2.Client(timeout=_TIMEOUT_S, follow_redirects=True) as client:
        for one in update(
            directory,
            [source for source in sources if not names or source.list in names],
            lambda url: _get(client, url),
        ):
            done.append(one)
            if not quiet:
                _say(one)
    return done


def _get(client: httpx2.Client, url: str) -> bytes:
    try:
        answer = client.get(url)
    except httpx2.HTTPError as error:
        raise FetchFailed(f"no answer ({type(error).__name__})") from error
    if answer.status_code != 200:
        raise FetchFailed(f"answered {answer.status_code}")
    if len(answer.content) > MAX_BYTES:
        raise FetchFailed(f"answered {len(answer.content)} bytes")
    return answer.content


def _take(directory: Path, given: str) -> Updated:
    name, equals, path = given.partition("=")
    kind, _, rest = name.partition(".")
    file = Path(path)
    if not equals or kind not in KINDS or not rest or not file.is_file():
        raise ConfigError(f"--file: {given!r} is not LIST=FILE; a list is called like datacenter.azure.")
    directory.mkdir(parents=True, exist_ok=True)
    form = file.suffix.lstrip(".") if file.suffix in (".csv", ".json") else "txt"
    return put(directory, name, form, file.read_bytes())


def _say(one: Updated) -> None:
    click.echo(f"{one.list:28} {one.problem or f'{one.prefixes:,} networks'}")


COMMANDS = (update_lists,)
