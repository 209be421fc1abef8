"""A choice as a banner or a consent platform posts it, to be kept as a record."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from onebyone.consent.said import Said, read_said
from onebyone.event import Drop, Permission, Reason

MAX_BYTES = 16 * 1024
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_MAX_CHARS = 256
_OPTIONAL = ("tcf", "gpp", "us_privacy", "gdpr", "gdpr_consent", "gpp_sid", "gpc", "gcs", "gcd", "cmp")


class _Body(Struct, frozen=True):
    """As it was posted; whatever else is in it is left out."""

    choices: dict[str, Any]
    id: str | None = None
    at: Any = None
    page: str | None = None
    button: str | None = None
    banner: str | int | None = None  # its version
    language: str | None = None
    cmp_version: str | int | None = None
    overrides_gpc: bool = False
    tcf: Any = None
    gpp: Any = None
    us_privacy: Any = None
    gdpr: Any = None
    gdpr_consent: Any = None
    gpp_sid: Any = None
    gpc: Any = None
    gcs: Any = None
    gcd: Any = None
    cmp: Any = None


class ChoiceBody(Struct, frozen=True, kw_only=True):
    """In clean types. `block` is a consent block, as events carry it."""

    id: str  # the sender's own id of this choice, a UUID; "" if it gave none
    block: dict[str, Any]
    page: str
    button: str
    banner: str
    language: str
    cmp_version: str
    overrides_gpc: bool  # the page said that this choice overrides the browser's signal

    def said(self, *, headers: dict[str, str], received_ms: int) -> Said:
        return read_said(self.block, headers=headers, received_ms=received_ms)


_decoder = msgspec.json.Decoder(_Body)


def read_choice(body: bytes) -> ChoiceBody | Drop:
    """The choice, or why it is none: without a word about any permission, and without a string, nothing was chosen."""
    try:
        sent = _decoder.decode(body)
    except msgspec.ValidationError as error:
        return Drop(Reason.WRONG_SHAPE, detail=str(error).partition(" - at ")[0])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Drop(Reason.BODY_UNREADABLE, detail="not JSON")
    strings = {name: getattr(sent, name) for name in _OPTIONAL if getattr(sent, name) is not None}
    block = {**sent.choices, **strings, "at": sent.at}
    if not read_said(block).choices and not strings:
        known = ", ".join(one for one in Permission if one is not Permission.SECURITY)
        return Drop(Reason.WRONG_SHAPE, detail=f"choices: none of {known}, granted or denied")
    id = (sent.id or "").lower()
    return ChoiceBody(
        id=id if _ID.fullmatch(id) else "",
        block=block,
        page=_clean(sent.page, 2_048),
        button=_clean(sent.button),
        banner=_clean(sent.banner),
        language=_clean(sent.language),
        cmp_version=_clean(sent.cmp_version),
        overrides_gpc=sent.overrides_gpc,
    )


def _clean(said: str | int | None, max_chars: int = _MAX_CHARS) -> str:
    return "" if said is None else _UNPRINTABLE.sub(" ", str(said)[:max_chars]).strip()
