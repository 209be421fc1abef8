"""The set-up of a destination as a form: its fields with help, and what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.structs import fields, replace

from onebyone.destinations.destination import Destination, Secret, knows_limited_use, settings_of
from onebyone.state.destinations import Configured, Mode
from onebyone.web.delivery_words import FIELDS, FieldWords

RARE = (
    "endpoint",
    "refresh_token",
    "client_id",
    "client_secret",
    "token_endpoint",
    "consumer_key",
    "consumer_secret",
    "oauth_token",
    "oauth_token_secret",
    "version",
    "partner_agent",
    "partner_name",
    "partner",
    "data_provider",
    "account_type",
    "phone_form",
)
MAX_CHARS = 4_096
_UNSET = Configured(site="", name="")
LIMITS = {  # of what is configured beside the settings: its name, in which unit, its words
    "settle_s": (60, FieldWords("Settle time, minutes", "In which copies of one conversion meet before it leaves")),
    "max_age_s": (86_400, FieldWords("Oldest, days", "What is older is not sent")),
    "max_batch": (1, FieldWords("Conversions in a request", "At most")),
    "requests_per_minute": (1, FieldWords("Requests a minute", "At most; shared by all that use one account")),
}
MODES = {
    Mode.BOTH: "browser and server, under one event id",
    Mode.SERVER: "server alone: one request less on the page",
    Mode.BROWSER: "browser alone: nothing is sent from here",
}


class Field(Struct, frozen=True):
    name: str
    kind: str  # text, secret, table, flag
    words: FieldWords
    value: str
    required: bool
    rare: bool
    held: str = ""  # the last characters of a secret that is stored


def form_fields(destination: Destination[Any], configured: Configured | None, typed: Mapping[str, str]) -> list[Field]:
    hints = get_type_hints(destination.settings)
    held = configured.settings if configured is not None else {}
    found = []
    for field in fields(destination.settings):
        kind = _kind(hints[field.name])
        known = held.get(field.name, None if field.default is NODEFAULT else field.default)
        words = FIELDS.get(f"{destination.name}.{field.name}") or FIELDS.get(field.name, FieldWords(field.name, ""))
        value = "" if kind == "secret" else typed.get(field.name, _text(known))
        last = configured.secrets.get(field.name, "") if configured is not None else ""
        found.append(Field(field.name, kind, words, value, field.required, field.name in RARE, last))
    return found


def limit_fields(destination: Destination[Any], configured: Configured | None, typed: Mapping[str, str]) -> list[Field]:
    """What an operator may choose instead of what the platform publishes; empty: that."""
    found = []
    for name, (unit, words) in LIMITS.items():
        published = getattr(destination.facts, name, 0) // unit
        hint = f"{words.hint}. Empty: {published:,}, as published" if published else words.hint
        held = getattr(configured or _UNSET, name) // unit
        value = typed.get(f"_{name}", str(held) if held or name == "settle_s" else "")
        found.append(Field(f"_{name}", "number", FieldWords(words.label, hint), value, False, True))
    return found


def read_form(
    destination: Destination[Any], configured: Configured, typed: Mapping[str, str], held: Mapping[str, str]
) -> tuple[Configured, dict[str, str]] | str:
    """The destination as it would be stored, and its new secrets; or one sentence that says what is wrong."""
    said: dict[str, Any] = {}
    secrets: dict[str, str] = {}
    hints = get_type_hints(destination.settings)
    for field in fields(destination.settings):
        kind, text = _kind(hints[field.name]), typed.get(field.name, "").strip()[:MAX_CHARS]
        if kind == "secret":
            secrets |= {field.name: text} if text else {}
        elif kind == "flag":
            said[field.name] = text != ""
        elif kind == "table":
            said[field.name] = _table(text)
        elif text:
            said[field.name] = text
    try:
        settings_of(destination, said | dict(held) | secrets)
    except msgspec.ValidationError as error:
        return f"{error}."
    limits = _limits(typed)
    if isinstance(limits, str):
        return limits
    mode = typed.get("_mode", Mode.BOTH)
    changed = replace(
        configured,
        settings={name: value for name, value in said.items() if value not in ("", {}, False)},
        mode=Mode(mode) if mode in set(Mode) else Mode.BOTH,
        send_suspect=typed.get("_suspect", "") != "",
        limited_use=knows_limited_use(destination) and typed.get("_limited", "") != "",
        stopped="",
        enabled=True,
        **limits,
    )
    return changed, secrets


def _limits(typed: Mapping[str, str]) -> dict[str, int] | str:
    """Of a form that has them; a settle time of nothing is none."""
    found: dict[str, int] = {}
    for name, (unit, words) in LIMITS.items():
        text = typed.get(f"_{name}")
        if text is None:
            continue
        if not (text.strip() == "" or (text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 7)):
            return f"{words.label}: write a whole number, or nothing."
        found[name] = int(text) * unit if text.strip() else int(getattr(_UNSET, name))
    if found.get("settle_s", 0) > 86_400:
        return "Settle time, minutes: at most a day, 1440."
    return found


def _kind(hint: Any) -> str:
    if hint is Secret:
        return "secret"
    if hint is bool:
        return "flag"
    return "table" if get_origin(hint) is dict else "text"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key} = {one}" for key, one in value.items())
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None or not isinstance(value, str) else value


def _table(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key.strip(): value.strip() for key, _, value in pairs if key.strip()}
