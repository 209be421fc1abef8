"""Reductions: shorter paths before a model sees them. Each keeps counts and the ages of the touches it keeps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from onebyone.reports.attribution.paths import DIRECT, Path


def exposure(path: Path) -> Path:
    """A touch that repeats the channel before it goes: A A B A becomes A B A."""
    channels = path.channels
    return _keep(path, (n for n, channel in enumerate(channels) if n == 0 or channels[n - 1] != channel))


def unique(path: Path) -> Path:
    """The first touch of each channel stays: A A B A becomes A B."""
    return _keep(path, (n for n, channel in enumerate(path.channels) if path.channels.index(channel) == n))


def frequency(path: Path) -> Path:
    """Like `unique`, with the number of touches as part of the name: A A B A becomes A(3) B(1)."""
    times = Counter(path.channels)
    short = unique(path)
    return replace(short, channels=tuple(f"{channel}({times[channel]})" for channel in short.channels))


def without_last_direct(path: Path) -> Path:
    """Direct touches at the end go, unless nothing else is left."""
    named = [n for n, channel in enumerate(path.channels) if channel != DIRECT]
    return _keep(path, range(named[-1] + 1)) if named else path


def without_direct(path: Path) -> Path:
    """Direct touches go, unless nothing else is left."""
    named = [n for n, channel in enumerate(path.channels) if channel != DIRECT]
    return _keep(path, named) if named else path


def last_steps(path: Path, steps: int) -> Path:
    """The newest touches stay. Raises ValueError unless there is at least one step."""
    if steps < 1:
        raise ValueError(f"{steps} steps")
    return _keep(path, range(max(0, len(path.channels) - steps), len(path.channels)))


NAMED: dict[str, Callable[[Path], Path]] = {
    "exposure": exposure,
    "first": unique,
    "frequency": frequency,
    "no_last_direct": without_last_direct,
    "no_direct": without_direct,
}
_LAST = re.compile(r"last_([1-9]\d?)", re.ASCII)


def get_reduction(name: str) -> Callable[[Path], Path]:
    """By one of NAMED, or `last_3` for the last three steps, up to 99. Raises ValueError, which says what there is."""
    if name in NAMED:
        return NAMED[name]
    if found := _LAST.fullmatch(name):
        return lambda path: last_steps(path, int(found[1]))
    raise ValueError(f"no way to shorten paths is called {name!r}: say {', '.join(NAMED)}, or last_3")


def _keep(path: Path, numbers: Iterable[int]) -> Path:
    kept = list(numbers)
    hours = path.hours_before
    return replace(
        path,
        channels=tuple(path.channels[n] for n in kept),
        hours_before=None if hours is None else tuple(hours[n] for n in kept),
    )
