"""Who sent a web hit: a person, a machine, or nobody can say (specs/email-and-bots.md 2, rules 2 to 7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.metadata import version

import msgspec
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from is_bot import Bots
from msgspec import Struct

from onebyone.event import Actor
from onebyone.pipeline.agents import ACTORS, LIBRARIES, SEED, TAG_LABELS, VERSION, AgentRule

MAX_AGENT_CHARS = 1_024
_PATTERNS_AT_ONCE = 50
_EDGES = " /\\;(+"


class Verdict(Struct, frozen=True):
    actor: Actor
    label: str = msgspec.field(name="class")
    confidence: int  # 0 to 100
    reasons: tuple[str, ...] = ()  # rule ids
    agent: str = ""  # what a machine calls itself, or its class; "" for a person


_WEBDRIVER = Verdict(Actor.MACHINE_DECLARED, "headless", 90, ("js.webdriver",), "headless")
_BROWSER = Verdict(Actor.HUMAN, "human_browser", 50)  # a string alone never proves a person


class Classifier:
    """Compiles the rules and lists once, and keeps the verdicts of strings."""

    def __init__(self) -> None:
        self.ruleset = f"{VERSION}+{version('crawler-user-agents')}+{version('is-bot')}"
        self._seed = [(rule, _matcher(rule)) for rule in SEED]
        entries = [(entry["pattern"], tuple(entry.get("tags", ()))) for entry in CRAWLER_USER_AGENTS_DATA]
        self._chunks = [
            (re.compile("|".join(pattern for pattern, _ in chunk)), chunk)
            for chunk in (entries[at : at + _PATTERNS_AT_ONCE] for at in range(0, len(entries), _PATTERNS_AT_ONCE))
        ]
        self._bots = Bots()
        self.of_agent: Callable[[str], Verdict] = lru_cache(maxsize=50_000)(self._of_agent)

    def classify(self, user_agent: str, headers: Mapping[str, str], *, webdriver: bool = False) -> Verdict:
        """The first rule that decides. Header names are in lower case; `webdriver` is what the page's script says."""
        rule = _speculation(headers)
        if rule:
            return Verdict(Actor.MACHINE_PREFETCH, "prefetch", 95, (rule,), "prefetch")
        verdict = self.of_agent(user_agent)
        return _WEBDRIVER if webdriver and verdict.actor == Actor.HUMAN else verdict

    def _of_agent(self, user_agent: str) -> Verdict:
        if not user_agent.strip():
            return Verdict(Actor.MACHINE_DECLARED, "empty", 90, ("ua.empty",), "empty")
        if len(user_agent) > MAX_AGENT_CHARS:
            return Verdict(Actor.MACHINE_DECLARED, "oversized", 90, ("ua.too_long",), "oversized")
        for rule, matches in self._seed:
            if matches(user_agent):
                return _verdict(rule.label, rule.id, rule.label)
        return self._listed(user_agent) or self._named(user_agent) or _BROWSER

    def _listed(self, user_agent: str) -> Verdict | None:
        """By crawler-user-agents, whose tags say what kind it is."""
        name = ""
        tags: set[str] = set()
        for together, chunk in self._chunks:
            if together.search(user_agent):
                for pattern, its_tags in chunk:
                    found = re.search(pattern, user_agent)
                    if found:
                        name = name or found[0].strip(_EDGES)
                        tags.update(its_tags)
        if not name:
            return None
        label = next((label for tag, label in TAG_LABELS.items() if tag in tags), "crawler")
        return _verdict(label, "list.crawler_user_agents", name)

    def _named(self, user_agent: str) -> Verdict | None:
        """By is-bot, which knows only that it is one."""
        if not self._bots.is_bot(user_agent):
            return None
        label = "http_library" if user_agent.startswith(LIBRARIES) else "crawler"
        name = re.split(r"[/\s(;]", user_agent.removeprefix("Mozilla/5.0 (compatible; "), maxsplit=1)[0]
        return _verdict(label, "list.is_bot", label if name == "Mozilla" else name or label)


def _verdict(label: str, rule: str, agent: str) -> Verdict:
    actor = ACTORS.get(label, Actor.MACHINE_DECLARED)
    if actor == Actor.HUMAN:
        return Verdict(actor, label, 50, (rule,))
    return Verdict(actor, label, 60 if actor == Actor.SUSPECT else 90, (rule,), agent[:64])


def _matcher(rule: AgentRule) -> Callable[[str], bool]:
    words = rule.words
    if rule.how == "is":
        return lambda agent: agent in words
    if rule.how == "starts":
        return lambda agent: agent.startswith(words)
    if rule.how == "has":
        return lambda agent: any(word in agent for word in words)
    pattern = re.compile("|".join(words))
    return lambda agent: pattern.search(agent) is not None


def _speculation(headers: Mapping[str, str]) -> str:
    """The rule by which a browser says that nobody looks yet (section 3); "" if it does not say so."""
    if headers.get("sec-purpose", "").partition(";")[0].strip() == "prefetch":
        return "hdr.sec_purpose"
    if headers.get("purpose", "").strip().lower() == "prefetch":
        return "hdr.purpose"
    if headers.get("x-moz", "").strip().lower() == "prefetch":
        return "hdr.x_moz"
    return "hdr.x_purpose" if headers.get("x-purpose", "").strip().lower() == "preview" else ""
