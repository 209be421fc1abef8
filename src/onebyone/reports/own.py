"""A site's own property as a column. Nothing of its name enters the SQL.

A plain name is read alone: of a map, FINAL does not find out by itself that one key suffices.
"""

from __future__ import annotations

import re

OWN = "prop."  # begins the field of a site's own property, whose name follows


def bound_own(name: str) -> tuple[str, str]:
    """What a parameter is bound to that stands for it, and the parameter's type."""
    return (f"properties.key_{name}", "Identifier") if re.fullmatch(r"[A-Za-z0-9_]+", name) else (name, "String")


def own_column(place: str) -> str:
    """`place` is that parameter, as SQL names it."""
    return place if place.endswith(":Identifier}") else f"properties[{place}]"


def own_named(name: str, parameter: str) -> tuple[str, str]:
    """The column, with a parameter of that name in it, and what it is bound to."""
    bound, kind = bound_own(name)
    return own_column(f"{{{parameter}:{kind}}}"), bound
