"""Capture and recapture: how many conversions there were, told from who saw which. No list need be complete.

It holds for one set of events in one period, matched correctly, where each could have come on every list. Two lists
must also fail independently: where they fail together (one consent gate, an abandoned page) the estimate is a lower
bound, and where browsers differ it is too low unless it is made within groups of them. Refused consent is no loss.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from onebyone.reports.loss import Z_95, Interval, wilson

LOW_OVERLAP = 7
_MAX_EXPONENT = 700  # beyond, a float is infinite

Status = Literal[
    "ok",
    "low_overlap",
    "no_overlap",
    "identical",
    "one_source_contains_other",
    "no_server_source",
    "server_is_fallback",
]
ServerMode = Literal["always", "fallback"]

Cells = Mapping[str, int]
"""How many were seen where: "101" is on the first and third list, not on the second."""

_CELLS = ("111", "110", "101", "100", "011", "010", "001")
_LISTS = "BSE"
_MODELS = ("B,S,E", "BS,E", "BE,S", "SE,B", "BS,BE", "BS,SE", "BE,SE", "BS,BE,SE")
"""Which lists depend on each other: BS,E says that browser and server do, and the third on neither."""
_MAX_ROUNDS, _CLOSE = 20_000, 1e-13


class Seen(Struct, frozen=True):
    """Conversions on the two lists. Raises ValueError for more on both than on one."""

    browser: int
    server: int
    both: int

    def __post_init__(self) -> None:
        if not 0 <= self.both <= min(self.browser, self.server):
            raise ValueError(f"{self.both} on both lists of {self.browser} and {self.server}")

    @property
    def browser_only(self) -> int:
        return self.browser - self.both

    @property
    def server_only(self) -> int:
        return self.server - self.both

    @property
    def union(self) -> int:
        return self.browser + self.server - self.both


class Estimate(Struct, frozen=True):
    """Of all conversions. Everything is None where the lists say nothing; `interval_95` is the one to show."""

    status: Status
    union: int
    lincoln_petersen: float | None = None
    chapman: float | None = None
    variance: float | None = None
    log_normal_95: Interval | None = None  # misses at high coverage
    interval_95: Interval | None = None  # transformed logit
    unseen: float | None = None
    completeness: float | None = None  # of both lists together


class Rates(Struct, frozen=True):
    """How much each list missed of the other. None where there is nothing to divide by.

    Of a server that only steps in where a browser failed, block and miss rates say nothing.
    """

    block_rate: float | None
    block_rate_95: Interval
    server_miss_rate: float | None
    server_miss_rate_95: Interval
    uplift: float | None  # what the server adds to the browser's count
    uplift_low: float
    uplift_high: float | None  # None: without end


class Summed(Struct, frozen=True):
    """Groups that were estimated one by one. Of a group that cannot be, only what was seen is in the sum.

    The interval's ends come from those of the groups (MOVER), so that a group near its bound keeps its long side.
    """

    total: float
    variance: float
    not_estimated: int
    interval_95: Interval


class Fit(Struct, frozen=True):
    """`g2` is how far the model is from what was seen, `aic` weighs that against its parameters."""

    model: str
    unseen: float
    total: float
    g2: float
    df: int
    aic: float


class ThreeLists(Struct, frozen=True):
    """`likely` holds the range of totals over all models about as good as the best: the honest uncertainty."""

    union: int
    fits: list[Fit]  # best first; models that need a cell without anybody are left out
    likely: Interval | None
    chao_lower_bound: float


def estimate(seen: Seen, *, server_mode: ServerMode = "always", effect: float = 1.0) -> Estimate:
    """A server that only sends what the browser failed to send is refused: it cannot overlap by design.

    `effect` is the design effect of conversions that come in clusters: how much more they vary than each for itself.
    """
    status = _status(seen, server_mode)
    if status in ("no_overlap", "no_server_source", "server_is_fallback"):
        return Estimate(status, seen.union)
    total = chapman(seen)
    exact = status == "identical"
    return Estimate(
        status=status,
        union=seen.union,
        lincoln_petersen=seen.browser * seen.server / seen.both,
        chapman=total,
        variance=_variance(seen) * effect,
        log_normal_95=None if exact else _log_normal(seen, effect),
        interval_95=None if exact else transformed_logit(seen, Z_95 * math.sqrt(effect)),
        unseen=_unseen_by_chapman(seen),
        completeness=seen.union / total,
    )


def chapman(seen: Seen) -> float:
    """(n1 + 1)(n2 + 1)/(m + 1) - 1, less the rounding."""
    return seen.union + _unseen_by_chapman(seen)


def transformed_logit(seen: Seen, z: float = Z_95) -> Interval:
    """Sadinle 2009. It holds its promise where nearly everything is seen, which others do not.

    The price: where each list missed next to nothing of the other, its upper end is far away, or infinite.
    """
    a, c, d = seen.both + 0.5, seen.browser_only + 0.5, seen.server_only + 0.5
    reach = z * math.sqrt(1 / a + 1 / c + 1 / d + a / (c * d))
    factor = math.exp(reach) if reach < _MAX_EXPONENT else math.inf
    known, unseen = seen.union - 0.5, c * d / a
    return Interval(low=max(float(seen.union), known + unseen / factor), high=known + unseen * factor)


def rates(seen: Seen, *, effect: float = 1.0) -> Rates:
    """`effect` as for `estimate`: the intervals are those of so many times fewer conversions."""
    of_all = wilson(seen.server_only / effect, seen.union / effect)
    return Rates(
        block_rate=seen.server_only / seen.server if seen.server else None,
        block_rate_95=wilson(seen.server_only / effect, seen.server / effect),
        server_miss_rate=seen.browser_only / seen.browser if seen.browser else None,
        server_miss_rate_95=wilson(seen.browser_only / effect, seen.browser / effect),
        uplift=seen.server_only / seen.browser if seen.browser else None,
        uplift_low=of_all.low / (1 - of_all.low),
        uplift_high=of_all.high / (1 - of_all.high) if of_all.high < 1 else None,
    )


def add(groups: Iterable[Estimate]) -> Summed:
    """Of browsers that are missed differently, the sum is nearer the truth than one estimate of all."""
    every = list(groups)
    known = [(one.chapman, one.interval_95) for one in every if one.chapman is not None and one.interval_95 is not None]
    total = sum(one.union if one.chapman is None else one.chapman for one in every)
    below = math.hypot(*(value - interval.low for value, interval in known))
    above = math.hypot(*(interval.high - value for value, interval in known))
    return Summed(
        total=total,
        variance=sum(one.variance or 0.0 for one in every),
        not_estimated=sum(one.chapman is None for one in every),
        interval_95=Interval(low=max(float(sum(one.union for one in every)), total - below), high=total + above),
    )


def three_lists(cells: Cells) -> ThreeLists:
    """Browser, server and, say, email clicks. Cells left out are 0. Raises ValueError for strange ones."""
    if set(cells) - set(_CELLS) or any(n < 0 for n in cells.values()):
        raise ValueError(f"cells must be counts of {', '.join(_CELLS)}, not {dict(cells)}")
    n = {cell: cells.get(cell, 0) for cell in _CELLS}
    fits = sorted((fit for model in _MODELS if (fit := _fit(model, n))), key=lambda one: one.aic)
    close = [one.total for one in fits if one.aic <= fits[0].aic + 2]
    return ThreeLists(
        union=sum(n.values()),
        fits=fits,
        likely=Interval(low=min(close), high=max(close)) if close else None,
        chao_lower_bound=_chao(n),
    )


def _status(seen: Seen, server_mode: ServerMode) -> Status:
    if server_mode == "fallback":
        return "server_is_fallback"
    if not seen.server:
        return "no_server_source"
    if not seen.both:
        return "no_overlap"
    if seen.browser == seen.server == seen.both:
        return "identical"
    if seen.both < LOW_OVERLAP:
        return "low_overlap"
    return "one_source_contains_other" if seen.both in (seen.browser, seen.server) else "ok"


def _unseen_by_chapman(seen: Seen) -> float:
    return seen.browser_only * seen.server_only / (seen.both + 1)


def _variance(seen: Seen) -> float:
    ways = (seen.browser + 1) * (seen.server + 1) * seen.browser_only * seen.server_only
    return ways / ((seen.both + 1) ** 2 * (seen.both + 2))


def _log_normal(seen: Seen, effect: float) -> Interval:
    unseen = _unseen_by_chapman(seen)
    if not unseen:
        return Interval(low=seen.union, high=seen.union)
    factor = math.exp(Z_95 * math.sqrt(math.log1p(_variance(seen) * effect / unseen**2)))
    return Interval(low=seen.union + unseen / factor, high=seen.union + unseen * factor)


def _chao(n: Cells) -> float:
    once = n["100"] + n["010"] + n["001"]
    twice = n["110"] + n["101"] + n["011"]
    return sum(n.values()) + 2 / 3 * once * (once - 1) / (2 * (twice + 1))


def _fit(model: str, n: Cells) -> Fit | None:
    """None if the model needs cells that are 0."""
    if not any(n[cell] for cell in ("111", "110", "101", "011")):
        return None
    fitted = _fitted(model, n)
    unseen = _unseen(model, n, fitted)
    if unseen is None:
        return None
    g2 = max(0.0, 2 * math.fsum(seen * math.log(seen / fitted[cell]) for cell, seen in n.items() if seen))
    parameters = 1 + len(_LISTS) + sum(len(term) == 2 for term in model.split(","))
    return Fit(model, unseen, sum(n.values()) + unseen, g2, len(_CELLS) - parameters, g2 + 2 * parameters)


def _fitted(model: str, n: Cells) -> dict[str, float]:
    """Iterative proportional fitting: scaled to the margin of each term in turn until nothing moves."""
    if len(model.split(",")) == 3 and "BS" in model:
        return {cell: float(seen) for cell, seen in n.items()}  # all pairs: the seen cells are the fit
    margins = [_margin(term) for term in model.split(",")]
    fitted = dict.fromkeys(_CELLS, 1.0)
    for _ in range(_MAX_ROUNDS):
        before = dict(fitted)
        for margin in margins:
            for cells in margin:
                _scale(fitted, cells, sum(n[cell] for cell in cells))
        if all(abs(fitted[cell] - before[cell]) <= _CLOSE * before[cell] for cell in _CELLS):
            break
    return fitted


def _margin(term: str) -> list[list[str]]:
    """The cells that agree on the lists of the term, together."""
    together: dict[str, list[str]] = {}
    for cell in _CELLS:
        together.setdefault("".join(cell[_LISTS.index(one)] for one in term), []).append(cell)
    return list(together.values())


def _scale(fitted: dict[str, float], cells: list[str], total: int) -> None:
    now = math.fsum(fitted[cell] for cell in cells)
    for cell in cells:
        fitted[cell] *= total / now if now else 0.0


def _unseen(model: str, n: Cells, fitted: Mapping[str, float]) -> float | None:
    """In closed form where there is one; independence has none, and takes the fitted cells."""
    terms = model.split(",")
    pairs = [term for term in terms if len(term) == 2]
    if len(pairs) == 0:
        return _all_pairs(fitted)
    if len(pairs) == 3:
        return _all_pairs(n)
    if len(pairs) == 1:
        alone = terms[1]
        apart = [cell for cell in _CELLS if not _has(cell, alone)]
        shared = [cell for cell in _CELLS if _has(cell, alone) and cell != _only(alone)]
        return _product(n[_only(alone)], sum(n[cell] for cell in apart), over=sum(n[cell] for cell in shared))
    first, second = (one for one in _LISTS if not all(one in pair for pair in pairs))
    return _product(n[_only(first)], n[_only(second)], over=n[_only(first + second)])


def _all_pairs(n: Mapping[str, float]) -> float | None:
    """What follows if no three lists depend on each other beyond their pairs."""
    above = _product(n["111"], n["100"], n["010"], n["001"], over=n["110"])
    return None if above is None else _product(above, over=n["101"] * n["011"])


def _product(*factors: float, over: float) -> float | None:
    return math.prod(factors) / over if over and all(factors) else None


def _only(lists: str) -> str:
    return "".join("1" if one in lists else "0" for one in _LISTS)


def _has(cell: str, one: str) -> bool:
    return cell[_LISTS.index(one)] == "1"
