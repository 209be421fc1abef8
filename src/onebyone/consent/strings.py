"""What the strings of an event say of permissions, and what is wrong with them.

A string that cannot be read, or is worth nothing, is a refusal: somebody said something, and nobody knows what.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from onebyone.consent.google import Choice as Told
from onebyone.consent.google import Gcd, read_gcd, read_gcs
from onebyone.consent.google import Told as Letter
from onebyone.consent.gpp import Gpp, read_gpp
from onebyone.consent.said import Choice, Said
from onebyone.consent.tcf import read_tcf
from onebyone.consent.tcf_permissions import GOVERNED, by_tcf, worthless
from onebyone.consent.unreadable import Unreadable
from onebyone.consent.us_opt_out import in_force, refuses_for_child, section_opts_out
from onebyone.consent.usp import read_us_privacy
from onebyone.consent.vocabulary import ASKED, OPTED_OUT, Answer, Source, deny
from onebyone.event import Permission

Answers = Mapping[Permission, Answer]
_CMP_GOOGLE = "cmp:google"


class Strings(Struct, frozen=True):
    answers: tuple[Answers, ...]  # of each string in force, the first that speaks of a permission decides
    choices: tuple[Choice, ...]  # updates of Google's consent mode: what a visitor chose
    faults: tuple[str, ...]  # "tcf:too_long": which string, and what is wrong with it


class _Reading:
    """What one event's strings come to."""

    def __init__(self) -> None:
        self.answers: list[Answers] = []
        self.faults: list[str] = []

    def refuse(self, source: str, why: str) -> None:
        """Everything is denied for this string's sake."""
        self.faults.append(f"{source}:{why}")
        self.answers.append(deny(ASKED, source))


def read_strings(said: Said, *, region: str, gdpr: bool, vendor: int, now: datetime) -> Strings:
    """TCF where `gdpr` applies, GPP, us_privacy, Google. Never raises for what was sent."""
    reading = _Reading()
    gpp = _read_gpp(said.gpp, reading) if said.gpp else None
    if gdpr:
        _add_tcf(said, gpp, reading, vendor, now)
    if gpp is not None:
        _add_gpp(gpp, region, reading)
    if said.us_privacy:
        _add_us_privacy(said.us_privacy, reading)
    choices = _add_google(said, reading)
    return Strings(tuple(reading.answers), choices, tuple(reading.faults))


def _read_gpp(text: str, reading: _Reading) -> Gpp | None:
    try:
        return read_gpp(text)
    except Unreadable as error:
        reading.refuse(Source.GPP, error.code)
        return None


def _add_tcf(said: Said, gpp: Gpp | None, reading: _Reading, vendor: int, now: datetime) -> None:
    """The string of its own parameter, else section 2 of GPP. `gdpr=1` without any is a refusal."""
    tc = gpp.tcf if gpp is not None else None
    if said.tcf:
        try:
            tc = read_tcf(said.tcf)
        except Unreadable as error:
            reading.refuse(Source.TCF, error.code)
            return
    if tc is None:
        if said.gdpr == "1":
            reading.answers.append(deny(GOVERNED, Source.TCF))
        return
    why = worthless(tc, now=now)
    if why:
        reading.refuse(Source.TCF, why)
    else:
        reading.answers.append(by_tcf(tc, vendor=vendor))


def _add_gpp(gpp: Gpp, region: str, reading: _Reading) -> None:
    """It refuses or is silent: that somebody did not opt out grants nothing where opting in is the rule.

    A broken section spoils no other; it is a refusal where it is the visitor's own, or nothing else could be read.
    """
    sections = in_force(gpp, region=region or None)
    own = f"us{region[3:].lower()}" if region.startswith("US-") else ""
    for fault in gpp.faults:
        if fault.name == own or not sections:
            reading.refuse(Source.GPP, fault.code)
        else:
            reading.faults.append(f"{Source.GPP}:{fault.code}")
    for section in sections:
        if section_opts_out(section):
            reading.answers.append(deny(OPTED_OUT, Source.GPP))
        if refuses_for_child(section):
            reading.answers.append(deny((Permission.ADS_STORAGE,), Source.GPP))


def _add_us_privacy(text: str, reading: _Reading) -> None:
    try:
        if read_us_privacy(text).opted_out:
            reading.answers.append(deny(OPTED_OUT, Source.USP))
    except Unreadable as error:
        reading.refuse(Source.USP, error.code)


def _add_google(said: Said, reading: _Reading) -> tuple[Choice, ...]:
    """An update is a visitor's choice. A default is the page's: its refusal counts, its grant is nobody's consent."""
    choices: list[Choice] = []
    if said.gcd:
        try:
            gcd = read_gcd(said.gcd)
        except Unreadable as error:
            reading.refuse("gcd", error.code)
        else:
            refused = [name for name, told in _told(gcd) if told.effective is Told.DENIED]
            reading.answers.append(deny(tuple(refused), Source.SITE))
            updates = [(name, told.update) for name, told in _told(gcd) if told.update is not Told.UNSET]
            choices = [Choice(name, update is Told.GRANTED, 0, _CMP_GOOGLE) for name, update in updates]
    if said.gcs:
        try:
            gcs = read_gcs(said.gcs)
        except Unreadable as error:
            reading.refuse("gcs", error.code)
        else:
            pairs = ((Permission.ADS_STORAGE, gcs.ad_storage), (Permission.ANALYTICS, gcs.analytics_storage))
            reading.answers.append(deny(tuple(name for name, told in pairs if told is Told.DENIED), _CMP_GOOGLE))
    return tuple(sorted(choices, key=lambda choice: choice.permission))


def _told(gcd: Gcd) -> tuple[tuple[Permission, Letter], ...]:
    return (
        (Permission.ADS_STORAGE, gcd.ad_storage),
        (Permission.ANALYTICS, gcd.analytics_storage),
        (Permission.ADS_SHARE, gcd.ad_user_data),
        (Permission.ADS_PERSONALIZE, gcd.ad_personalization),
    )
