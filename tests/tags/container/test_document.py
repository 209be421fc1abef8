from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from onebyone.app.cli import group
from onebyone.tags.container.check import Refused, read_container
from onebyone.tags.container.diff import changes
from onebyone.tags.container.document import Container
from onebyone.tags.container.reading import Unreadable, read_text

CASES = json.loads((Path(__file__).parents[2] / "golden/refused_containers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_a_wrong_document_is_refused_with_line_and_reason(case: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        read_container(case["in"])
    assert [[each.line, each.where, each.reason] for each in caught.value.problems] == case["out"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(min_codepoint=32, max_codepoint=126)),
        lambda inner: st.lists(inner) | st.dictionaries(st.text("abc on", max_size=3), inner),
        max_leaves=8,
    )
)  # fmt: skip
def test_json_is_read_as_what_it_means(value: Any) -> None:
    assert read_text(json.dumps(value, indent=1)).value == (value if value is not None else None)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_container(text)
    except Refused as refused:
        assert all(each.line >= 1 and each.reason for each in refused.problems)


@pytest.mark.parametrize("pattern", [r"[?+]\d", r"\*+", r"[^*]", r"\\b*", r"(?<n>a)", r"\bcart\b", "^(a|b)$"])
def test_a_regex_of_javascript_is_taken(pattern: str) -> None:
    read_container(json.dumps({"triggers": {"E": {"on": "event", "regex": True, "event": pattern}}}))


def test_on_is_a_word_and_not_a_truth() -> None:
    assert read_text("on: off\n").value == {"on": "off"}


def test_a_text_that_nests_without_end_is_refused() -> None:
    with pytest.raises(Unreadable):
        read_text("[" * 5000)


def test_the_difference_of_two_documents_is_in_what_they_do() -> None:
    old = read_container("triggers: {A: {on: click}, B: {on: init}}\n")
    new = read_container(
        "# reordered\ntriggers:\n  B: {on: init}\n  A: {on: link_click}\n  C: {on: timer, every_ms: 500}"
    )
    assert [str(each) for each in changes(old, new)] == ['~ triggers.A.on: "click" → "link_click"', "+ triggers.C"]
    assert changes(old, old) == [] and changes(Container(), Container()) == []


def test_lint_names_file_line_and_reason_and_ends_with_one(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("triggers:\n  G: {on: group, triggers: [Nope]}\n")
    result = CliRunner().invoke(group, ["container", "lint", str(file)])
    assert (result.exit_code, result.output) == (1, f"{file}:2: triggers.G.triggers.0: there is no trigger 'Nope'\n")


def test_the_schema_knows_every_kind_of_trigger() -> None:
    result = CliRunner().invoke(group, ["container", "schema"])
    assert "history_change" in result.output and json.loads(result.output)["$schema"]
