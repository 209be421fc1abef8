"""One site's script, and the lines that its owner pastes."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from onebyone.state.sites import Site
from onebyone.state.tag_settings import ConsentGate
from onebyone.tags.modules import modules_of

_DIST = Path(__file__).parent / "dist"
_CORE = "tag"

STUB = "window.onebyone=window.onebyone||function(){(onebyone.q=onebyone.q||[]).push(arguments)}"
"""For a page that calls the tag before it has loaded: the calls wait and are made in order."""


def script_for(site: Site, *, collector_url: str = "", name: str = "onebyone") -> bytes:
    """The body of `/{prefix}/s.js`. Without `collector_url` the tag reports to where the script came from.

    `name` is the global function of the page.
    """
    config: dict[str, Any] = {
        "site": site.id,
        "url": f"{collector_url}/{site.prefix}/v1/e",
        "name": name,
        "conversions": site.conversions,
    }
    if site.tag.consent.on:
        config["consent"] = _gate(site.tag.consent)
    modules = "".join(_built(each) for each in modules_of(site.tag))
    return f"{{const CONFIG={_json_in_script(config)},MODULES=[];{modules}{_built(_CORE)}}}\n".encode("ascii")


def snippet(site: Site, collector_url: str) -> str:
    """What stands before `</body>`: the script, and an image for browsers without script.

    The image names its referrer policy, or its page address would be cut to the origin on the way to another origin.
    """
    base = escape(f"{collector_url}/{site.prefix}")
    return (
        f'<script async src="{base}/s.js"></script>\n'
        f'<noscript><img src="{base}/v1/n/{escape(site.id)}.gif" alt="" width="1" height="1"'
        ' referrerpolicy="no-referrer-when-downgrade"></noscript>'
    )


def csp(collector_url: str) -> str:
    """What a page's Content-Security-Policy must allow, as directives to merge with its own."""
    return f"script-src {collector_url}; connect-src {collector_url}; img-src {collector_url}"


def _gate(gate: ConsentGate) -> dict[str, Any]:
    return {
        "categories": gate.categories,
        "data_layer": gate.data_layer,
        "wait": gate.wait_ms,
        "strict": gate.strict,
        "dnt": gate.honor_dnt,
    }


@cache
def _built(name: str) -> str:
    """A committed file of esbuild's."""
    return (_DIST / f"{name}.js").read_text(encoding="ascii").strip()


def _json_in_script(value: object) -> str:
    """JSON that stays JSON inside a script element: ASCII, and no character that HTML or JavaScript could end on."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
