from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebyone.tags.container.check import Refused, read_container
from onebyone.tags.container.javascript import Fault, script_fault

TAKEN = """
return value(1)?.b ?? 1_000n
a ||= 2; class A { #x = 1; static { this.y = 2 } get x() { return this.#x } }
return async function* () { for await (const x of y) yield* x }
const { a, ...b } = c; { let a } return (d, { e = 1 }) => { let f }
try { a() } catch { b() } finally { c() }
return /(?<y>\\d+)[/\\]]+$/u.test(`a${`b${c}`}`)
let a; function f() { var a }
label: for (;;) { break label }
if (a) { // the last line is a comment
}
""".strip().split("\n")
TAKEN[-2:] = ["\n".join(TAKEN[-2:]), "return 1 // the last line is a comment", ""]
REFUSED = """
return (a
let a; let a
var a; { var b; let b }
let a; function a() {}
const a
class A {} let A
switch (a) { case 1: let x; case 2: let x }
let value
1 = 2
return /(/
break
}, function () {
})(function () {
}/1/{
/* open
return "a
await x
""".strip().split("\n")  # fmt: skip


@pytest.mark.parametrize("body", TAKEN)
def test_what_browsers_take_is_taken(body: str) -> None:
    assert script_fault(body) is None


@pytest.mark.parametrize("body", REFUSED)
def test_what_browsers_refuse_is_refused(body: str) -> None:
    assert script_fault(body)


def test_the_same_examples_are_taken_and_refused_by_an_engine() -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed: nothing to compare with")
    script = """console.log(JSON.stringify(JSON.parse(process.argv[1]).map((each) => {
      try { new Function("value", each); return true } catch { return false } })))"""
    command = ["node", "-e", script, json.dumps(TAKEN + REFUSED)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == [True] * len(TAKEN) + [False] * len(REFUSED)


def test_the_line_is_that_of_the_fault() -> None:
    assert script_fault("var a\n\nreturn a b") == Fault(3, "Unexpected identifier")
    assert script_fault("(" * 5_000) == Fault(1, "it is nested too deeply")


PIECES = "a b ( ) { } [ ] ; , . ?. => = / ` ${ ' \\ \n let const var class function async await return new #a 1 1n : ?"


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PIECES.split(" ")), max_size=8).map(" ".join) | st.text(max_size=40))
def test_any_text_is_taken_or_refused_with_its_line(body: str) -> None:
    document = {"variables": {"V": {"type": "javascript", "code": f"{body};"}}}
    fault = script_fault(f"{body};")
    try:
        read_container(json.dumps(document))
    except Refused as refused:
        assert fault and all(each.line == 1 and fault.reason in each.reason for each in refused.problems)
    else:
        assert fault is None
