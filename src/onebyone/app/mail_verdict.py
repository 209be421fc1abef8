"""The verdict on one fetch of an e-mail's image or link, for the command line."""

from __future__ import annotations

from collections.abc import Mapping

from onebyone.pipeline.classifier import Verdict
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.mail_network import mail_network
from onebyone.pipeline.mail_rules import Request, Thresholds, alone

_ARRIVES = {"sec-fetch-mode": "navigate", "sec-fetch-user": "?1"}  # what is not missed where no header was given


def mail_verdict(
    judge: Judge,
    ua: str,
    headers: Mapping[str, str],
    network: str,
    *,
    click: bool,
    method: str = "GET",
    after_s: float | None = None,
) -> Verdict:
    """By itself, without neighbours. `after_s`: seconds since it was handed over; None if unknown."""
    said = judge.classifier.of_agent(ua)
    asked = Request(
        click=click,
        at_ms=1 + round((after_s or 0) * 1000),
        sent_ms=0 if after_s is None else 1,
        method=method,
        headers=headers or _ARRIVES,
        agent=ua,
        label=said.label,
        network=mail_network(judge.networks, network) if network else "",
    )
    found = alone(asked, Thresholds())
    reasons = (found.rule, *(reason for reason in said.reasons if reason != found.rule))
    return Verdict(found.actor, said.label, found.confidence, reasons, said.agent)
