"""Settings of a destination as a command line gives them: NAME=VALUE, or one entry of a table, NAME.KEY=VALUE."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, get_origin, get_type_hints

from msgspec.structs import fields

from onebyone.app.settings import ConfigError
from onebyone.destinations.all import ALL
from onebyone.destinations.destination import Destination, Secret


def choose_destination(name: str) -> Destination[Any]:
    found = ALL.get(name)
    if found is None:
        raise ConfigError(f"there is no destination {name[:64]!r}. Known are: {', '.join(ALL)}.")
    return found


def read_given(
    destination: Destination[Any], given: Sequence[str], ask: Callable[[str], str] | None = None
) -> dict[str, Any]:
    """Raises ConfigError. `ask` answers for a value that is a lone dash."""
    known = {field.name for field in fields(destination.settings)}
    said: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        field, dot, key = name.partition(".")
        if not equals or field not in known or bool(dot) != is_table(destination, field):
            raise ConfigError(f"--set {name[:64]}: {destination.name} has the settings {listed(destination)}.")
        value = ask(name) if ask is not None and value == "-" else value
        said[field] = {**said.get(field, {}), key: value} if dot else value
    return said


def secret_names(destination: Destination[Any]) -> set[str]:
    hints = get_type_hints(destination.settings)
    return {field.name for field in fields(destination.settings) if hints[field.name] is Secret}


def is_table(destination: Destination[Any], name: str) -> bool:
    return get_origin(get_type_hints(destination.settings)[name]) is dict


def listed(destination: Destination[Any]) -> str:
    names = (field.name for field in fields(destination.settings))
    return ", ".join(f"{name}.KEY" if is_table(destination, name) else name for name in names)
