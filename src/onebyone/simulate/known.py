"""What is known of simulated households: their conversions with every change, and whose visit each page view was."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set
from itertools import combinations
from pathlib import Path

import msgspec
from msgspec import Struct, field

MIN_PRECISION, MIN_RECALL = 0.999, 0.98


class Deal(Struct, kw_only=True):
    """A conversion and what became of it. Money in minor units of the site's currency."""

    id: str  # order id, or the id that its copies share
    name: str
    value_minor: int = 0
    edited_minor: int | None = None  # the latest edit
    refunds: dict[str, int] = field(default_factory=dict)  # by adjustment id
    cancelled: bool = False
    by_browser: bool = True
    by_server: bool = True

    @property
    def refunded_minor(self) -> int:
        return sum(self.refunds.values())

    @property
    def gross_minor(self) -> int:
        value = self.value_minor if self.edited_minor is None else self.edited_minor
        return 0 if self.cancelled else value

    @property
    def net_minor(self) -> int:
        return max(0, self.gross_minor - self.refunded_minor)


class View(Struct, frozen=True, array_like=True):
    """A page view: the id it was sent with and the person who looked. Views of one `group` can be known to be of one
    person, because that person said so on their browsers between two log-outs; 0 if nobody said anything."""

    id: str
    person: int
    group: int


class Known(Struct, kw_only=True):
    seed: int
    people: int
    households: int = 0
    devices: int = 0
    shared_devices: int = 0
    requests_repeated: int = 0  # filled in by the sender
    deals: list[Deal] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    sharers: list[tuple[int, int]] = field(default_factory=list)  # people who used one browser, the smaller first

    def write(self, path: Path) -> None:
        path.write_bytes(msgspec.json.encode(self) + b"\n")

    @staticmethod
    def read(path: Path) -> Known:
        """Raises OSError or msgspec.DecodeError."""
        return msgspec.json.decode(path.read_bytes(), type=Known)

    def orders(self) -> list[Deal]:
        return [deal for deal in self.deals if deal.name == "purchase"]


class Joined(Struct, frozen=True):
    """How well persons were told apart, in pairs of page views."""

    pairs: int  # said to be of one person
    right: int  # of those: they are
    knowable: int  # can be known to be of one person
    found: int  # of those: said to be
    sharers_joined: int  # pairs of people who shared a browser and are taken for one

    @property
    def precision(self) -> float:
        return self.right / self.pairs if self.pairs else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.knowable if self.knowable else 1.0


def judge(views: Iterable[View], measured: Mapping[str, int], sharers: Iterable[tuple[int, int]]) -> Joined:
    """`measured` is the person of each view, by the id it was sent with. Of views that it lacks nobody is known."""
    said: Counter[int] = Counter()
    both: Counter[tuple[int, int]] = Counter()
    known: Counter[int] = Counter()
    known_both: Counter[tuple[int, int]] = Counter()
    taken_for: defaultdict[int, set[int]] = defaultdict(set)
    for view in views:
        if view.group:
            known[view.group] += 1
        person = measured.get(view.id)
        if person is None:
            continue
        said[person] += 1
        both[person, view.person] += 1
        if view.group:
            known_both[person, view.group] += 1
        taken_for[person].add(view.person)
    return Joined(
        pairs=_pairs(said), right=_pairs(both), knowable=_pairs(known), found=_pairs(known_both),
        sharers_joined=_sharers_joined(taken_for.values(), set(sharers)),
    )  # fmt: skip


def _pairs(sizes: Mapping[object, int] | Counter[int] | Counter[tuple[int, int]]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())


def _sharers_joined(groups: Iterable[Set[int]], sharers: Set[tuple[int, int]]) -> int:
    return len({pair for group in groups for pair in combinations(sorted(group), 2) if pair in sharers})


class Verdict(Struct, frozen=True):
    """A figure of the truth, the one that was measured, and whether they agree as they must."""

    what: str
    truth: str
    measured: str
    ok: bool


def judge_all(known: Known, figures: Mapping[str, int], persons: Mapping[str, int]) -> list[Verdict]:
    """Everything that can be compared."""
    standing = [deal for deal in known.orders() if not deal.cancelled]
    exact = [
        ("Page views", len(known.views), figures["views"]),
        ("Orders that stand", len(standing), figures["counted"]),
        ("Orders that were cancelled", len(known.orders()) - len(standing), figures["cancelled"]),
        ("Gross, minor units", sum(deal.gross_minor for deal in standing), figures["gross_minor"]),
        ("Refunds, minor units", sum(deal.refunded_minor for deal in standing), figures["refunded_minor"]),
        ("Net, minor units", sum(deal.net_minor for deal in standing), figures["net_minor"]),
        ("Net in the overview", sum(deal.net_minor for deal in standing), figures["revenue_minor"]),
        ("Leads", len(known.deals) - len(known.orders()), figures["leads"]),
    ]
    joined = judge(known.views, persons, known.sharers)
    return [
        *(Verdict(what, f"{truth:,}", f"{measured:,}", truth == measured) for what, truth, measured in exact),
        _at_least("Precision of persons, by pairs", MIN_PRECISION, joined.precision),
        _at_least("Recall of what can be known", MIN_RECALL, joined.recall),
        Verdict("People joined who share a device", "0", f"{joined.sharers_joined}", joined.sharers_joined == 0),
    ]


def _at_least(what: str, least: float, measured: float) -> Verdict:
    return Verdict(what, f">= {least}", f"{measured:.6f}", measured >= least)
