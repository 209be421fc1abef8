"""Each template's calls in the vendor's words, in node; browser/test_container.py sees the requests they lead to."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from onebyone.tags.container.templates import templates

HERE = Path(__file__).parent
GOLDEN = HERE.parents[1] / "golden/tags"
DIST = HERE.parents[2] / "src/onebyone/tags/dist"


def cases_of(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return cases


def test_every_template_has_an_example_and_every_setting_of_it_is_in_one() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(templates())
    for name, template in templates().items():
        shown = {key for case in cases_of(name) for run in case["runs"] for key in run}
        assert shown <= {*template.required, *template.optional}, name
        assert set(template.required) <= shown, name


ASKED = {  # what each vendor's script is known to ask for
    "meta_pixel": "script connect.facebook.net img www.facebook.com connect www.facebook.com",
    "ga4": "script www.googletagmanager.com connect www.google-analytics.com connect analytics.google.com "
    "connect region1.google-analytics.com connect stats.g.doubleclick.net img www.google.com",
    "google_ads": "script www.googletagmanager.com img www.googleadservices.com img googleads.g.doubleclick.net "
    "img www.google.com connect www.google.com frame 1.fls.doubleclick.net",
    "linkedin_insight": "script snap.licdn.com img px.ads.linkedin.com connect px4.ads.linkedin.com",
    "tiktok_pixel": "script analytics.tiktok.com connect analytics.tiktok.com",
    "pinterest_tag": "script s.pinimg.com img ct.pinterest.com connect ct.pinterest.com",
    "snap_pixel": "script sc-static.net connect tr.snapchat.com connect tr6.snapchat.com img tr.snapchat.com",
    "reddit_pixel": "script www.redditstatic.com img alb.reddit.com connect pixel-config.reddit.com",
    "x_pixel": "script static.ads-twitter.com img analytics.twitter.com img t.co",
    "microsoft_uet": "script bat.bing.com img bat.bing.com connect bat.bing.net",
    "hotjar": "script static.hotjar.com script script.hotjar.com connect content.hotjar.io connect ws1.hotjar.com",
    "clarity": "script www.clarity.ms script scripts.clarity.ms connect a.clarity.ms",
}


@pytest.mark.parametrize("name", ASKED)
def test_the_policy_that_a_template_prints_lets_its_vendor_through(name: str) -> None:
    words = ASKED[name].split()
    for directive, host in zip(words[::2], words[1::2], strict=True):
        sources = [source.partition("://")[2] for source in templates()[name].csp[directive]]
        assert any(source == host or (source[0] == "*" and host.endswith(source[1:])) for source in sources), host


def test_every_template_with_a_vendor_is_in_that_list() -> None:
    assert set(ASKED) == {name for name, template in templates().items() if template.vendor}


def test_a_template_says_what_its_vendor_understands() -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed: the browser tests run the templates, too")
    given = [
        {**case, "template": name, "file": (DIST / f"{name}.js").read_text(encoding="ascii")}
        for name in sorted(templates())
        for case in cases_of(name)
    ]
    command = ["node", str(HERE / "run_templates.mjs")]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, timeout=60, check=True)
    answers = json.loads(done.stdout)
    if os.environ.get("GOLDEN") == "write":
        for name in templates():
            cases = [{**c, "out": a} for c, a in zip(given, answers, strict=True) if c["template"] == name]
            shown = ("title", "granted", "before", "scripts", "runs", "later", "out")
            lines = [json.dumps({key: case[key] for key in shown if key in case}) for case in cases]
            (GOLDEN / f"{name}.json").write_text("[\n  " + ",\n  ".join(lines) + "\n]\n", encoding="utf-8")
    for case, answer in zip(given, answers, strict=True):
        assert answer == case["out"] or os.environ.get("GOLDEN") == "write", (case["template"], case["title"])
