"""The tutorial as steps that can be walked: commands with what they print, the page to save, and what a person does."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

FILE = Path(__file__).parents[2] / "docs" / "tutorial.md"
_PART = re.compile(
    r"^<!-- (?P<kind>walk|varies): (?P<said>.*?) -->$|^```(?P<fence>console|html|text)\n(?P<body>.*?)^```$", re.M | re.S
)
_VOLATILE = (
    (re.compile(r"127\.0\.0\.1:\d+"), "HOST"),
    (re.compile(r"token=[\w-]+"), "token=TOKEN"),
    (re.compile(r"obo_live_[\w-]+"), "KEY"),
    (re.compile(r"\bs[a-z0-9]{9}\b"), "SITE"),
    (re.compile(r"(?<=prefix   )\w+|(?<=HOST/)\w{5}(?=/)"), "PREFIX"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(/\d+)?"), "UUID"),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?|\d\d:\d\d:\d\d(\.\d+)?"), "TIME"),
    (re.compile(r"\b[0-9a-f]{32}\b|\be[0-9a-z]{15,}\b"), "ID"),
    (re.compile(r"(?<=version )\d+"), "N"),  # two copies read at once make one version
    (re.compile(r" {2,}"), "  "),
)


class Command(Struct, frozen=True):
    line: str
    printed: str
    varies: bool


class Page(Struct, frozen=True):
    html: str


class Deed(Struct, frozen=True):
    """What a person does in a browser, and what is then read there."""

    what: str
    read: str | None = None


Step = Command | Page | Deed


def steps(text: str) -> list[Step]:
    found: list[Step] = []
    varies = False
    for part in _PART.finditer(text):
        body = part["body"] or ""
        match part["kind"] or part["fence"]:
            case "varies":
                varies = True
                continue
            case "walk":
                found.append(Deed(part["said"]))
                continue
            case "html":
                found.append(Page(body))
            case "text":
                before = found.pop()
                assert isinstance(before, Deed)
                found.append(Deed(before.what, body))
            case _:
                found += commands(body, varies=varies)
        varies = False
    return found


def commands(body: str, *, varies: bool) -> list[Command]:
    halves = [part.partition("\n") for part in re.split(r"^\$ ", body, flags=re.M)[1:]]
    return [Command(line, printed, varies) for line, _, printed in halves]


def plain(text: str, *, numbers: bool = False) -> str:
    """Without what differs from one run to the next; with `numbers`, without any number too."""
    for pattern, word in _VOLATILE:
        text = pattern.sub(word, text)
    if numbers:
        text = re.sub(r"\d[\d,.]*\d|\d", "N", text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def shown(text: str) -> str:
    """As the tutorial shows it: without keys, even of a platform that is gone, and without blanks that end a line."""
    text = re.sub(r"token=[\w-]+", "token=TOKEN", re.sub(r"obo_live_[\w-]+", "obo_live_KEY", text))
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def rewritten(text: str, outputs: list[str]) -> str:
    """The tutorial with each output in its place, in the order of the steps that have one."""
    waiting = iter(outputs)

    def part(found: re.Match[str]) -> str:
        match found["fence"]:
            case "console":
                lines = [one.line for one in commands(found["body"], varies=False)]
                return "```console\n" + "".join(f"$ {line}\n{shown(next(waiting))}" for line in lines) + "```"
            case "text":
                return f"```text\n{shown(next(waiting))}```"
            case _:
                return found[0]

    return _PART.sub(part, text)
