"""Who sent a web hit: a person, a machine, or nobody can say. The rules are data; here are the signs they ask for.

A verdict never changes what is answered: it is made after the answer.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from msgspec import Struct

from onebyone.event import Actor, Event, Via
from onebyone.pipeline.behaviour import (
    ALIVE,
    EQUAL_INTERVALS,
    MANY_VIEWS,
    NEW,
    NO_ENGAGEMENT,
    TRAP,
    TRAPPED,
    VIEW,
    Behaviour,
)
from onebyone.pipeline.classifier import MAX_AGENT_CHARS, Classifier, Verdict, speculation
from onebyone.pipeline.crawlers import Crawlers
from onebyone.pipeline.networks import Networks
from onebyone.pipeline.rules import Crawler, HardRule, Ruleset
from onebyone.pipeline.step import Context
from onebyone.pipeline.traits import Releases, Traits, disagrees, traits_of

VERIFIED, UNVERIFIED = "crawler.verified", "crawler.unverified"
INFERRED = "inferred"  # the class of a machine that only points speak for
_TAG, _IMAGE, _SERVER, _IMPORT = (str(way.value) for way in (Via.TAG, Via.IMAGE, Via.SERVER, Via.IMPORT))
_BEHAVED = (
    (MANY_VIEWS, "many_views"),
    (EQUAL_INTERVALS, "equal_intervals"),
    (NO_ENGAGEMENT, "no_engagement"),
    (TRAPPED, "trapped"),
)
PROTO = "x-forwarded-proto"  # without it nobody knows, and no header is missed
_FETCH = ("sec-fetch-mode", "sec-fetch-site", "sec-fetch-dest")
_MOST_SURE, _LEAST_SURE = 95, 20
_MOST_VERDICTS = 500  # of one string

Signs = tuple[str, ...]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    dns: bool = True  # crawlers that no list knows are asked for by their network's name, beside the pipeline


class Agent:
    """What is known of one string, and the verdicts that were made of it."""

    __slots__ = ("claimed", "is_listed", "old_from", "said", "sign", "traits", "verdicts")

    def __init__(self, said: Verdict, traits: Traits, claimed: Crawler | None, old_from: date | None) -> None:
        self.said = said
        self.traits = traits
        self.sign = {"empty": "no_agent", "oversized": "long_agent"}.get(said.label, "")
        self.is_listed = said.actor != Actor.HUMAN
        self.claimed = claimed
        self.old_from = old_from
        self.verdicts: dict[Signs, Verdict] = {}


class Judge:
    """Compiled once; one thread."""

    def __init__(
        self,
        classifier: Classifier | None = None,
        *,
        networks: Networks | None = None,
        behaviour: Behaviour | None = None,
        asks_dns: bool = False,
    ) -> None:
        """`asks_dns`: somebody takes `crawlers.take_open()` to the DNS and lets it learn the answers."""
        self.classifier = classifier or Classifier()
        self.rules = self.classifier.rules
        self.networks = networks or Networks()
        self.behaviour = behaviour or Behaviour()
        self.crawlers = Crawlers(self.rules.crawler, self.networks, asks=asks_dns)
        self.ruleset = self.classifier.ruleset + (f"+net.{self.networks.version}" if self.networks.version else "")
        self.agent = lru_cache(maxsize=50_000)(self._agent)
        self._releases = Releases(self.rules.release)
        self._traps, self._moves = frozenset(self.rules.traps), frozenset(self.rules.moves)
        self._disagrees = lru_cache(maxsize=50_000)(disagrees)
        self._is_public = lru_cache(maxsize=50_000)(lambda address: ipaddress.ip_address(address).is_global)

    def judge(self, event: Event, context: Context, was_person: Callable[[], bool] = bool) -> Verdict:
        """Notes the event among its visitor's, so call it once for each.

        `was_person`: whether this visitor was seen to move a day before or earlier; asked only where it matters.
        """
        agent = self.agent(context.user_agent)
        signs = self.signs(event, context, agent, self.behave(event, context))
        verdict = self.decide(agent, signs)
        if verdict.points >= self.rules.suspect_at and was_person():
            return self.decide(agent, (*signs, "person_before"))
        return verdict

    def behave(self, event: Event, context: Context) -> int:
        """What the events before this one make of it, as bits of `behaviour`.

        Who keeps the cookie is known by it; who comes without, or for the first time, by network and user agent.
        """
        by_tag = event.via == _TAG
        if not by_tag and event.via != _IMAGE:
            return 0
        what = VIEW if event.name == "page_view" else 0
        if self.moves(event, context):
            what |= ALIVE
            self.behaviour.lively.add(event.site)
        if what & VIEW and event.path in self._traps:
            what |= TRAP
        at, said = event.at, NEW
        at_ms = context.hit.received_ms if at is event.received_at else int(at.timestamp() * 1000)
        if event.visitor:
            said = self.behaviour.see((event.site, event.visitor), at_ms, what)
        if said & NEW and context.address:  # shared by several people: their distances and pauses say nothing
            key = (event.site, context.address, context.user_agent)
            said |= self.behaviour.see(key, at_ms, what) & (MANY_VIEWS | TRAPPED)
        sees_moves = by_tag and event.site in self.behaviour.lively  # an image sees nobody move
        return said if sees_moves else said & ~NO_ENGAGEMENT

    def signs(self, event: Event, context: Context, agent: Agent, behaved: int = 0) -> Signs:
        """What is noticed, in no order that matters. A server's own events are only asked for their user agent."""
        if event.via == _SERVER:
            return self._listed_signs(event, context, agent, []) if agent.is_listed else ()
        headers = context.headers
        signs: list[str] = [agent.sign] if agent.sign else []
        if "sec-purpose" in headers or "purpose" in headers or "x-moz" in headers or "x-purpose" in headers:
            signs.append(speculation(headers))
        if context.webdriver:
            signs.append("webdriver")
        if context.facts:
            signs.extend(context.facts)
        if event.name in self._moves and event.via == _TAG:
            signs.append("interaction")
        if agent.is_listed:
            return self._listed_signs(event, context, agent, signs)
        if context.address and self.networks.find(context.address).is_datacenter:
            signs.append("datacenter")
        if agent.old_from is not None and event.day > agent.old_from:
            signs.append("old_major")
        if agent.traits.is_impossible:
            signs.append("impossible_agent")
        if headers and event.via != _IMPORT:
            self._header_signs(event, context, agent.traits, signs)
        if behaved & ~NEW:
            signs += [sign for bit, sign in _BEHAVED if behaved & bit]
        return tuple(signs)

    def moves(self, event: Event, context: Context) -> bool:
        """Whether this event of the tag shows that somebody is there."""
        return event.via == _TAG and (event.name in self._moves or "interaction" in context.facts)

    def decide(self, agent: Agent, signs: Signs) -> Verdict:
        """From the signs alone: the same signs of one string are the same verdict."""
        verdict = agent.verdicts.get(signs)
        if verdict is None:
            if len(agent.verdicts) >= _MOST_VERDICTS:
                agent.verdicts.clear()
            verdict = agent.verdicts[signs] = _decide(self.rules, agent.said, signs)
        return verdict

    def _agent(self, user_agent: str) -> Agent:
        start = user_agent[:MAX_AGENT_CHARS]
        traits = traits_of(start)
        old_from = self._releases.old_from(traits.browser, traits.major)
        said = self.classifier.of_agent(user_agent)
        claimed = self.crawlers.claimed_by(start) if said.actor != Actor.HUMAN else None
        return Agent(said, traits, claimed, old_from)

    def _listed_signs(self, event: Event, context: Context, agent: Agent, signs: list[str]) -> Signs:
        if "HeadlessChrome" in context.headers.get("sec-ch-ua", ""):
            signs.append("headless_brand")
        signs.append("listed")
        if agent.claimed is not None and context.address and self._is_public(context.address):
            at_ms = int(event.received_at.timestamp() * 1000)
            verified = self.crawlers.verify(agent.claimed, context.address, at_ms)
            signs.append("false_claim" if verified is False else VERIFIED if verified else UNVERIFIED)
        return tuple(signs)

    def _header_signs(self, event: Event, context: Context, traits: Traits, signs: list[str]) -> None:
        headers = context.headers
        over_https = PROTO in headers and headers[PROTO].startswith("https")
        if "accept-language" not in headers:
            signs.append("no_accept_language")
        if event.via == _IMAGE and "image/" not in headers.get("accept", ""):
            signs.append("accept_not_image")
        if "sec-ch-ua" in headers:
            if "HeadlessChrome" in headers["sec-ch-ua"]:
                signs.append("headless_brand")
            mobile, platform = headers.get("sec-ch-ua-mobile", ""), headers.get("sec-ch-ua-platform", "")
            if self._disagrees(traits, headers["sec-ch-ua"], mobile, platform):
                signs.append("hints_disagree")
        elif over_https and traits.sends_hints:
            signs.append("no_hints")
        if over_https and traits.sends_fetch_metadata and headers.keys().isdisjoint(_FETCH):
            signs.append("no_fetch_metadata")


def _decide(rules: Ruleset, said: Verdict, signs: Signs) -> Verdict:
    rule = next((rule for rule in rules.hard if rule.when in signs), None)
    if rule is None:
        return score(rules, said, signs)
    if rule.when != "listed":
        return _by_rule(rule, said)
    if VERIFIED in signs:
        return Verdict(said.actor, said.label, 99, (*said.reasons, VERIFIED), said.agent)
    if UNVERIFIED in signs:
        return Verdict(said.actor, said.label, said.confidence, (*said.reasons, UNVERIFIED), said.agent)
    return said


def _by_rule(rule: HardRule, said: Verdict) -> Verdict:
    named = rule.when == "false_claim"  # whose name it uses is worth knowing
    return Verdict(rule.actor, rule.label, rule.confidence, (rule.id,), said.agent if named else rule.label)


def score(rules: Ruleset, said: Verdict, signs: Signs) -> Verdict:
    """By points. Whom a guard knows for a person is unclear at most."""
    found = [rule for rule in rules.soft if rule.when in signs]
    points = sum(rule.points for rule in found)
    reasons = (*said.reasons, *(rule.id for rule in found))
    if points >= rules.machine_at and not said.reasons:
        return Verdict(Actor.MACHINE_DECLARED, INFERRED, min(points, _MOST_SURE), reasons, INFERRED, points)
    if points >= rules.suspect_at:
        return Verdict(Actor.SUSPECT, said.label, min(points, rules.machine_at - 1), reasons, "", points)
    sure = min(_MOST_SURE, max(_LEAST_SURE, said.confidence - points))
    return Verdict(Actor.HUMAN, said.label, sure, reasons, "", points)
