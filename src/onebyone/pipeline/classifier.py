"""What a user agent's text says it is: our own rules, then the public lists (specs/email-and-bots.md 2.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from importlib.metadata import version

import msgspec
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from is_bot import Bots
from msgspec import Struct

from onebyone.event import Actor
from onebyone.pipeline.rules import AgentRule, Ruleset, read_rules

MAX_AGENT_CHARS = 1_024
LISTS = ("crawler-user-agents", "is-bot")
_PATTERNS_AT_ONCE = 50
_EDGES = " /\\;(+"


class Verdict(Struct, frozen=True):
    actor: Actor
    label: str = msgspec.field(name="class")
    confidence: int  # 0 to 100
    reasons: tuple[str, ...] = ()  # rule ids
    agent: str = ""  # what a machine calls itself, or its class; "" for a person
    points: int = 0  # of the soft rules, where these decided


BROWSER = Verdict(Actor.HUMAN, "human_browser", 50)  # a string alone never proves a person


class Classifier:
    """Compiles the rules and lists once, and keeps the verdicts of strings."""

    def __init__(self, rules: Ruleset | None = None, *, lists: Collection[str] = LISTS) -> None:
        """`lists`: which packages are asked; leaving one out shows what the others know."""
        self.rules = rules or read_rules()
        self.ruleset = "+".join((self.rules.version, *(version(name) for name in LISTS if name in lists)))
        self._seed = [(rule, _matcher(rule)) for rule in self.rules.agent]
        entries = [(entry["pattern"], tuple(entry.get("tags", ()))) for entry in CRAWLER_USER_AGENTS_DATA]
        entries = entries if LISTS[0] in lists else []
        self._chunks = [
            (re.compile("|".join(pattern for pattern, _ in chunk)), chunk)
            for chunk in (entries[at : at + _PATTERNS_AT_ONCE] for at in range(0, len(entries), _PATTERNS_AT_ONCE))
        ]
        self._bots = Bots() if LISTS[1] in lists else None
        self.of_agent: Callable[[str], Verdict] = lru_cache(maxsize=50_000)(self._of_agent)

    def _of_agent(self, user_agent: str) -> Verdict:
        if not user_agent.strip():
            return Verdict(Actor.MACHINE_DECLARED, "empty", 90, ("ua.empty",), "empty")
        if len(user_agent) > MAX_AGENT_CHARS:
            return Verdict(Actor.MACHINE_DECLARED, "oversized", 90, ("ua.too_long",), "oversized")
        for rule, matches in self._seed:
            if matches(user_agent):
                return self._verdict(rule.label, rule.id, rule.label)
        return self._listed(user_agent) or self._named(user_agent) or BROWSER

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
        label = next((label for tag, label in self.rules.tags.items() if tag in tags), "crawler")
        return self._verdict(label, "list.crawler_user_agents", name)

    def _named(self, user_agent: str) -> Verdict | None:
        """By is-bot, which knows only that it is one."""
        if self._bots is None or not self._bots.is_bot(user_agent):
            return None
        label = "http_library" if user_agent.startswith(self.rules.libraries) else "crawler"
        name = re.split(r"[/\s(;]", user_agent.removeprefix("Mozilla/5.0 (compatible; "), maxsplit=1)[0]
        return self._verdict(label, "list.is_bot", label if name == "Mozilla" else name or label)

    def _verdict(self, label: str, rule: str, agent: str) -> Verdict:
        actor = self.rules.actor_of(label)
        if actor == Actor.HUMAN:
            return Verdict(actor, label, 50, (rule,))
        return Verdict(actor, label, 60 if actor == Actor.SUSPECT else 90, (rule,), agent[:64])


def speculation(headers: Mapping[str, str]) -> str:
    """The sign by which a browser says that nobody looks yet (section 3); "" if it does not say so."""
    if "sec-purpose" in headers and headers["sec-purpose"].partition(";")[0].strip() == "prefetch":
        return "sec_purpose"
    if "purpose" in headers and headers["purpose"].strip().lower() == "prefetch":
        return "purpose"
    if "x-moz" in headers and headers["x-moz"].strip().lower() == "prefetch":
        return "x_moz"
    return "x_purpose" if headers.get("x-purpose", "").strip().lower() == "preview" else ""


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
