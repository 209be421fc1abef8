from __future__ import annotations

import json
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from onebyone.state.sites import Site
from onebyone.state.tag_settings import ConsentGate, TagSettings
from onebyone.tags.modules import CONTAINER, DEBUG, GATE, MODULES, ORDER, PARTS, READERS
from onebyone.tags.script import STUB, csp, script_for, snippet

ROOT = Path(__file__).parents[2]
DIST = ROOT / "src/onebyone/tags/dist"
SITE = Site(id="s7k2m9qd", name="Nordlight", prefix="brvkt", origins=("https://shop.example",))


def config_of(script: bytes) -> dict[str, object]:
    text = script.decode("ascii")
    start = text.index("CONFIG=") + len("CONFIG=")
    config: dict[str, object] = json.JSONDecoder().raw_decode(text, start)[0]
    return config


def test_the_script_carries_its_sites_configuration_in_front() -> None:
    assert config_of(script_for(SITE)) == {
        "site": "s7k2m9qd",
        "url": "/brvkt/v1/e",
        "name": "onebyone",
        "conversions": ["purchase", "generate_lead", "sign_up"],
    }


def test_the_script_begins_with_the_word_by_which_chromium_compiles_it_while_it_loads() -> None:
    assert script_for(SITE).startswith(b"//# allFunctionsCalledOnLoad\n{const ")


def test_a_collector_elsewhere_is_named_in_full() -> None:
    assert config_of(script_for(SITE, collector_url="https://t.example"))["url"] == "https://t.example/brvkt/v1/e"


def test_no_value_can_end_the_script_or_leave_its_string() -> None:
    evil = '</script><!--"];alert(1)//\u2028&'
    site = Site(id="s1", name="", prefix="brvkt", origins=(), conversions=(evil,))
    script = script_for(site)
    assert b"</script" not in script and b"<!--" not in script
    assert config_of(script)["conversions"] == [evil]


def test_the_script_uses_nothing_that_a_strict_page_forbids() -> None:
    script = script_for(SITE).decode()
    for word in (
        "eval",
        "new Function",
        "document.write",
        "innerHTML",
        "beforeunload",
        '"unload"',
        "document.cookie",
        "touchstart",
        "touchmove",
        "wheel",
    ):
        assert word not in script


def test_the_snippet_works_with_and_without_script() -> None:
    assert snippet(SITE, "http://127.0.0.1:8000") == (
        '<script async fetchpriority="low" src="http://127.0.0.1:8000/brvkt/s.js"></script>\n'
        '<noscript><img src="http://127.0.0.1:8000/brvkt/v1/n/s7k2m9qd.gif" alt="" width="1" height="1"'
        ' referrerpolicy="no-referrer-when-downgrade"></noscript>'
    )


def test_the_snippet_escapes_its_address() -> None:
    assert '"><b>' not in snippet(SITE, 'https://t.example/"><b>')


def test_the_stub_and_the_csp_lines_name_what_the_tag_needs() -> None:
    assert "onebyone.q" in STUB
    assert csp("https://t.example").count("https://t.example") == 3


def test_the_committed_files_are_what_their_sources_build(tmp_path: Path) -> None:
    if (
        not all((ROOT / "node_modules" / tool).exists() for tool in ("esbuild", "terser"))
        or shutil.which("node") is None
    ):
        pytest.skip("the tools are not installed: run npm ci to compare the built files with their sources")
    subprocess.run(
        ["node", "scripts/build_tag.mjs", str(tmp_path)], cwd=ROOT, check=True, capture_output=True, timeout=60
    )
    committed = {file.name: file.read_bytes() for file in DIST.iterdir()}
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == committed, "run make tag, commit dist"


def test_a_site_gets_only_the_modules_it_turned_on() -> None:
    gated = replace(SITE, tag=TagSettings(consent=ConsentGate(on=True, readers=("google", "klaro", "nonsense"))))
    script = script_for(gated).decode()
    assert "getManager" in script and "globalPrivacyControl" in script and "__tcfapi" not in script
    assert script.index("getManager") < script.index("wait_for_update"), "a platform stands above the data layer"
    assert "globalPrivacyControl" not in script_for(SITE).decode()


def test_every_module_has_its_place_and_is_behind_what_it_stands_on() -> None:
    modules = ROOT / "src/onebyone/tags/src/modules"
    assert {file.stem for file in modules.iterdir()} == set(ORDER) >= {*READERS, *MODULES} and ORDER[-1] == CONTAINER
    behind = [(part, user) for part, users in PARTS.items() for user in users]
    behind += [(GATE, each) for each in (*READERS, "errors", "content", "gtag", "fbq", "growing", DEBUG)]
    behind += pairwise(READERS)
    assert [pair for pair in behind if ORDER.index(pair[0]) > ORDER.index(pair[1])] == []


def test_the_lock_file_names_no_index_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert all("resolved" not in package for package in lock["packages"].values())
