"""What was said about consent: the block of an event, the parameters of an image, the headers of a request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from onebyone.consent.bits import MAX_LENGTH
from onebyone.consent.vocabulary import GOOGLE, Source
from onebyone.event import Permission

PARAMETERS = frozenset(
    {
        "gdpr", "gdpr_consent", "gpp", "gpp_sid", "us_privacy", "gcs", "gcd", "cmp", "at", "tcf", "gpc",
        *Permission, *GOOGLE,
    }
)  # fmt: skip
_NAMES: dict[str, Permission] = {**GOOGLE, **{permission.value: permission for permission in Permission}}
_GRANTED = frozenset({"granted", "true", "1"})
_DENIED = frozenset({"denied", "false", "0"})
_CMP = re.compile(r"[a-z0-9][a-z0-9 ._-]{0,31}")
_MACROS = ("${", "{{", "[[", "%%")  # what an ad server should have filled in and did not
_TEXTS = frozenset({"tcf", "gdpr_consent", "gpp", "us_privacy", "gcs", "gcd"})
_FAR_MS = 1 << 46  # the year 4199: no clock says more


class Choice(Struct, frozen=True):
    """An explicit one. `at_ms` is 0 where the sender gave no time."""

    permission: Permission
    granted: bool
    at_ms: int = 0
    by: str = Source.USER
    record_id: str = ""


class Said(Struct, frozen=True, cache_hash=True):
    """Everything of one event, as a key of the cache. Texts are as they came, at most one character over the limit."""

    choices: tuple[Choice, ...] = ()
    tcf: str = ""
    gpp: str = ""
    us_privacy: str = ""
    gcs: str = ""
    gcd: str = ""
    gdpr: str = ""  # "1", "0" or ""
    gpc: bool = False
    dnt: bool = False


NOTHING = Said()


def read_said(
    *blocks: Mapping[str, object] | None, headers: Mapping[str, str] | None = None, received_ms: int = _FAR_MS
) -> Said:
    """Of several blocks (the request's, then the event's own) later texts replace earlier ones; of choices the newest
    holds, and of two that cannot be told apart in time the refusal. Whatever is no word for yes or no is not said.
    A choice from the future was made when it arrived.
    """
    gpc = dnt = False
    if headers and ("sec-gpc" in headers or "dnt" in headers):
        gpc, dnt = is_gpc(headers.get("sec-gpc", "")), headers.get("dnt", "").strip() == "1"
    said = [block for block in blocks if block] if blocks else []
    if not said:
        return Said(gpc=gpc, dnt=dnt) if gpc or dnt else NOTHING
    texts: dict[str, str] = {}
    for block in said:
        texts.update(_texts(block))
        gpc = gpc or _word(block.get("gpc")) in _GRANTED
    choices = _choices(said[0], received_ms)
    for block in said[1:]:
        choices = merge(choices, _choices(block, received_ms))
    return Said(
        choices=choices,
        tcf=texts.get("tcf") or texts.get("gdpr_consent", ""),
        gpp=texts.get("gpp", ""),
        us_privacy=texts.get("us_privacy", ""),
        gcs=texts.get("gcs", ""),
        gcd=texts.get("gcd", ""),
        gdpr=_gdpr(said),
        gpc=gpc,
        dnt=dnt,
    )


def merge(one: tuple[Choice, ...], other: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """For each permission the newer choice; where a time is missing or equal, the refusal."""
    if not one or not other:
        return one or other
    held = {choice.permission: choice for choice in one}
    for choice in other:
        before = held.get(choice.permission)
        held[choice.permission] = choice if before is None else _newer(before, choice)
    return tuple(held[permission] for permission in sorted(held))


def _newer(one: Choice, other: Choice) -> Choice:
    """The same whatever the order of three and more: a refusal without a time outlasts everything, and an agreement
    without one says less than whatever has one.
    """
    if one.at_ms == other.at_ms:
        return other if one.granted else one
    if one.at_ms and other.at_ms:
        return one if one.at_ms > other.at_ms else other
    untimed, timed = (other, one) if one.at_ms else (one, other)
    return timed if untimed.granted else untimed


def is_gpc(header: str) -> bool:
    """Sec-GPC counts only as an exact 1; a proxy may have folded several headers into a list."""
    return header == "1" or ("," in header and "1" in (part.strip() for part in header.split(",")))


def _gdpr(blocks: list[Mapping[str, object]]) -> str:
    """1 if any says so: it is the stricter word. `gpp_sid` that lists section 2 means the same."""
    if not any("gdpr" in block or "gpp_sid" in block for block in blocks):
        return ""
    words = [_word(block.get("gdpr")) for block in blocks]
    if "1" in words or "true" in words:
        return "1"
    if any("2" in re.split("[,_]", _word(block.get("gpp_sid")), maxsplit=64) for block in blocks):
        return "1"
    return "0" if "0" in words or "false" in words else ""


def _texts(block: Mapping[str, object]) -> dict[str, str]:
    found = {}
    for name in _TEXTS.intersection(block):
        said = block[name]
        if isinstance(said, str):
            if said and not said.startswith(_MACROS):
                found[name] = said if len(said) <= MAX_LENGTH else said[: MAX_LENGTH + 1]
        elif said is not None:
            found[name] = "\0"  # a signal of a kind that no reader takes: unreadable, which is a refusal
    return found


def _choices(block: Mapping[str, object], received_ms: int) -> tuple[Choice, ...]:
    told: dict[Permission, bool] = {}
    for name, said in block.items():
        permission = _NAMES.get(name)
        if permission is None:
            continue
        word = _word(said)
        if word in _DENIED:
            told[permission] = False
        elif word in _GRANTED:
            told.setdefault(permission, True)
    if not told:
        return ()
    at_ms, by, record_id = min(_time(block.get("at")), received_ms), _by(block.get("cmp")), block.get("record_id")
    known = record_id[:64] if isinstance(record_id, str) else ""
    return tuple(
        Choice(permission, told[permission], at_ms, by, known)
        for permission in sorted(told)
        if permission is not Permission.SECURITY
    )


def _word(said: object) -> str:
    if isinstance(said, bool):
        return "true" if said else "false"
    if isinstance(said, int):
        return str(said) if -1 <= said <= 1 else ""
    return said[:256].strip().lower() if isinstance(said, str) else ""


def _by(said: object) -> str:
    name = said.strip().lower() if isinstance(said, str) and len(said) < 64 else ""
    return f"cmp:{name}" if _CMP.fullmatch(name) else Source.USER


def _time(said: object) -> int:
    """Unix milliseconds of a number or an RFC 3339 text; 0 for anything else."""
    if isinstance(said, str):
        if said.isascii() and said.isdigit() and len(said) <= 16:
            said = int(said)
        else:
            try:
                moment = datetime.fromisoformat(said[:64])
            except ValueError:
                return 0
            said = moment.timestamp() * 1000 if moment.tzinfo is not None else 0
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 < said < _FAR_MS:
        return 0
    return int(said)
