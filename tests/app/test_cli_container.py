from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from onebyone.app.cli import group
from onebyone.app.collecting import scripts_of
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import State, open_state

FIRST = "tags: {T: {type: custom, fire_on: [All Pages], consent: {needs: []}, settings: {code: 'window.a = 1'}}}\n"


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["container", words[0], "--data", str(data), *words[1:]])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    place = tmp_path / "data"
    CliRunner().invoke(group, ["site", "add", "Shop", "--origin", "https://shop.example", "--data", str(place)])
    return place


@pytest.fixture
def state(data: Path) -> State:
    return open_state(open_place(data))


def write(data: Path, text: str) -> str:
    file = data.parent / "container.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_what_was_published_is_served_and_never_changes(data: Path, state: State) -> None:
    first = json.loads(run(data, "publish", write(data, FIRST), "--json").output)
    second = json.loads(run(data, "publish", write(data, FIRST.replace("1'", "2'")), "--json").output)
    assert (first["version"], second["version"]) == (1, 2) and first["hash"] != second["hash"]
    (site,) = state.sites.all()
    assert site.container.hash == second["hash"]
    files = scripts_of(state.containers)(site)
    assert b"window.a = 1" in files[f"/{site.prefix}/c/{first['hash']}.js"]
    assert b"window.a = 2" in files[f"/{site.prefix}/c/{second['hash']}.js"]
    assert second["hash"].encode() in files[f"/{site.prefix}/s.js"]


def test_a_rollback_lets_the_very_file_hold_again(data: Path, state: State) -> None:
    first = json.loads(run(data, "publish", write(data, FIRST), "--json").output)
    run(data, "publish", write(data, FIRST.replace("1'", "2'")))
    before = state.sites.all()[0].version
    assert run(data, "rollback", "1").exit_code == 0
    (site,) = state.sites.all()
    assert (site.container.number, site.container.hash) == (1, first["hash"]) and site.version > before
    assert isinstance(run(data, "rollback", "9").exception, ConfigError)


def test_the_integrity_that_is_told_is_of_the_file_that_is_served(data: Path, state: State) -> None:
    told = [json.loads(run(data, "publish", write(data, FIRST), "--json").output) for _ in range(2)]
    run(data, "rollback", "1")
    (site,) = state.sites.all()
    files = scripts_of(state.containers)(site)
    for each in told:
        digest = hashlib.sha256(files[f"/{site.prefix}/c/{each['hash']}.js"]).digest()
        assert each["integrity"] == "sha256-" + base64.b64encode(digest).decode()
    assert told[0]["integrity"] == site.container.integrity != told[1]["integrity"]
    assert [row["integrity"] for row in json.loads(run(data, "versions", "--json").output)] == [
        each["integrity"] for each in reversed(told)
    ]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (FIRST.replace("All Pages", "Nope"), "1: tags.T.fire_on.0: there is no trigger 'Nope'"),
        (FIRST.replace("= 1", "= ("), "1: tags.T.settings.code: line 1 of the script: "),
        ("triggers:\n  E: {on: event, event: '(', regex: true}\n", "2: triggers.E.event: invalid regex: "),
        ("triggers:\n  G: {on: group, triggers: [G]}\n", "2: triggers.G: a cycle: G → G"),
        ("tags: [\n", "2: "),
    ],
)
def test_a_refused_document_leaves_what_holds(data: Path, state: State, wrong: str, reason: str) -> None:
    run(data, "publish", write(data, FIRST))
    held = state.sites.all()[0].container
    refused = run(data, "publish", write(data, wrong))
    assert refused.exit_code == 1 and f"container.yaml:{reason}" in refused.output
    assert state.sites.all()[0].container == held and len(state.containers.all(state.sites.all()[0].id)) == 1


def test_what_is_killed_stays_so_over_the_next_version_until_it_is_undone(data: Path, state: State) -> None:
    run(data, "publish", write(data, FIRST))
    assert run(data, "kill", "T", "--vendor", "meta").exit_code == 0
    run(data, "publish", write(data, FIRST))
    assert state.sites.all()[0].told_container["kill"] == ("T", "vendor:meta")
    run(data, "kill", "T", "--undo")
    assert run(data, "kill").output == "vendor:meta\n"
    assert isinstance(run(data, "kill", "--vendor", "smoke").exception, ConfigError)


def test_what_was_done_to_a_container_is_in_the_trail(data: Path, state: State) -> None:
    run(data, "publish", write(data, FIRST))
    run(data, "rollback", "1")
    run(data, "kill", "T", "--vendor", "meta")
    run(data, "kill", "T", "--undo")
    run(data, "kill")  # asks, and changes nothing
    (site,) = state.sites.all()
    assert [(line.what, line.detail) for line in reversed(state.users.trail(site.id))] == [
        ("container_published", "version 1"),
        ("container_rolled_back", "version 1"),
        ("tags_stopped", "T, vendor:meta"),
        ("tags_resumed", "T"),
    ]


def test_a_tag_that_needs_a_permission_which_nobody_asks_for_is_not_published(data: Path) -> None:
    text = "tags: {M: {type: meta_pixel, fire_on: [All Pages], settings: {id: '1'}}}\n"
    assert "'M' needs a permission" in str(run(data, "publish", write(data, text)).exception)


def test_the_policy_names_what_the_tags_in_use_load(data: Path) -> None:
    text = "tags:\n  M: {type: meta_pixel, fire_on: [All Pages], settings: {id: '1'}}\n"
    text += "  H: {type: hotjar, settings: {id: 1}}\n"
    found = CliRunner().invoke(group, ["container", "csp", write(data, text)]).output
    assert "script-src https://connect.facebook.net" in found and "hotjar" not in found


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://px.example/a?b={{Page URL}}", "https://px.example"),
        ("HTTPS://Px.example:8443/a", "https://px.example:8443"),
        ("http://px.example?a", "http://px.example"),
        ("https://{{Host}}/a", "https://of.constant.example"),
        ("https://{{Page Hostname}}/a", ""),
        ("https://px.example;script-src *", ""),
        ("/own.gif", ""),
    ],
)
def test_the_policy_names_where_an_image_comes_from_as_far_as_that_is_known(data: Path, url: str, source: str) -> None:
    tags = {"T": {"type": "image", "fire_on": ["All Pages"], "settings": {"url": url}}}
    host = {"Host": {"type": "constant", "value": "of.constant.example"}}
    file = write(data, json.dumps({"variables": host, "tags": tags}))
    found = json.loads(CliRunner().invoke(group, ["container", "csp", file, "--json"]).output)
    assert found == ({"img-src": [source]} if source else {})
