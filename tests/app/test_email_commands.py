"""`classify --as open|click` and `email`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import structlog

from onebyone.app.cli import main
from onebyone.app.mail_verdict import mail_verdict
from onebyone.pipeline.judge import Judge

CORPUS = json.loads((Path(__file__).parents[1] / "golden/vectors/user_agents.json").read_text())["user_agents"]
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36"
)
HTML = '<body><a href="https://shop.example/x">Look</a> <a href="mailto:a@b.example">m</a></body>'


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    structlog.reset_defaults()
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    out, err = capfd.readouterr()
    return int(ended.value.code or 0), out, err


def test_every_string_of_the_corpus_opens_as_expected() -> None:
    judge = Judge()
    wrong = []
    for row in CORPUS:
        found = str(mail_verdict(judge, row["user_agent"], {}, "", click=False).actor)
        if found != row["expect_open"]:
            wrong.append((row["expect_open"], found))
    assert len(wrong) <= 0.05 * len(CORPUS)
    assert all(set(pair) == {"machine_scanner", "machine_declared"} for pair in wrong)


@pytest.mark.parametrize(
    ("arguments", "actor", "rule"),
    [
        (["--as", "open", "--after", "1"], "machine_scanner", "time.instant"),
        (["--as", "open", "--after", "6"], "suspect", "time.fast"),
        (["--as", "open", "--after", "600"], "human", "ua.client"),
        (["--as", "open", "--method", "head"], "machine_scanner", "req.method"),
        (["--as", "click"], "human", "click.plain"),
        (["--as", "click", "--header", "Accept: */*"], "suspect", "hdr.navigate"),
        (["--as", "click", "--header", "Sec-Purpose: prefetch"], "machine_prefetch", "hdr.sec_purpose"),
    ],
)
def test_one_fetch_is_explained(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], actor: str, rule: str
) -> None:
    data = ["--data", str(tmp_path / "none"), "--json"]
    code, out, _ = run(capfd, "classify", "--ua", CHROME, *arguments, *data)
    said = json.loads(out)
    assert (code, said["actor"], said["reasons"][0]) == (0, actor, rule)


def test_a_message_becomes_a_template_and_what_was_left_alone_is_told(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data, file, out_file = tmp_path / "data", tmp_path / "news.html", tmp_path / "out.html"
    file.write_text(HTML)
    run(capfd, "site", "add", "Shop", "--origin", "https://shop.example", "--data", str(data))
    code, out, _ = run(
        capfd,
        "email",
        "instrument",
        str(file),
        "--sender",
        "mailchimp",
        "--out",
        str(out_file),
        "--data",
        str(data),
        "--json",
    )
    told = json.loads(out)
    assert code == 0 and told["links"] == ["https://shop.example/x"] and told["left"][0]["why"] == "not_http"
    assert "/v1/l/*|OB_LINK_0|*" in out_file.read_text()
    code, out, err = run(capfd, "email", "instrument", str(file), "--recipient", "p1", "--data", str(data))
    assert code == 0 and "/v1/o/A" in out and "List-Unsubscribe" in err


@pytest.mark.parametrize("more", [[], ["--sender", "ses", "--recipient", "p"], ["--recipient", "a@b.example"]])
def test_what_the_command_cannot_do_is_told(capfd: pytest.CaptureFixture[str], tmp_path: Path, more: list[str]) -> None:
    file, data = tmp_path / "news.html", tmp_path / "data"
    file.write_text(HTML)
    run(capfd, "site", "add", "Shop", "--origin", "https://shop.example", "--data", str(data))
    code, _, err = run(capfd, "email", "instrument", str(file), *more, "--data", str(data))
    assert code == 2 and err.startswith("onebyone: ")


def test_a_new_key_signs(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capfd, "email", "rotate-key", "--data", str(tmp_path / "data"))
    assert (code, out) == (0, "key 2 signs from now on\n")


def test_rules_are_shown_and_changed(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = ["--data", str(tmp_path / "data")]
    run(capfd, "site", "add", "Shop", "--origin", "https://shop.example", *data)
    code, out, _ = run(
        capfd, "email", "rules", "--open-min", "1.5", "--host", "Shop.example", "--trap", "--json", *data
    )
    assert code == 0
    assert json.loads(out) == {
        "open_min_seconds": 1.5,
        "open_soft_seconds": 10,
        "hosts": ["shop.example"],
        "trap": True,
    }
    code, out, _ = run(capfd, "email", "rules", "--any-host", *data)
    assert code == 0 and "open min seconds     1.5" in out and "shop.example" not in out
    for wrong in (["--host", "a/b"], ["--host", "https://x"], ["--open-min", "20"]):
        assert run(capfd, "email", "rules", *wrong, *data)[0] == 2
