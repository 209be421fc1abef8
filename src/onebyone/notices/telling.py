"""An alarm in words and as JSON, and its way to whom it is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from onebyone.event import utc
from onebyone.notices.sender import Attached
from onebyone.state.alarms import Alarm, Standing
from onebyone.state.sites import Site
from onebyone.state.vault import VaultLocked


class Way(Protocol):
    """The sender, or a fake of it. Each returns "" or why it did not work."""

    def mail(self, to: Sequence[str], subject: str, text: str, attached: Sequence[Attached] = ()) -> str: ...

    def hook(self, url: str, secret: str, body: bytes) -> str: ...


class Body(Struct, frozen=True, kw_only=True):
    """What a webhook gets. `id` is the same on each try."""

    id: str
    type: str  # alarm.raised, alarm.cleared, alarm.test
    at: str
    site: str
    site_name: str
    alarm: str
    kind: str
    says: str
    link: str = ""


def body_of(alarm: Alarm, site: Site, standing: Standing, *, link: str, test: bool = False) -> Body:
    state = "raised" if standing.raised else "cleared"
    return Body(
        id=f"{alarm.id}-{standing.since_ms}-{'test' if test else state}",
        type=f"alarm.{'test' if test else state}",
        at=utc(standing.since_ms).strftime("%Y-%m-%dT%H:%M:%SZ"),
        site=site.id,
        site_name=site.name,
        alarm=alarm.name,
        kind=alarm.kind,
        says=standing.says,
        link=link,
    )


def subject_of(body: Body) -> str:
    word = {"alarm.raised": "Alarm", "alarm.cleared": "Over", "alarm.test": "Test"}[body.type]
    return f"{word}: {body.alarm} ({body.site_name})"


def text_of(body: Body) -> str:
    lead = {
        "alarm.raised": "An alarm was raised.",
        "alarm.cleared": "What the alarm told of is over.",
        "alarm.test": "This is a test. Nothing happened.",
    }[body.type]
    lines = [lead, "", body.says, "", f"{body.alarm}, {body.site_name}, {body.at}", body.link]
    return "\n".join(lines).rstrip() + "\n"


def tell(
    alarm: Alarm, body: Body, way: Way, secret: Callable[[], str], *, by: Sequence[str]
) -> list[tuple[str, str, str]]:
    """By each of these ways: its key, its name, and "" or why it did not work."""
    done = []
    if alarm.to and "mail" in by:
        done.append(("mail", f"e-mail to {', '.join(alarm.to)}", way.mail(alarm.to, subject_of(body), text_of(body))))
    if alarm.url and "hook" in by:
        done.append(("hook", "webhook", _hook(alarm.url, msgspec.json.encode(body), way, secret)))
    return done


def _hook(url: str, body: bytes, way: Way, secret: Callable[[], str]) -> str:
    try:
        return way.hook(url, secret(), body)
    except VaultLocked:
        return "The secret that signs it cannot be opened with the key file that is there."
