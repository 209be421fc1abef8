"""One site's script, and the lines that its owner pastes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from onebyone.state.sites import Site
from onebyone.state.tag_settings import TagSettings
from onebyone.tags.modules import modules_of

_DIST = Path(__file__).parent / "dist"
_CORE, _BANNER = "tag", "banner"
_EAGER = "//# allFunctionsCalledOnLoad\n"  # to Chromium: compile them all while it loads, not one by one when called
_LONGEST_WAIT_MS = 2_000  # for a choice; the script takes no longer time
_TEXTS = Path(__file__).parent / "texts"
LANGUAGES = ("en", "cs", "da", "de", "es", "fi", "fr", "it", "ja", "nb", "nl", "pl", "pt", "sv")
"""Of the banner; the first is for people who speak none of them. One file of `texts/` each."""

STUB = "window.onebyone=window.onebyone||function(){(onebyone.q=onebyone.q||[]).push(arguments)}"
"""For a page that calls the tag before it has loaded: the calls wait and are made in order."""


def script_for(site: Site, *, collector_url: str = "", name: str = "onebyone") -> bytes:
    """The body of `/{prefix}/s.js`. Without `collector_url` the tag reports to where the script came from.

    `name` is the global function of the page.
    """
    chosen = modules_of(site)
    config: dict[str, Any] = {
        "site": site.id,
        "url": f"{collector_url}/{site.prefix}/v1/e",
        "name": name,
        "conversions": site.conversions,
        **({"frames": True} if site.tag.frames else {}),
        **({"loaded": True} if site.tag.count_when == "loaded" else {}),
        **_options(site, chosen),
    }
    modules = "".join(map(_built, chosen))
    told = f"{{const CONFIG={_json_in_script(config)},MODULES=[],LATER=[];"
    return f"{_EAGER}{told}{modules}{_built(_CORE)}}}\n".encode("ascii")


def _options(site: Site, chosen: Sequence[str]) -> dict[str, Any]:
    """What the chosen modules are told, and nothing for the others."""
    settings = site.tag
    by_module: dict[str, dict[str, Any]] = {
        "consent": {"consent": _gate(site)},
        "choice": {"banner": _banner(settings)},
        "layer": {"data_layer": settings.data_layer},
        "spa": {"spa": {"query": settings.spa_query, "hash": settings.spa_hash}},
        "linker": {"linked": site.linked},
        "outbound": {"hosts": _hosts(site)},
        "downloads": {"downloads": settings.download_endings},
        "scroll": {"scroll_marks": settings.scroll_marks},
        "container": {"container": {**site.told_container, "keep": site.visitor_cookie}},
        "debug": {"debug": settings.debug_always},
    }
    options: dict[str, Any] = {}
    for module in chosen:
        options |= by_module.get(module, {})
    return {key: _without_no(value) for key, value in options.items() if value is not False}


def _without_no(value: Any) -> Any:
    """Saves the bytes of what is false anyway where it is missing."""
    if not isinstance(value, dict):
        return value
    return {key: each for key, each in value.items() if each is not False and each != {}}


def _hosts(site: Site) -> list[str]:
    """Of the site's own addresses; a host below one of them is its own, too."""
    hosts = (urlsplit(origin).hostname or "" for origin in site.origins)
    return sorted({host.removeprefix("www.") for host in hosts} - {""} | set(site.linked))


def banner_for(site: Site, language: str, *, name: str = "onebyone") -> bytes:
    """The body of `/{prefix}/b-{language}.js`: the banner in one of `LANGUAGES`."""
    banner = site.tag.banner
    config: dict[str, Any] = {
        "name": name,
        "language": language,
        "purposes": banner.purposes,
        "policy": banner.policy_url,
        "texts": _texts(language),
    }
    shown = hashlib.blake2b(_json_in_script(config).encode(), digest_size=4).hexdigest()
    config["version"] = f"{banner.revision}.{shown}"  # of a record: which words the person saw
    return f"{{const CONFIG={_json_in_script(config)};{_built(_BANNER)}}}\n".encode("ascii")


def files_of(site: Site) -> Mapping[str, bytes]:
    """Every script that the collector serves for the site, by path."""
    files = {f"/{site.prefix}/s.js": script_for(site)}
    if site.tag.banner.on:
        files |= {f"/{site.prefix}/b-{each}.js": banner_for(site, each) for each in LANGUAGES}
    return files


def snippet(site: Site, collector_url: str) -> str:
    """What stands before `</body>`: the script, and an image for browsers without script.

    The image names its referrer policy, or its page address would be cut to the origin on the way to another origin.
    """
    base = escape(f"{collector_url}/{site.prefix}")
    return (
        f'<script async fetchpriority="low" src="{base}/s.js"></script>\n'
        f'<noscript><img src="{base}/v1/n/{escape(site.id)}.gif" alt="" width="1" height="1"'
        ' referrerpolicy="no-referrer-when-downgrade"></noscript>'
    )


def csp(collector_url: str) -> str:
    """What a page's Content-Security-Policy must allow, as directives to merge with its own."""
    return f"script-src {collector_url}; connect-src {collector_url}; img-src {collector_url}"


def _gate(site: Site) -> dict[str, Any]:
    gate = site.tag.consent
    return {
        "categories": gate.categories,
        "wait": _LONGEST_WAIT_MS if site.tag.banner.on else gate.wait_ms,  # our own question takes its time
        "strict": gate.strict,
        "dnt": site.consent.honor_dnt,
    }


def _banner(settings: TagSettings) -> dict[str, Any]:
    banner = settings.banner
    config: dict[str, Any] = {
        "revision": banner.revision,
        "days": banner.days,
        "purposes": banner.purposes,
        "languages": LANGUAGES,
        "google": settings.data_layer if banner.google else "",
    }
    if banner.button:
        config["labels"] = {each: _texts(each)["label"] for each in LANGUAGES}
    return config


@cache
def _texts(language: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((_TEXTS / f"{language}.json").read_text(encoding="utf-8"))
    return texts


@cache
def _built(name: str) -> str:
    """A committed file of `npm run build`."""
    return (_DIST / f"{name}.js").read_text(encoding="ascii").strip()


def _json_in_script(value: object) -> str:
    """JSON that stays JSON inside a script element: ASCII, and no character that HTML or JavaScript could end on."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
