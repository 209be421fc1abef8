"""Compiled containers and the data layer's model in node; tests/browser/test_container.py runs the same in Chromium."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest

from onebyone.tags.container.check import read_container
from onebyone.tags.container.compiling import compile_container
from onebyone.tags.container.document import On, Operator, VariableType

HERE = Path(__file__).parent
GOLDEN = HERE.parents[1] / "golden"
CASES: list[dict[str, Any]] = json.loads((GOLDEN / "containers.json").read_text(encoding="utf-8"))
MODEL = HERE.parents[2] / "src/onebyone/tags/src/container/parts/model.js"


def given(case: dict[str, Any]) -> dict[str, Any]:
    made = read_container(json.dumps(case["document"]))
    return {**case, "file": compile_container(made, site="s1", number=7).file.decode()}


def expected(case: dict[str, Any]) -> dict[str, Any]:
    return {"decisions": [], "set": {}, "errors": [], **case["out"]}


def node(*arguments: str, stdin: str) -> Any:
    if shutil.which("node") is None:
        pytest.skip("node is not installed: the browser test runs the same cases")
    done = subprocess.run(["node", *arguments], input=stdin, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_kind_of_trigger_condition_and_variable_has_a_case() -> None:
    cases = CASES + json.loads((GOLDEN / "containers_on_pages.json").read_text(encoding="utf-8"))
    documents = [read_container(json.dumps(case["document"])) for case in cases]
    used = [compile_container(each, site="s", number=1).file.decode() for each in documents]
    for literal, key in ((On, "on"), (Operator, "is"), (VariableType, "type")):
        missing = [each for each in get_args(literal) if not any(f'"{key}":"{each}"' in file for file in used)]
        assert missing == [], key


def test_a_document_leads_to_its_decisions_in_node() -> None:
    answers = node(str(HERE / "run_decisions.mjs"), stdin=json.dumps([given(case) for case in CASES]))
    for case, answer in zip(CASES, answers, strict=True):
        assert answer == expected(case), case["title"]


def test_the_data_layer_adds_up_as_the_public_cases_say() -> None:
    cases = (GOLDEN / "data_layer.json").read_text(encoding="utf-8")
    script = (
        f'import * as model from "{MODEL.as_uri()}"; import {{ wrong }} from "{(HERE / "data_layer.mjs").as_uri()}";'
        'import { readFileSync } from "node:fs";'
        'console.log(JSON.stringify(wrong(model, JSON.parse(readFileSync(0, "utf8")))))'
    )
    assert len(json.loads(cases)) > 200
    assert node("--input-type=module", "-e", script, stdin=cases) == []


def test_the_same_document_gives_the_same_file() -> None:
    first, again = (
        compile_container(read_container(json.dumps(CASES[4]["document"])), site="s", number=1) for _ in "ab"
    )
    assert first == again


def test_only_what_is_in_use_is_in_the_file() -> None:
    made = read_container("triggers: {S: {on: scroll, vertical: [50]}}\ntags: {T: {type: custom, settings: {code: x}}}")
    assert compile_container(made, site="s", number=1).parts == ("container_runtime",)
