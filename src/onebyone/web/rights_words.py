"""What is said of an erasure."""

from __future__ import annotations

from collections.abc import Mapping

from onebyone.state.erasures import Stage

STAGES: Mapping[Stage, str] = {
    Stage.ASKED: "Nothing more is taken of them",
    Stage.WAITING: "Waiting until all that had arrived is processed",
    Stage.LOADING: "Waiting until the store has it",
    Stage.LOGS: "Taking them out of the logs",
    Stage.STATE: "Taking them out of the state",
    Stage.STORE: "Taking them out of the store",
    Stage.FILES: "Waiting until the disk has let the old files go",
    Stage.DONE: "Done",
}
_OF_COUNTS = {
    "sightings": ("sighting", "sightings"),
    "records": ("conversion", "conversions"),
    "identifiers": ("identifier", "identifiers"),
    "messages": ("e-mail", "e-mails"),
    "dead_letters": ("dead letter", "dead letters"),
    "files": ("exported file", "exported files"),
}


def counted(counts: Mapping[str, int]) -> str:
    """What was taken out, in words; destinations apart."""
    parts = [
        f"{counts[name]:,} {one if counts[name] == 1 else many}"
        for name, (one, many) in _OF_COUNTS.items()
        if counts.get(name)
    ]
    return ", ".join(parts) or "nothing"


def told(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Destinations that had been told of the person's conversions: who must be asked, too."""
    return sorted(
        (name.removeprefix("told_"), number) for name, number in counts.items() if name.startswith("told_") and number
    )
