"""Reading everything again, and importing everything again, leaves every number where it was."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from e2e.load import BROWSER, Load, outcomes_in
from e2e.running import Platform, a_platform, get, post, wait_until
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.reports.catalogue import COMMON, DIRECTORY, read_report
from onebyone.state.sites import Site

pytestmark = pytest.mark.slow

ACCESS_LOG = Path(__file__).parents[2] / "../shared/data/measurement/access_log_10000.log.gz"
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
EVER = {"from": datetime(2015, 1, 1, tzinfo=UTC), "to": datetime.now(UTC) + timedelta(days=1), "traffic": "all"}
BEGINNING = 6_000 if os.environ.get("PROVE") else 1_000
OF_NO_SITE = ("drops", "ledger_days", "ledger_totals", "unknown_hits")  # of what named none: it has no events
NAMES = [file.stem for file in sorted(DIRECTORY.glob("*.sql")) if read_report(file).params.keys() <= COMMON]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with a_platform(tmp_path_factory.mktemp("replay") / "data") as running:
        yield running


def reports(platform: Platform, site: str, names: Sequence[str] = NAMES) -> dict[str, list[dict[str, Any]]]:
    with ThreadPoolExecutor(4) as pool:
        rows = pool.map(lambda name: platform.report(name, site, **EVER, limit=100_000), names)
        return dict(zip(names, rows, strict=True))


def send_all_kinds(platform: Platform, site: Site, key: str) -> None:
    """Views, orders, copies and retries; machines; what is dropped, with a site and without."""
    load = Load(site, key, lambda: platform.collector, connections=2, seed=5)
    with load.running() as books:
        wait_until(lambda: len(books.accepted) >= 150, timeout_s=30)
    address = f"{platform.collector}/{site.prefix}/v1"
    image = f"{address}/n/{site.id}.gif"
    for query, agent in (("e=pv", BOT), ("e=%20", "x"), ("val=much", "x"), ("e=sign_up&id=s&eid=s", "x")):
        assert get(f"{image}?{query}", headers={"user-agent": agent}).status_code == 200
    assert get(f"{platform.collector}/nobody.gif").status_code == 200
    assert post(f"{address}/events", json={"events": [{}]}).status_code == 401
    again = {"name": "generate_lead", "nav": "reload", "page": {"url": "https://shop.example/thanks"}}
    visitor = get(image, headers=BROWSER).headers["set-cookie"].partition(";")[0]
    for id in ("l1", "l2"):  # the second is a reload of the first
        body = json.dumps({"site": site.id, "events": [again | {"id": id}]})
        assert post(f"{address}/e", content=body, headers=BROWSER | {"cookie": visitor}).status_code == 200


def replayed(platform: Platform) -> None:
    ended = platform.command("replay", "--json")
    assert json.loads(ended.stdout)["sightings"] > 150
    wait_until(lambda: not platform.place.replay.exists(), timeout_s=30)


def test_a_replay_leaves_every_report_as_it_was(own: Platform) -> None:
    site, key = own.add_site()
    send_all_kinds(own, site, key)
    own.settle()
    before, before_unknown = reports(own, site.id), reports(own, "", OF_NO_SITE)
    assert {"page_reloaded", "duplicate_event", "order_joined"} <= {row["reason"] for row in before["drops"]}
    assert before["totals"][0]["machine_views"] == 1 and len(before_unknown["drops"]) == 2
    replayed(own)  # while it runs
    own.settle()
    assert reports(own, site.id) == before and reports(own, "", OF_NO_SITE) == before_unknown
    own.stop()
    replayed(own)  # and while it does not
    own.start()
    own.settle()
    assert reports(own, site.id) == before and reports(own, "", OF_NO_SITE) == before_unknown
    check_each_read_thrice_with_one_answer(own)


def check_each_read_thrice_with_one_answer(platform: Platform) -> None:
    events = SqliteReader(platform.place.events)
    outcomes = Counter(outcomes_in(events))
    events.close()
    assert set(outcomes.values()) == {3}
    assert len({(one.hit, one.n) for one in outcomes}) == len(outcomes)


@pytest.fixture(scope="module")
def lines() -> list[str]:
    if not ACCESS_LOG.exists():
        pytest.skip(f"the sample log is not here: {ACCESS_LOG}")
    return gzip.decompress(ACCESS_LOG.read_bytes()).decode().splitlines()


def imported(platform: Platform, site: Site, file: Path) -> tuple[int, int]:
    """Lines read, and of them added."""
    ended = platform.command("import-log", str(file), "--site", site.id, "--json")
    said = json.loads(ended.stdout)
    assert said["known"] == said["lines"] - said["added"]
    return said["lines"], said["added"]


def test_an_access_log_is_imported_once_however_often_it_is_read(own: Platform, lines: list[str]) -> None:
    site, _ = own.add_site()
    start = own.data.parent / "start.log"
    start.write_text("\n".join(lines[:BEGINNING]) + "\n")
    assert imported(own, site, start) == (BEGINNING, BEGINNING)
    own.settle()
    first = reports(own, site.id)
    assert imported(own, site, start) == (BEGINNING, 0)
    own.settle()
    assert reports(own, site.id) == first
    own.stop()
    assert imported(own, site, ACCESS_LOG) == (10_000, 10_000 - BEGINNING)  # a longer copy, packed, with nobody serving
    assert imported(own, site, ACCESS_LOG) == (10_000, 0)
    own.start()  # whose engine looks at once for rows that are too old
    check_facts(reports(own, site.id), lines)


def check_facts(found: dict[str, list[dict[str, Any]]], lines: list[str]) -> None:
    """What the samples' own list of facts says, and what can be counted with one expression."""
    kept, dropped, failed = (found["ledger_totals"][0][fate] for fate in ("kept", "dropped", "failed"))
    assert (kept + dropped, failed) == (10_000, 0)
    reasons = {row["reason"]: row["sightings"] for row in found["drops"]}
    counts = Counter(kind_of(line) for line in lines)
    assert reasons.pop("line_unreadable") == 1
    assert reasons.pop("not_a_page") + kept + 1 == counts["shown"]
    assert reasons == {name: count for name, count in counts.items() if name != "shown"}
    days = {row["day"]: row["views"] for row in found["overview"]}
    assert sum(days.values()) == kept and set(days) == {f"2015-05-{day}" for day in (17, 18, 19, 20)}


def kind_of(line: str) -> str:
    said = re.search(r'"(\S+) [^"]*" (\d)(\d\d) ', line)
    assert said is not None
    method, first, rest = said.groups()
    if method != "GET":
        return "not_a_view"
    known = {"4": "answer_error", "5": "answer_error", "3": "answer_redirect", "2": "answer_partial"}
    return "shown" if first + rest in ("200", "304") else known[first]
