"""The `us_privacy` text of four characters: superseded by GPP, still sent."""

from __future__ import annotations

import re

from msgspec import Struct

from onebyone.consent.unreadable import Code, Unreadable

US_PRIVACY = re.compile("1[YNyn-]{3}")


class UsPrivacy(Struct, frozen=True):
    """Each `Y`, `N` or `-` for "does not apply"."""

    version: int
    notice: str
    opt_out_sale: str
    lspa_covered: str

    @property
    def opted_out(self) -> bool:
        return self.opt_out_sale == "Y"


def read_us_privacy(text: str) -> UsPrivacy:
    """Small letters count as large ones. Raises Unreadable and nothing else."""
    if not text:
        raise Unreadable(Code.EMPTY)
    if not US_PRIVACY.fullmatch(text):
        raise Unreadable(Code.NOT_A_US_PRIVACY_STRING)
    return UsPrivacy(1, *text[1:].upper())
