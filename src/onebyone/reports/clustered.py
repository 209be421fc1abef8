"""A share of things that come in clusters: several conversions of a person, several events of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from onebyone.reports.loss import Interval, wilson


class Share(Struct, frozen=True):
    """`part` of `of`. None where there is nothing to divide by."""

    part: int
    of: int
    share: float | None
    share_95: Interval | None


def design_effect(part: int, of: int, squares: int, products: int, of_squares: int) -> float:
    """How much more a share varies because what is of one cluster tends to go the same way; at least 1.

    `squares` are of each cluster's part, `of_squares` of its whole, `products` of both; sums over all clusters.
    """
    if not part or part == of:
        return 1.0
    share = part / of
    spread = squares - 2 * share * products + share**2 * of_squares
    return max(1.0, spread / (of * share * (1 - share)))


def gap_share(rows: Sequence[Mapping[str, Any]]) -> Share:
    """Of the rows of the report `gaps`: what the tag numbered and that never came."""
    lost, numbers = _sum(rows, "lost"), _sum(rows, "numbers")
    if not numbers:
        return Share(0, 0, None, None)
    effect = design_effect(
        lost, numbers, _sum(rows, "lost_squares"), _sum(rows, "lost_products"), _sum(rows, "number_squares")
    )
    return Share(lost, numbers, lost / numbers, wilson(lost / effect, numbers / effect))


def log_share(rows: Sequence[Mapping[str, Any]]) -> Share:
    """Of the rows of the report `log_views`: pages delivered to browsers that no view of the tag answers to.

    `share` is None where the tag saw more than was delivered: then the two do not count the same.
    """
    styled, views = _sum(rows, "styled"), _sum(rows, "views")
    if not styled or views > styled:
        return Share(styled - views, styled, None, None)
    return Share(styled - views, styled, (styled - views) / styled, wilson(styled - views, styled))


def _sum(rows: Sequence[Mapping[str, Any]], column: str) -> int:
    return sum(row[column] for row in rows)
