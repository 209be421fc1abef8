from __future__ import annotations

from msgspec.structs import replace

from onebyone.event import Event, Via
from onebyone.pipeline.classifier import Classifier
from onebyone.pipeline.step import Context, Step


def add_verdict(classifier: Classifier) -> Step:
    """Who sent it. Server events come from servers by nature, and are not judged."""

    def step(event: Event, context: Context) -> Event:
        if event.via == Via.SERVER:
            return event
        verdict = classifier.classify(context.user_agent, context.headers, webdriver=context.webdriver)
        return replace(
            event,
            actor=verdict.actor,
            agent=verdict.agent,
            confidence=verdict.confidence,
            reasons=list(verdict.reasons),
            ruleset=classifier.ruleset,
        )

    return step
