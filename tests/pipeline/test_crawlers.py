from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from onebyone.pipeline.crawlers import (
    HOLDS_MS,
    NAMED,
    RETRY_MS,
    Answer,
    Claim,
    Crawlers,
    DnsUnavailable,
    SystemResolver,
    ask,
)
from onebyone.pipeline.networks import NetworkList, Networks
from onebyone.pipeline.rules import read_rules

GOOGLEBOT = next(crawler for crawler in read_rules().crawler if crawler.name == "Googlebot")
GPTBOT = next(crawler for crawler in read_rules().crawler if crawler.name == "GPTBot")
NOW_MS = 1_795_514_400_000


class Dns:
    """Names by address, addresses by name; `None` among the names: no answer."""

    def __init__(self, names: Mapping[str, str | None], addresses: dict[str, str]) -> None:
        self._names: dict[str, str | None] = {NAMED: "dns.example", **names}
        self._addresses = addresses

    def names(self, address: str) -> Sequence[str]:
        name = self._names.get(address, "")
        if name is None:
            raise DnsUnavailable
        return [name] if name else []

    def addresses(self, name: str) -> Sequence[str]:
        return [self._addresses[name]] if name in self._addresses else []


def asked(dns: Dns, network: str = "66.249.66.0") -> Answer:
    return ask(Claim("Googlebot", network), GOOGLEBOT, dns, now_ms=NOW_MS)


def test_a_name_that_leads_back_is_the_crawlers() -> None:
    name = "crawl-66-249-66-1.googlebot.com"
    assert asked(Dns({"66.249.66.1": f"{name}."}, {name: "66.249.66.1"})).verified is True


@pytest.mark.parametrize(
    ("name", "back"),
    [
        ("crawl.googlebot.com", "203.0.113.9"),  # does not lead back
        ("googlebot.com.evil.example", "66.249.66.0"),
        ("evilgooglebot.com", "66.249.66.0"),
        ("google-proxy-66-249-66-0.google.com", "66.249.66.0"),  # Google's, but a person's
    ],
)
def test_any_other_name_is_not(name: str, back: str) -> None:
    assert asked(Dns({"66.249.66.0": name}, {name: back})).verified is False


def test_no_answer_denies_nobody_and_is_asked_again_soon() -> None:
    for dns in (Dns({"66.249.66.0": None}, {}), Dns({NAMED: ""}, {})):
        answer = asked(dns)
        assert answer.verified is None and answer.asked_ms == NOW_MS - HOLDS_MS + RETRY_MS


def test_ipv6_networks_are_asked_too() -> None:
    name = "crawl.googlebot.com"
    assert asked(Dns({"2001:4860:4801::1": name}, {name: "2001:4860:4801::1"}), "2001:4860:4801::").verified


def crawlers(*files: NetworkList) -> Crawlers:
    return Crawlers((GOOGLEBOT, GPTBOT), Networks(files))


def test_a_question_is_open_once_and_its_answer_holds_a_day() -> None:
    known = crawlers()
    for _ in range(3):
        assert known.verify(GOOGLEBOT, "203.0.113.0", NOW_MS) is None
    ((claim, crawler),) = known.take_open()
    assert (claim, crawler) == (Claim("Googlebot", "203.0.113.0"), GOOGLEBOT)
    known.learn([Answer(claim, False, NOW_MS)])
    assert known.verify(GOOGLEBOT, "203.0.113.0", NOW_MS + HOLDS_MS) is False and not known.take_open()
    assert known.verify(GOOGLEBOT, "203.0.113.0", NOW_MS + HOLDS_MS + 1) is False  # until the new answer is there
    assert len(known.take_open()) == 1


def test_who_is_told_not_to_ask_leaves_nothing_open() -> None:
    known = Crawlers((GOOGLEBOT,), Networks(), asks=False)
    assert known.verify(GOOGLEBOT, "203.0.113.0", NOW_MS) is None and not known.take_open()


def test_a_seed_confirms_and_only_a_fetched_list_denies(tmp_path: Path) -> None:
    path = tmp_path / "crawler.gptbot.txt"
    path.write_text("20.171.206.0/24\n")
    seed = crawlers(NetworkList("crawler.gptbot", path, shipped=True))
    fetched = crawlers(NetworkList("crawler.gptbot", path, shipped=False))
    for known in (seed, fetched):
        assert known.verify(GPTBOT, "20.171.206.0", NOW_MS) is True
    assert seed.verify(GPTBOT, "203.0.113.0", NOW_MS) is None
    assert fetched.verify(GPTBOT, "203.0.113.0", NOW_MS) is False


def test_a_flood_of_claims_stays_bounded() -> None:
    known = crawlers()
    for number in range(3_000):
        known.verify(GOOGLEBOT, f"203.{number // 250}.{number % 250}.0", NOW_MS)
    assert len(known.take_open()) == 1_000


def test_every_list_of_a_crawler_is_shipped() -> None:
    shipped = {path.stem for path in (Path(__file__).parents[2] / "src/onebyone/pipeline/data/networks").iterdir()}
    for crawler in read_rules().crawler:
        assert set(crawler.lists) <= shipped and (crawler.lists or crawler.suffixes)


@pytest.mark.parametrize(
    ("error", "gives"),
    [(socket.herror(1, "Unknown host"), ()), (socket.herror(2, "try again"), None), (OSError("down"), None)],
)
def test_the_systems_resolver_tells_nothing_from_no_answer(error: OSError, gives: tuple[str, ...] | None) -> None:
    def by_address(address: str) -> tuple[str, list[str], list[str]]:
        raise error

    resolver = SystemResolver(by_address)
    if gives is None:
        with pytest.raises(DnsUnavailable):
            resolver.names("66.249.66.0")
    else:
        assert resolver.names("66.249.66.0") == gives


@pytest.mark.parametrize(("number", "gives"), [(socket.EAI_NONAME, ()), (socket.EAI_AGAIN, None)])
def test_so_it_does_of_addresses(number: int, gives: tuple[str, ...] | None) -> None:
    def by_name(name: str, port: None) -> Sequence[tuple[object, object, object, object, tuple[object, ...]]]:
        raise socket.gaierror(number, "no")

    resolver = SystemResolver(by_name=by_name)
    if gives is None:
        with pytest.raises(DnsUnavailable):
            resolver.addresses("crawl.example")
    else:
        assert resolver.addresses("crawl.example") == gives


def test_loopback_has_a_name_that_leads_back() -> None:
    resolver = SystemResolver(
        lambda address: ("one.example", ["alias.example"], [address]),
        lambda name, port: [(0, 0, 0, "", ("192.0.2.1", 0))],
    )
    assert resolver.names("192.0.2.1") == ("one.example", "alias.example")
    assert resolver.addresses("one.example") == ["192.0.2.1"]
