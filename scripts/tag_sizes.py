"""How large the script is, part by part; with --others, beside five well-known tags as npm delivers them.

python scripts/tag_sizes.py [--others]
"""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from onebyone.state.sites import Site
from onebyone.state.tag_settings import Banner, ConsentGate, PublishedContainer, TagSettings
from onebyone.tags.container.check import read_container
from onebyone.tags.container.compiling import compile_container
from onebyone.tags.modules import HABITS, MODULES, READERS, modules_of
from onebyone.tags.script import LANGUAGES, banner_for, script_for

_STRINGS = ("google", "tcf", "gpp")  # what a consent platform says in a standard's words
_GATE = ConsentGate(on=True, readers=_STRINGS)
_NOTHING = "tags: {T: {type: custom, fire_on: [All Pages], settings: {code: return}}}\n"
_LISTENING = """
variables:
  U: {type: url}
  R: {type: regex_table, input: "{{U}}", rows: [{key: a}]}
  S: {type: visibility, selector: p}
triggers:
  A: {on: click}
  B: {on: history_change}
  C: {on: js_error}
  D: {on: timer, every_ms: 1000}
  E: {on: scroll, vertical: [50]}
  F: {on: visibility, selector: p, when: [{value: "{{R}}{{S}}", is: equals}]}
  G: {on: video, capture: [start]}
tags: {T: {type: custom, fire_on: [A, B, C, D, E, F, G], settings: {code: return}}}
"""
OTHERS = {  # package: the file that a page loads
    "posthog-js": "package/dist/array.js",
    "mixpanel-browser": "package/dist/mixpanel.min.js",
    "rudder-sdk-js": "package/dist/npm/index.js",
    "@amplitude/analytics-browser": "package/lib/scripts/amplitude-min.js",
    "@segment/analytics-next": "package/dist/umd/standalone.js",
}


class Row(Struct, frozen=True):
    what: str
    bytes: int  # gzip -9, as served
    limit: int = 0


def rows() -> list[Row]:
    banner = Banner(on=True)
    container = replace(_site(TagSettings()), container=PublishedContainer(hash="a" * 20, number=1))
    return [
        Row("core: views, calls, delivery", _size(TagSettings()), 4_000),
        Row("core, routes of applications, engagement", _size(TagSettings(modules=("spa", "engagement")))),
        Row("core, consent gate, Consent Mode", _size(TagSettings(consent=ConsentGate(on=True)))),
        Row("core, every report, content, linker, gate with Consent Mode, TCF, GPP", _size(_all(_GATE)), 9_000),
        Row("and with the calls of gtag and fbq", _size(_all(_GATE, *HABITS))),
        Row("and with debugging", _size(_all(_GATE, *HABITS, "debug"))),
        Row("and with the ten consent platforms", _size(_all(ConsentGate(on=True, readers=READERS), *HABITS, "debug"))),
        Row("core and our own banner's half", _size(TagSettings(banner=banner))),
        Row("core and what loads a container", len(gzip.compress(script_for(container), 9))),
        Row("the container's runtime, no tags", _container(_NOTHING), 6_000),
        Row("the container's runtime, every listener and variable", _container(_LISTENING), 8_000),
        Row("the banner's file, largest language", max(_banner(each) for each in LANGUAGES), 6_000),
    ]


def whole() -> tuple[str, tuple[str, ...]]:
    """Of the script with every report: what stands before its parts, and the parts' names, the core's last."""
    site = _site(_all(_GATE))
    text = script_for(site).decode("ascii")
    return text[: text.index("LATER=[];") + len("LATER=[];")], (*modules_of(site), "tag")


def as_table() -> str:
    """For the README."""
    return "\n".join(f"| {row.what} | {row.bytes:,} | {f'{row.limit:,}' if row.limit else ''} |" for row in rows())


def _all(gate: ConsentGate, *more: str) -> TagSettings:
    reports = (module for module in MODULES if module not in ("debug", *HABITS))
    return TagSettings(modules=(*reports, *more), consent=gate, linked=("shop.example", "pay.example"))


def _site(settings: TagSettings) -> Site:
    return Site(
        id="s7k2m9qd4w", name="", prefix="brvkt", origins=("https://shop.example", "https://pay.example"), tag=settings
    )


def _size(settings: TagSettings) -> int:
    return len(gzip.compress(script_for(_site(settings)), 9))


def _container(text: str) -> int:
    file = compile_container(read_container(text), site="s7k2m9qd4w", number=1).file
    return len(gzip.compress(file, 9))


def _banner(language: str) -> int:
    return len(gzip.compress(banner_for(_site(TagSettings(banner=Banner(on=True))), language), 9))


def _others() -> list[Row]:
    """Asks npm for each package; nothing of it is kept."""
    return [Row(package, _packed(package, file)) for package, file in OTHERS.items()]


def _packed(package: str, file: str) -> int:
    with tempfile.TemporaryDirectory() as place:
        command = ["npm", "pack", "--silent", "--ignore-scripts", package]
        subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=300)
        (archive,) = Path(place).glob("*.tgz")
        with tarfile.open(archive) as packed:
            body = packed.extractfile(file)
            return len(gzip.compress((body or io.BytesIO()).read(), 9))


def main(arguments: list[str]) -> None:
    shown = rows() + (_others() if "--others" in arguments else [])
    for row in shown:
        print(f"{row.what:<70} {row.bytes:>8,}" + (f"  of {row.limit:,}" if row.limit else ""))


if __name__ == "__main__":
    main(sys.argv[1:])
