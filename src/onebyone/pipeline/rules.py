"""The ruleset of verdicts: data with ids, and the operator's own laid over it (specs/email-and-bots.md 2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from onebyone.event import Actor

SHIPPED = Path(__file__).parent / "data" / "rules.toml"
OWN, DRAFT = "rules.toml", "rules.draft.toml"  # in the data directory

HardSign = Literal[
    "sec_purpose", "purpose", "x_moz", "x_purpose", "no_agent", "long_agent", "false_claim", "listed", "webdriver",
    "headless_brand",
]  # fmt: skip
SoftSign = Literal[
    "datacenter", "no_hints", "hints_disagree", "no_fetch_metadata", "accept_not_image", "no_accept_language",
    "old_major", "impossible_agent", "no_size", "no_languages", "never_visible", "many_views", "equal_intervals",
    "no_engagement", "trapped", "interaction", "person_before",
]  # fmt: skip
_BY_ID = {"hard": "id", "soft": "id", "crawler": "name"}


class RulesUnreadable(ValueError):
    """A ruleset is not as it should be; the text names the file and what is wrong."""


class AgentRule(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    how: Literal["is", "starts", "has", "fits"]  # "fits": a regular expression, searched for
    words: tuple[str, ...]  # any of them
    label: str = field(name="class")


class HardRule(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    when: HardSign
    actor: Actor
    label: str = field(name="class")
    confidence: int


class SoftRule(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    when: SoftSign
    points: int


class Crawler(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    words: tuple[str, ...]  # any of them in a user agent is the claim
    lists: tuple[str, ...] = ()  # of networks
    suffixes: tuple[str, ...] = ()  # of names in the DNS


class Release(Struct, frozen=True, forbid_unknown_fields=True):
    browser: Literal["Chrome", "Firefox", "Safari"]
    major: int
    day: date


class Ruleset(Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    machine_at: int
    suspect_at: int
    libraries: tuple[str, ...]
    traps: tuple[str, ...]
    moves: tuple[str, ...]  # names of events
    actors: dict[str, Actor]
    tags: dict[str, str]
    hard: tuple[HardRule, ...]
    soft: tuple[SoftRule, ...]
    agent: tuple[AgentRule, ...]
    crawler: tuple[Crawler, ...]
    release: tuple[Release, ...]
    gone: tuple[str, ...] = ()  # ids of soft rules that the operator switched off

    def actor_of(self, label: str) -> Actor:
        return self.actors.get(label, Actor.MACHINE_DECLARED)


def read_rules(own: Path | None = None) -> Ruleset:
    """The package's rules, with those of the operator's file laid over them; without one, the package's alone.

    Of `own`: single values replace ours, `actors` and `tags` are added, `agent` come first, the others change the rule
    of the same id or come last, `off` lists ids that no longer hold. Raises RulesUnreadable.
    """
    rules = _decode(SHIPPED)
    if own is not None and own.exists():
        said = _decode(own)
        try:
            rules = _laid_over(rules, said)
        except (TypeError, AttributeError, KeyError, ValueError) as error:
            raise RulesUnreadable(f"{own.name}: {error!r}; rules are tables with ids, 'off' is a list") from error
        rules["version"] += f"+own.{hashlib.blake2b(own.read_bytes(), digest_size=3).hexdigest()}"
    try:
        read = msgspec.convert(rules, Ruleset)
        for rule in read.agent:
            for word in rule.words if rule.how == "fits" else ():
                re.compile(f"(?:{word})")  # as they are tried, several at once
    except (msgspec.ValidationError, re.error) as error:
        raise RulesUnreadable(f"{own.name if own else SHIPPED.name}: {error}") from error
    return read


def _decode(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = msgspec.toml.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise RulesUnreadable(f"{path.name}: {error}") from error
    return found


def _laid_over(rules: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    off = set(own.get("off", ()))
    merged = dict(rules)
    for name, value in own.items():
        if name in ("actors", "tags"):
            merged[name] = rules[name] | value
        elif name in ("agent", "release"):
            merged[name] = [*value, *rules[name]]
        elif name in _BY_ID:
            merged[name] = _by_id(rules[name], value, _BY_ID[name])
        elif name != "off":
            merged[name] = value
    merged["gone"] = sorted(off & {rule["id"] for rule in rules["soft"]})
    for name, key in {**_BY_ID, "agent": "id"}.items():
        merged[name] = [rule for rule in merged[name] if rule.get(key) not in off]
    return merged


def _by_id(rules: list[dict[str, Any]], own: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    changes = {rule[key]: rule for rule in own}
    known = {rule[key] for rule in rules}
    return [rule | changes.get(rule[key], {}) for rule in rules] + [rule for rule in own if rule[key] not in known]
