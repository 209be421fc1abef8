"""Another ruleset on events whose request is gone: from the reasons that were stored with them. Pure.

The reasons are the signs that were seen, so other points, other thresholds, other actors of a class and rules that no
longer hold give the verdict that a replay would. A sign that nobody looked for then cannot be found now.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from onebyone.event import MAILS, Actor, Event
from onebyone.pipeline.classifier import Verdict
from onebyone.pipeline.judge import VERIFIED, score
from onebyone.pipeline.rules import Ruleset


class Judged(Struct, frozen=True):
    """What is stored of a verdict."""

    actor: str
    agent: str
    confidence: int
    reasons: tuple[str, ...]


def reweigh(rules: Ruleset, stored: Judged) -> Judged:
    """The verdict by these rules; the stored one where its reasons do not say enough."""
    if not stored.reasons:
        return stored
    hard = next((rule for rule in rules.hard if rule.id in stored.reasons), None)
    if hard is not None:
        return Judged(hard.actor, stored.agent, hard.confidence, stored.reasons)
    labels = {rule.id: rule.label for rule in rules.agent}
    named = next((reason for reason in stored.reasons if reason in labels), "")
    signs = {rule.id: rule.when for rule in rules.soft}
    if named:
        actor = rules.actor_of(labels[named])
        if actor != Actor.HUMAN:
            sure = 99 if VERIFIED in stored.reasons else 60 if actor == Actor.SUSPECT else 90
            return Judged(actor, stored.agent or labels[named], sure, stored.reasons)
    elif any(reason not in signs and reason not in rules.gone for reason in stored.reasons):
        return stored  # a package's list, or a rule whose class is not stored
    said = Verdict(Actor.HUMAN, labels.get(named, "human_browser"), 50, (named,) if named else ())
    verdict = score(rules, said, tuple(signs[reason] for reason in stored.reasons if reason in signs))
    return Judged(verdict.actor, verdict.agent, verdict.confidence, verdict.reasons)


def reweighed(rules: Ruleset, ruleset: str, before: datetime, event: Event) -> Event:
    """An event as it would be judged from its reasons, if it arrived before; the same object where nothing changes."""
    if event.received_at >= before or not event.reasons or event.via in MAILS:
        return event
    old = Judged(event.actor, event.agent, event.confidence, tuple(event.reasons))
    new = reweigh(rules, old)
    if new == old:
        return event
    return replace(
        event,
        actor=str(new.actor),
        agent=new.agent,
        confidence=new.confidence,
        reasons=list(new.reasons),
        ruleset=ruleset,
    )
