"""The whole verdict: strings, headers, networks, script facts and what was seen before (email-and-bots.md 2, 3, 10)."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from onebyone.event import Actor, Event, utc
from onebyone.pipeline.classifier import Classifier, Verdict
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.networks import NetworkList, Networks, find_lists
from onebyone.pipeline.rules import read_rules
from pipeline.examples import GOLDEN, RECEIVED_MS, a_context, an_event

VECTORS = json.loads((GOLDEN / "vectors/user_agents.json").read_text())["user_agents"]
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
)
OLD_CHROME = CHROME.replace("156", "92")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
SAFARI = f"{_MAC} Version/26.1 Safari/605.1.15"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
PAGE = "https://shop.example/lamps"
HINTS = {
    "sec-ch-ua": '"Chromium";v="156", "Google Chrome";v="156", "Not:A-Brand";v="8"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Windows"',
}
FETCH = {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
HTTPS = {"x-forwarded-proto": "https"}
BROWSER = {**HTTPS, "accept": "image/avif,image/webp,*/*;q=0.8", "accept-language": "de-DE,de;q=0.9", **FETCH}
CLOUD, HOME = "198.51.100.0", "84.150.1.0"


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier()


@pytest.fixture
def judge(classifier: Classifier, tmp_path: Path) -> Judge:
    path = tmp_path / "datacenter.cloud.txt"
    path.write_text(f"{CLOUD}/24\n")
    return Judge(classifier, networks=Networks([*find_lists(), NetworkList(path.stem, path, shipped=False)]))


def said(
    judge: Judge, agent: str = CHROME, headers: dict[str, str] | None = None, *, via: str = "image", **more: Any
) -> Verdict:
    event = an_event(via=via, **more.pop("event", {}))
    context = a_context(user_agent=agent, headers=headers or {}, **{"url": PAGE} | more)
    return judge.judge(event, context)


def brief(verdict: Verdict) -> tuple[str, set[str]]:
    return str(verdict.actor), set(verdict.reasons)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["user_agent"][:60] or "empty")
def test_a_published_string_alone_is_judged_as_published(vector: Any, judge: Judge) -> None:
    actor = said(judge, vector["user_agent"]).actor
    assert ("automated" if actor.startswith("machine_") else actor) == vector["expect_web"]


@pytest.mark.parametrize(
    ("agent", "headers"),
    [(CHROME, BROWSER | HINTS), (FIREFOX, BROWSER), (SAFARI, BROWSER), (OLD_CHROME.replace("92", "79"), BROWSER)],
)
def test_a_browser_with_its_own_headers_has_nothing_against_it(
    agent: str, headers: dict[str, str], judge: Judge
) -> None:
    verdict = said(judge, agent, headers, address=HOME)
    assert verdict.actor == Actor.HUMAN and not set(verdict.reasons) - {"ua.old_major"}


@pytest.mark.parametrize(
    ("without", "rule", "points"),
    [
        ("sec-ch-ua", "hdr.no_hints", 30),
        ("sec-fetch", "hdr.no_fetch_metadata", 25),
        ("accept-language", "hdr.no_language", 20),
        ("accept", "hdr.accept_not_image", 15),
    ],
)
def test_each_missing_header_has_its_points(without: str, rule: str, points: int, judge: Judge) -> None:
    headers = BROWSER | HINTS
    gone = [name for name in headers if name == without or (without[:4] == "sec-" and name.startswith(without))]
    verdict = said(judge, CHROME, {name: value for name, value in headers.items() if name not in gone})
    assert (verdict.reasons, verdict.points) == ((rule,), points)


def test_a_header_that_plain_http_never_carries_is_not_missed(judge: Judge) -> None:
    headers = {"accept": "image/*", "accept-language": "de"}
    assert said(judge, CHROME, headers).reasons == ()
    assert len(said(judge, CHROME, headers | HTTPS).reasons) == 2


@pytest.mark.parametrize(
    ("agent", "hints"),
    [
        (CHROME, {"sec-ch-ua": '"Chromium";v="120"'}),
        (CHROME, {"sec-ch-ua-platform": '"Linux"'}),
        (CHROME, {"sec-ch-ua-mobile": "?1"}),
        (FIREFOX, {}),
    ],
)
def test_hints_that_contradict_the_string_are_noticed(agent: str, hints: dict[str, str], judge: Judge) -> None:
    assert brief(said(judge, agent, BROWSER | HINTS | hints)) == ("suspect", {"hdr.hints_disagree"})


def test_a_data_centre_alone_makes_it_unclear_and_never_a_machine(judge: Judge) -> None:
    verdict = said(judge, CHROME, BROWSER | HINTS, address=CLOUD)
    assert (brief(verdict), verdict.confidence) == (("suspect", {"net.dc"}), 40)


def test_a_faked_browser_in_a_data_centre_is_a_machine(judge: Judge) -> None:
    verdict = said(judge, CHROME, {**HTTPS, "accept": "*/*"}, address=CLOUD)
    assert (verdict.actor, verdict.label, verdict.confidence) == (Actor.MACHINE_DECLARED, "inferred", 95)


def test_an_old_major_is_worth_little_and_grows_old_with_time(judge: Judge) -> None:
    new = said(judge, CHROME.replace("156", "140"))
    later = utc(RECEIVED_MS) + timedelta(days=400)
    old = said(judge, CHROME.replace("156", "140"), event={"at": later, "day": later.date()})
    assert new.reasons == () and (old.actor, old.reasons) == (Actor.HUMAN, ("ua.old_major",))


def test_two_engines_in_one_string_are_impossible(judge: Judge) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36"
    assert brief(said(judge, agent)) == ("suspect", {"ua.impossible"})


def test_script_facts_add_up(judge: Judge) -> None:
    facts = ("no_size", "no_languages", "never_visible")
    verdict = said(judge, CHROME, BROWSER | HINTS, via="tag", facts=facts)
    assert brief(verdict) == ("suspect", {"js.no_size", "js.no_languages", "js.never_visible"})


def test_somebody_who_moves_is_a_person_even_behind_a_vpn(judge: Judge) -> None:
    verdict = said(judge, CHROME, BROWSER | HINTS, via="tag", address=CLOUD, facts=("interaction",))
    assert brief(verdict) == ("human", {"net.dc", "js.interaction"})


def test_what_only_somebody_who_moves_causes_shows_a_person(judge: Judge) -> None:
    for via, points in (("tag", -40), ("image", 0)):
        verdict = said(judge, CHROME, BROWSER | HINTS, via=via, event={"name": "scroll"})
        assert verdict.points == points


def test_a_driven_browser_is_a_machine_and_a_driven_crawler_keeps_its_name(judge: Judge) -> None:
    assert brief(said(judge, CHROME, webdriver=True)) == ("machine_declared", {"js.webdriver"})
    assert said(judge, GOOGLEBOT, webdriver=True).agent == "Googlebot"
    headless = HINTS | {"sec-ch-ua": '"HeadlessChrome";v="156", "Chromium";v="156"'}
    assert brief(said(judge, CHROME, BROWSER | headless)) == ("machine_declared", {"hdr.headless_brand"})


@pytest.mark.parametrize("header", ["sec-purpose", "purpose", "x-moz"])
def test_what_is_fetched_ahead_is_held_whoever_does_it(header: str, judge: Judge) -> None:
    for agent in (CHROME, GOOGLEBOT):
        verdict = said(judge, agent, BROWSER | {header: "prefetch"})
        assert (verdict.actor, verdict.confidence) == (Actor.MACHINE_PREFETCH, 95)


def test_scenario_26_a_prerendered_page_counts_once_it_is_seen(judge: Judge) -> None:
    """The image of a prerendering page is held; the tag speaks at activation, without the header."""
    image = said(judge, CHROME, BROWSER | HINTS | {"sec-purpose": "prefetch;prerender"})
    seen = said(judge, CHROME, BROWSER | HINTS, via="tag", event={"nav": "prerender"})
    assert (image.actor, seen.actor) == (Actor.MACHINE_PREFETCH, Actor.HUMAN)


def test_scenario_27_the_bare_product_token_on_a_page_is_unclear(judge: Judge) -> None:
    assert said(judge, "Mozilla/5.0").actor == Actor.SUSPECT


def test_a_crawler_at_its_operators_address_is_verified(judge: Judge) -> None:
    verdict = said(judge, GOOGLEBOT, address="66.249.66.0")
    assert (verdict.actor, verdict.reasons[-1], verdict.confidence) == (Actor.MACHINE_DECLARED, "crawler.verified", 99)


def test_until_it_is_known_a_crawler_is_what_it_says(judge: Judge) -> None:
    assert said(judge, GOOGLEBOT, address=HOME).reasons[-1] == "crawler.unverified"
    assert said(judge, GOOGLEBOT, address="10.1.2.0").reasons == ("list.crawler_user_agents",)


def test_a_false_crawler_is_unclear_by_the_reason_spoof(classifier: Classifier, tmp_path: Path) -> None:
    path = tmp_path / "crawler.gptbot.json"
    path.write_text('{"prefixes":[{"ipv4Prefix":"20.171.206.0/24"}]}')
    judge = Judge(classifier, networks=Networks(find_lists(tmp_path)))
    agent = "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)"
    assert brief(said(judge, agent, address=HOME)) == ("suspect", {"spoof"})
    assert said(judge, agent, address=HOME).agent == "GPTBot"
    assert said(judge, agent, address="20.171.206.0").reasons[-1] == "crawler.verified"


GUARDED = [rule for rule in read_rules().agent if rule.id.startswith("guard.")]
PEOPLE = [
    "Mozilla/5.0 (Linux; Android 10; CUBOT X20) AppleWebKit/537.36 Chrome/92.0.4515.131 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Instagram 400.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 [FBAN/FBIOS;FBAV/500.0;]",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36 Viber/20.0",
    "Lynx/2.9.2 libwww-FM/2.14 SSL-MM/1.4.1",
    "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 Chrome/110.0.0.0 Safari/537.36 eMClient/9.2",
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_of_the_guard_list_are_never_lost_to_a_rule(agent: str, judge: Judge) -> None:
    """Whatever else speaks against them, alone or together."""
    assert GUARDED
    worst = said(
        judge, agent, {**HTTPS, "accept": "*/*"}, address=CLOUD, facts=("no_size", "no_languages", "never_visible")
    )
    assert said(judge, agent).actor == Actor.HUMAN
    assert worst.actor == Actor.SUSPECT and worst.points >= judge.rules.machine_at


def test_a_line_of_an_access_log_has_no_headers_to_miss(judge: Judge) -> None:
    assert said(judge, CHROME, via="import").reasons == ()


def test_more_than_thirty_views_a_minute_are_noticed(judge: Judge) -> None:
    verdicts = [
        said(judge, CHROME, BROWSER | HINTS, event=moved(number * 1_900 + number % 7 * 40, visitor=7))
        for number in range(32)
    ]
    assert [verdict.actor for verdict in verdicts[:30]] == [Actor.HUMAN] * 30
    assert brief(verdicts[31]) == ("suspect", {"rate.views"})


def moved(ms: int, **more: Any) -> dict[str, Any]:
    at = utc(RECEIVED_MS + ms)
    return {"at": at, "day": at.date(), **more}


def test_views_at_equal_distances_are_noticed(judge: Judge) -> None:
    for number in range(11):
        verdict = said(judge, CHROME, BROWSER | HINTS, event=moved(number * 60_000, visitor=7))
    assert brief(verdict) == ("suspect", {"rate.intervals"})


def test_page_after_page_without_a_move_is_noticed_where_a_move_could_be_seen(judge: Judge) -> None:
    said(judge, CHROME, BROWSER | HINTS, via="tag", facts=("interaction",), event={"visitor": 1})
    for number in range(21):
        times = moved(number * number * 3_000, visitor=number % 2 + 8)
        tag = said(judge, CHROME, BROWSER | HINTS, via="tag", event=times | {"visitor": 7})
        image = said(judge, FIREFOX, BROWSER, event=times | {"visitor": 9})
    assert brief(tag) == ("suspect", {"rate.no_engagement"}) and image.reasons == ()


def test_where_nobody_was_ever_seen_to_move_nobody_is_missed(judge: Judge) -> None:
    for number in range(30):
        event = moved(number * number * 3_000, visitor=7)
        assert said(judge, CHROME, BROWSER | HINTS, via="tag", event=event).reasons == ()


def test_who_found_the_trap_is_a_machine_for_half_an_hour(classifier: Classifier, tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text('traps = ["/hidden"]\n')
    judge = Judge(Classifier(read_rules(tmp_path / "rules.toml")))
    before = said(judge, CHROME, BROWSER | HINTS, address=HOME, event=moved(0, path="/"))
    trapped = said(judge, CHROME, BROWSER | HINTS, address=HOME, event=moved(1_000, path="/hidden"))
    after = said(judge, CHROME, BROWSER | HINTS, address=HOME, event=moved(20_000, path="/"))
    other = said(judge, FIREFOX, BROWSER, address=HOME, event=moved(20_000, path="/"))
    later = said(judge, CHROME, BROWSER | HINTS, address=HOME, event=moved(3_000_000, path="/"))
    assert [one.actor[:7] for one in (before, trapped, after, other, later)] == [
        "human", "machine", "machine", "human", "human",
    ]  # fmt: skip


def test_history_is_asked_for_only_where_it_matters_and_clears_a_visitor(judge: Judge) -> None:
    asked = []

    def was_person() -> bool:
        asked.append(1)
        return True

    context = a_context(user_agent=CHROME, headers=BROWSER | HINTS, url=PAGE, address=CLOUD)
    verdict = judge.judge(an_event(via="tag", visitor=5), context, was_person)
    assert brief(verdict) == ("human", {"net.dc", "history.person"})
    judge.judge(an_event(via="tag", visitor=5), a_context(user_agent=CHROME, headers=BROWSER | HINTS), was_person)
    judge.judge(an_event(via="tag", visitor=5), a_context(user_agent=GOOGLEBOT, address=CLOUD), was_person)
    assert len(asked) == 1


def test_the_same_signs_are_the_same_verdict(judge: Judge) -> None:
    first = said(judge, CHROME, {**HTTPS, "accept": "*/*"}, address=CLOUD)
    assert said(judge, CHROME, {**HTTPS, "accept": "*/*"}, address=CLOUD) is first


def test_only_the_name_of_a_servers_event_is_asked(judge: Judge) -> None:
    event: Event = an_event(via="server")
    assert judge.judge(event, a_context(user_agent=CHROME, address=CLOUD, url=PAGE)).reasons == ()
    assert judge.judge(event, a_context(user_agent=GOOGLEBOT)).actor == Actor.MACHINE_DECLARED
