"""How well declared machines are told from people, over strings that others collected and packages ship.

python scripts/accuracy.py [--misses N]

Machines: the instances of crawler-user-agents, and the fixtures of crawlerdetect. People: user-agents and
top-user-agents (npm), and crawlerdetect's devices. What is not installed is fetched for the run, by npm and pip, into
a temporary directory, and left out with a word where that fails. Recall is printed again with the corpus's own package
left out, so that the figure is no mirror. Exit code 1 if a figure that must hold does not.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from msgspec import Struct

from onebyone.event import Actor, Event, Hit, utc
from onebyone.pipeline.classifier import LISTS, Classifier
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.rules import read_rules
from onebyone.pipeline.step import Context
from onebyone.state.sites import Site

RECALL, FLAGGED = 0.99, 0.002
SITE = Site(id="", name="", prefix="", origins=())
_MACHINES = (Actor.MACHINE_DECLARED, Actor.MACHINE_SCANNER, Actor.MACHINE_PREFETCH)


class Corpus(Struct, frozen=True):
    name: str
    machines: bool
    strings: Sequence[str]
    must_hold: bool = True  # else for the record: it calls machines what people use, or the other way round
    own: str = ""  # the list that ships it


class Result(Struct, frozen=True):
    corpus: str
    lists: str  # that were asked besides our own rules
    strings: int
    share: float  # of them taken for machines; of people: for machines or unclear
    holds: bool
    wrong: list[tuple[str, str]]  # string, and by which rules


def corpora(home: Path) -> Iterator[Corpus]:
    """Everything that can be had."""
    installed = {one for entry in CRAWLER_USER_AGENTS_DATA for one in entry.get("instances", ())}
    yield Corpus("crawler-user-agents, instances", True, sorted(installed), own=LISTS[0])
    people = fetch(home, "npm", "user-agents", "package/dist/user-agents.json")
    if people:
        yield Corpus("user-agents, people", False, sorted({one["userAgent"] for one in json.loads(people)}))
    people = fetch(home, "npm", "top-user-agents", "package/src/index.json")
    if people:
        yield Corpus("top-user-agents, people", False, json.loads(people))
    fixtures = "tests/fixtures/user_agent"
    for kind, machines in (("crawlers", True), ("devices", False)):
        found = fetch(home, "pip", "crawlerdetect", f"{fixtures}/{kind}.txt")
        if found:
            lines = sorted({line for line in found.decode().splitlines() if line.strip()})
            yield Corpus(f"crawlerdetect, {kind} (for the record)", machines, lines, must_hold=False)


def fetch(home: Path, client: str, package: str, file: str) -> bytes:
    """One file of a package, by its registry's own client; b"" where that cannot be."""
    archive = next(home.glob(f"{package}-[0-9]*"), None)
    if archive is None:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", package]
        command = ["npm", "pack", "--silent", package] if client == "npm" else pip
        known = client == "pip" or shutil.which("npm")
        done = subprocess.run(command, cwd=home, capture_output=True, check=False) if known else None
        archive = next(home.glob(f"{package}-[0-9]*"), None)
        if done is None or done.returncode or archive is None:
            print(f"left out: {client} cannot fetch {package}", file=sys.stderr)
            return b""
    with tarfile.open(archive) as members:
        found = next((one for one in members.getmembers() if one.name.endswith(file)), None)
        content = members.extractfile(found) if found is not None else None
        return content.read() if content is not None else b""


def measure(corpus: Corpus, lists: Collection[str] = LISTS) -> Result:
    """By the string alone, as of somebody of whom nothing else is known."""
    judge = Judge(Classifier(read_rules(), lists=lists))
    event, wrong, found = an_event(), [], 0
    for string in corpus.strings:
        agent = judge.agent(string)
        verdict = judge.decide(agent, judge.signs(event, a_context(string), agent))
        is_found = verdict.actor in _MACHINES or (not corpus.machines and verdict.actor == Actor.SUSPECT)
        found += is_found
        if is_found != corpus.machines:
            wrong.append((string, ", ".join(verdict.reasons)))
    share = found / len(corpus.strings)
    holds = share >= RECALL if corpus.machines else share <= FLAGGED
    return Result(corpus.name, " and ".join(lists) or "none", len(corpus.strings), share, holds, wrong)


def an_event() -> Event:
    at = utc(1_795_514_400_000)
    return Event(site="", day=at.date(), at=at, received_at=at, id="", hit="", name="page_view", via="image")


def a_context(user_agent: str) -> Context:
    hit = Hit(id=bytes(16), received_ms=0, via="image", site="", method="GET", path="", query="", headers={})
    return Context(hit=hit, site=SITE, headers={}, user_agent=user_agent, address="", url="", referrer="")


def results(home: Path) -> Iterator[tuple[Corpus, Result]]:
    for corpus in corpora(home):
        yield corpus, measure(corpus)
        if corpus.own:
            yield corpus, measure(corpus, [name for name in LISTS if name != corpus.own])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", type=int, default=10, help="at most so many wrong strings of each")
    most, failed = parser.parse_args().misses, False
    with tempfile.TemporaryDirectory() as home:
        for corpus, result in results(Path(home)):
            what, limit = (
                ("recall", f"at least {RECALL:.0%}") if corpus.machines else ("flagged", f"at most {FLAGGED:.1%}")
            )
            must = limit if corpus.must_hold else "no limit"
            print(f"{result.corpus}: {what} {result.share:.2%} of {result.strings:,} ({must}; lists: {result.lists})")
            for string, reasons in result.wrong[:most]:
                print(f"    {string[:150]}   [{reasons or 'nothing noticed'}]")
            if len(result.wrong) > most:
                print(f"    and {len(result.wrong) - most:,} more")
            failed |= corpus.must_hold and not result.holds
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
