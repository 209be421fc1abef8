"""What a user agent's text says it is: our own rules, then the public lists (specs/email-and-bots.md 2.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from importlib.metadata import version

import msgspec
import regex
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from is_bot import Bots
from msgspec import Struct

from onebyone.event import Actor
from onebyone.pipeline.patterns import Letters, Patterns, letters_of
from onebyone.pipeline.rules import AgentRule, Ruleset, read_rules

MAX_AGENT_CHARS = 1_024
LISTS = ("crawler-user-agents", "is-bot")
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
        words = [(rule, _expression(rule, word)) for rule in self.rules.agent for word in rule.words]
        self._own = [rule for rule, _ in words]
        self._owning = Patterns([text for _, text in words], re.compile)
        entries = CRAWLER_USER_AGENTS_DATA if LISTS[0] in lists else []
        self._tags = [tuple(entry.get("tags", ())) for entry in entries]
        self._crawlers = [entry["pattern"] for entry in entries]
        self._listing = Patterns(self._crawlers, re.compile)
        bots = sorted(Bots().patterns) if LISTS[1] in lists else []
        self._naming = Patterns(bots, lambda text: regex.compile(text, regex.IGNORECASE), ignores_case=True)
        self.of_agent: Callable[[str], Verdict] = lru_cache(maxsize=50_000)(self._of_agent)

    def _of_agent(self, user_agent: str) -> Verdict:
        if not user_agent.strip():
            return Verdict(Actor.MACHINE_DECLARED, "empty", 90, ("ua.empty",), "empty")
        if len(user_agent) > MAX_AGENT_CHARS:
            return Verdict(Actor.MACHINE_DECLARED, "oversized", 90, ("ua.too_long",), "oversized")
        letters = letters_of(user_agent)
        own = next(self._owning.matching(user_agent, letters), None)
        if own is not None:
            rule = self._own[own]
            return self._verdict(rule.label, rule.id, rule.label)
        return self._listed(user_agent, letters) or self._named(user_agent, letters) or BROWSER

    def _listed(self, user_agent: str, letters: frozenset[Letters]) -> Verdict | None:
        """By crawler-user-agents, whose tags say what kind it is."""
        name = ""
        tags: set[str] = set()
        for number in self._listing.matching(user_agent, letters):
            found = re.search(self._crawlers[number], user_agent)
            name = name or (found[0].strip(_EDGES) if found else "")
            tags.update(self._tags[number])
        if not name:
            return None
        label = next((label for tag, label in self.rules.tags.items() if tag in tags), "crawler")
        return self._verdict(label, "list.crawler_user_agents", name)

    def _named(self, user_agent: str, letters: frozenset[Letters]) -> Verdict | None:
        """By is-bot, which knows only that it is one."""
        if next(self._naming.matching(user_agent, letters), None) is None:
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


def _expression(rule: AgentRule, word: str) -> str:
    if rule.how == "fits":
        return word
    text = re.escape(word)
    return {"has": text, "starts": f"^{text}", "is": f"^{text}\\Z"}[rule.how]
