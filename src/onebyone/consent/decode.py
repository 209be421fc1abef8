"""Which kind of consent signal a text is, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from onebyone.consent.google import Gcd, Gcs, read_gcd, read_gcs
from onebyone.consent.gpp import Gpp, read_gpp
from onebyone.consent.tcf import TcString, read_tcf
from onebyone.consent.usp import US_PRIVACY, UsPrivacy, read_us_privacy

Signal = TcString | Gpp | UsPrivacy | Gcs | Gcd


class Kind(StrEnum):
    TCF = "tcf"
    GPP = "gpp"
    US_PRIVACY = "us_privacy"
    GCS = "gcs"
    GCD = "gcd"


_READERS: dict[Kind, Callable[[str], Signal]] = {
    Kind.TCF: read_tcf,
    Kind.GPP: read_gpp,
    Kind.US_PRIVACY: read_us_privacy,
    Kind.GCS: read_gcs,
    Kind.GCD: read_gcd,
}


def kind_of(text: str) -> Kind:
    """By the first characters. What looks like nothing known is taken for a TC string, whose reader says what it lacks.

    A TC string begins with C (and the dead first version with B), GPP with D, `gcs` with G1, `gcd` with 1 and a digit.
    """
    if text[:1] == "D" or "~" in text:
        return Kind.GPP
    if US_PRIVACY.fullmatch(text):
        return Kind.US_PRIVACY
    if text[:2] == "G1":
        return Kind.GCS
    if text[:1] == "1":
        return Kind.GCD if text[1:2].isdigit() else Kind.US_PRIVACY
    return Kind.TCF


def decode(text: str) -> Signal:
    """Raises Unreadable and nothing else."""
    return _READERS[kind_of(text)](text)
