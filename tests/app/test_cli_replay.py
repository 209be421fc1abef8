"""Another ruleset on the past: what the log still holds is read again, what is older is judged by its reasons."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from onebyone.app.settings import Place, open_place
from onebyone.app.state import open_state
from onebyone.collect.desk import now_ms
from onebyone.event import Hit, HitIds
from onebyone.log.sqlite_writer import Settings, SqliteWriter
from onebyone.state.sites import Site
from pipeline.test_judge import BROWSER, CHROME, CLOUD, GOOGLEBOT, HINTS, HOME

HARSH = '[[soft]]\nid = "net.dc"\npoints = 70\n'


def run(place: Place, *command: str) -> Any:
    line = [sys.executable, "-m", "onebyone", *command, "--data", str(place.data), "--json"]
    done = subprocess.run(line, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = open_place(tmp_path)
    (tmp_path / "networks").mkdir()
    (tmp_path / "networks" / "datacenter.cloud.txt").write_text(f"{CLOUD}/24\n")
    return place


@pytest.fixture
def site(place: Place) -> Site:
    return open_state(place).sites.add("shop", ["https://shop.example"])


def send(place: Place, site: Site, partition: str, *, tag: str) -> None:
    """A person from home, one out of a cloud, a crawler."""
    ids, at = HitIds(), now_ms()
    writer = SqliteWriter(place.hits, partition, now_ms=now_ms, settings=Settings())
    hits = [
        Hit(
            id=ids.new(at), received_ms=at, via="image", site=site.id, method="GET", path="/x",
            query=f"e=pv&id={tag}{number}&u=https://shop.example/{tag}{number}", address=address, visitor=f"v{number}",
            headers={"user-agent": agent, **BROWSER, **(HINTS if agent == CHROME else {})},
        )
        for number, (agent, address) in enumerate(((CHROME, HOME), (CHROME, CLOUD), (GOOGLEBOT, HOME)))
    ]  # fmt: skip
    writer.append([msgspec.msgpack.encode(hit) for hit in hits], count=len(hits))
    writer.close()


def actors(place: Place) -> tuple[list[str], list[str]]:
    """Of the old and of the new."""
    found = sorted(run(place, "events"), key=lambda one: str(one["path"]))
    old, new = ([event["actor"] for event in found if event["path"][1:-1] == tag] for tag in ("old", "new"))
    return old, new


@pytest.mark.slow
def test_a_ruleset_reaches_back_beyond_the_log_and_a_draft_changes_nothing(place: Place, site: Site) -> None:
    before = ["human", "suspect", "machine_declared"]
    send(place, site, "c0", tag="old")
    run(place, "replay")
    shutil.rmtree(place.hits / "c0")  # as after seven days
    send(place, site, "c1", tag="new")
    run(place, "replay")
    assert actors(place) == (before, before)

    draft = place.data / "rules.draft.toml"
    draft.write_text(HARSH)
    said = run(place, "replay", "--draft", str(draft))
    assert said["events"] == 3 and [one["events"] for one in said["differences"]] == [1]
    assert (said["differences"][0]["before"], said["differences"][0]["after"]) == ("suspect", "machine_declared")
    assert actors(place) == (before, before)

    draft.rename(place.data / "rules.toml")
    run(place, "replay")
    after = ["human", "machine_declared", "machine_declared"]
    assert actors(place) == (before, after)  # the log alone
    assert run(place, "replay", "--verdicts")["verdicts"] is True
    assert actors(place) == (after, after)
    assert not place.reweigh.exists()


def orders(place: Place, traffic: str) -> tuple[int, int]:
    (row,) = run(place, "report", "totals", "--traffic", traffic)
    return row["orders"], row["revenue_minor"]


def send_orders(place: Place, site: Site, partition: str, numbers: str) -> None:
    """Each order by a browser out of a cloud; the first one by the shop's server too."""
    ids, at = HitIds(), now_ms()
    browser = {"user-agent": CHROME, **BROWSER, **HINTS}
    hits = [
        Hit(
            id=ids.new(at), received_ms=at, via="image", site=site.id, method="GET", path="/x", address=CLOUD,
            query=f"e=purchase&o=NL-{number}&val=5&cur=EUR&u=https://shop.example/thanks", visitor=f"v{number}",
            headers=browser, region="US",
        )
        for number in numbers
    ]  # fmt: skip
    order = {"name": "purchase", "order": {"id": f"NL-{numbers[0]}", "value": 5, "currency": "EUR"}}
    body = msgspec.json.encode({"events": [order]})
    server = Hit(
        id=ids.new(at), received_ms=at, via="server", site=site.id, method="POST", path="/v1/events", query="",
        headers={"content-type": "application/json"}, body=body,
    )  # fmt: skip
    writer = SqliteWriter(place.hits, partition, now_ms=now_ms, settings=Settings())
    writer.append([msgspec.msgpack.encode(hit) for hit in [*hits, server]], count=len(hits) + 1)
    writer.close()


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("PROVE"), reason="many starts of the command; see test_judged_again")
@pytest.mark.parametrize("kept", ["the log is kept", "the log is gone"])
def test_an_order_stays_a_persons_as_long_as_one_of_its_copies_is(place: Place, site: Site, kept: str) -> None:
    send_orders(place, site, "c0", "78")
    run(place, "replay")
    assert (orders(place, "people"), orders(place, "machines")) == ((2, 1000), (0, 0))
    if kept == "the log is gone":
        shutil.rmtree(place.hits / "c0")
    rules = place.data / "rules.toml"
    for _ in range(2):  # and a second time nothing more happens
        rules.write_text(HARSH)
        run(place, "replay", "--verdicts")
        assert (orders(place, "people"), orders(place, "machines")) == ((1, 500), (1, 500))
        assert orders(place, "all") == (2, 1000)
    rules.unlink()
    run(place, "replay", "--verdicts")
    assert (orders(place, "people"), orders(place, "machines")) == ((2, 1000), (0, 0))
    assert not place.reweigh_records.exists()


def test_rules_that_cannot_be_read_are_told_before_anything_is_done(place: Place, site: Site) -> None:
    (place.data / "rules.toml").write_text("machine_at = 'x'\n")
    line = [sys.executable, "-m", "onebyone", "replay", "--verdicts", "--data", str(place.data)]
    done = subprocess.run(line, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2 and b"machine_at" in done.stderr and not place.replay.exists()
