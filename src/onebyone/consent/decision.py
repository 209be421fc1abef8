"""May we? The one decision: signals, what is known of the person, and the place's rule become permissions.

From top to bottom, the first that speaks of a permission decides (specs/consent-and-privacy.md 1.2):
suppressed, the browser's own signals, the newest choice, the strings in force, the default of the region, no.
A refusal of the strings holds against a choice that is not known to be newer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from msgspec import Struct

from onebyone.consent.regions import Profile, Regions
from onebyone.consent.said import Choice, Said, merge
from onebyone.consent.settings import Settings
from onebyone.consent.strings import Answers, read_strings
from onebyone.consent.vocabulary import (
    ALL,
    ASKED,
    DEFAULTS,
    OPT_OUT_SIGNALS,
    OPTED_OUT,
    UNTRACKED,
    Answer,
    Basis,
    Mode,
    Source,
    Value,
    deny,
)  # fmt: skip
from onebyone.event import LIMITED_USE, Permission

_CACHED = 4_096
_DAY_MS = 86_400_000
_BITS = tuple(permission.bit for permission in ALL)
_SECURITY = Answer(Value.GRANTED, Basis.EXEMPT, Source.SITE)


class Known(Struct, frozen=True, cache_hash=True):
    """What the platform itself remembers of a person."""

    choices: tuple[Choice, ...] = ()
    suppressed: bool = False  # erased, or objected
    overrides_gpc: bool = False  # the choices were recorded while the page said that they override the signal


NOBODY = Known()


class Decision(Struct, frozen=True):
    permissions: int  # the bits of what is granted, and LIMITED_USE
    source: str  # what decided about statistics
    region: str
    profile: str
    mode: Mode  # what may be collected where statistics are denied; FULL where they are allowed
    joins: bool  # whether this event may be tied to a person: statistics by consent, not by an exemption
    keeps_address: bool  # outside of opt-in rules a full address may wait, sealed
    signalled: bool  # somebody or something spoke of any of them, not the place's default alone
    faults: tuple[str, ...]
    answers: tuple[Answer, ...]  # in the order of Permission

    def allows(self, permission: Permission) -> bool:
        return bool(self.permissions & permission.bit)

    def answer(self, permission: Permission) -> Answer:
        return self.answers[ALL.index(permission)]


class Policy:
    """One site's rules over a table of regions. `decide` is pure and remembers its answers."""

    def __init__(self, regions: Regions, settings: Settings) -> None:
        self.settings = settings
        self._regions = regions
        self._decide_on = lru_cache(maxsize=_CACHED)(self._decide)
        self._defaults_of = lru_cache(maxsize=1_024)(self._defaults)

    def decide(self, said: Said, region: str, at_ms: int, known: Known = NOBODY) -> Decision:
        """`region` is an ISO code, "" if unknown; `at_ms` says which day's law holds."""
        return self._decide_on(said, region, at_ms // _DAY_MS, known)

    def is_opt_in(self, region: str, at_ms: int) -> bool:
        """Whether people there have to be asked first."""
        return self._regions.profiles[self.profile_of(region, _day(at_ms // _DAY_MS).date())].opt_in

    def profile_of(self, region: str, day: date) -> str:
        """The profile's letter, after what the site's owner decided."""
        settings = self.settings
        name = self._regions.name_of(region, day)
        if not name:
            given = settings.unknown_region
            return given if given in self._regions.profiles else self._regions.strictest
        if settings.sensitive and not self._regions.profiles[name].opt_in and name != "N":
            return self._regions.strictest
        return name

    def _decide(self, said: Said, region: str, day_number: int, known: Known) -> Decision:
        now = _day(day_number)
        name = self.profile_of(region, now.date())
        profile = self._regions.profiles[name]
        gdpr = profile.opt_in or said.gdpr == "1" or (said.gdpr == "" and bool(said.tcf))
        strings = read_strings(said, region=region, gdpr=gdpr, vendor=self.settings.tcf_vendor, now=now)
        choices = merge(merge(said.choices, strings.choices), known.choices)
        said_of_it = (  # from the last word to the first: what comes later replaces
            self._defaults_of(name, region.partition("-")[0], bool(region)),
            _first(strings.answers),
            _chosen(choices, strings.answers),
            self._dnt(said),
            self._gpc(said, profile, known, choices),
            deny(ASKED, Source.SUPPRESSED) if known.suppressed else {},
        )
        merged: dict[Permission, Answer] = {}
        for layer in said_of_it:
            merged.update(layer)
        answers = tuple(merged[one] for one in ALL)
        granted = sum(bit for bit, answer in zip(_BITS, answers, strict=True) if answer.value is Value.GRANTED)
        limited = profile.honors_gpc and not strings.faults and _only_opted_out(merged, said_of_it)
        analytics = merged[Permission.ANALYTICS]
        return Decision(
            permissions=granted | (LIMITED_USE if limited else 0),
            source=analytics.source,
            region=region,
            profile=name,
            mode=Mode.FULL if analytics.is_granted else self._denied_mode(region, name, profile),
            joins=analytics.is_granted and not self._is_exempt(profile, analytics),
            keeps_address=not profile.opt_in,
            signalled=any(answer.source not in DEFAULTS for answer in answers if answer is not _SECURITY),
            faults=strings.faults,
            answers=answers,
        )

    def _dnt(self, said: Said) -> Answers:
        return deny(UNTRACKED, Source.DNT) if said.dnt and self.settings.honor_dnt else {}

    def _gpc(self, said: Said, profile: Profile, known: Known, choices: tuple[Choice, ...]) -> Answers:
        in_scope = self.settings.gpc_scope != "listed_regions" or profile.honors_gpc
        if not (said.gpc and self.settings.gpc and in_scope):
            return {}
        overridden = {choice.permission for choice in choices} if self._overrides_gpc(known) else set()
        return deny(tuple(one for one in OPTED_OUT if one not in overridden), Source.GPC)

    def _overrides_gpc(self, known: Known) -> bool:
        return self.settings.gpc_override == "explicit" and known.overrides_gpc

    def _defaults(self, name: str, country: str, is_known: bool) -> Answers:
        """What holds of each permission where nobody said anything."""
        profile, settings = self._regions.profiles[name], self.settings
        source = Source.REGION if is_known or not settings.unknown_region else Source.SITE
        found = {one: Answer(Value.DENIED, source=source) for one in ASKED}
        if profile.opt_in and country in settings.analytics_exempt:
            found[Permission.ANALYTICS] = Answer(Value.GRANTED, Basis.EXEMPT, Source.SITE)
        granted = {one: Answer(Value.GRANTED, basis, source) for one, basis in profile.granted.items()}
        return found | granted | {Permission.SECURITY: _SECURITY}

    def _is_exempt(self, profile: Profile, analytics: Answer) -> bool:
        """By the statistics exemption of an opt-in country, whose limits forbid joins (section 6)."""
        return analytics.basis is Basis.EXEMPT and Permission.ANALYTICS not in profile.granted

    def _denied_mode(self, region: str, name: str, profile: Profile) -> Mode:
        modes = self.settings.denied_mode
        for key in (region, region.partition("-")[0], name):
            if key and key in modes:
                return modes[key]
        return profile.denied_mode


def _day(number: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=max(-700_000, min(number, 2_900_000)))


def _chosen(choices: Iterable[Choice], strings: Iterable[Answers]) -> Answers:
    found: dict[Permission, Answer] = {}
    for choice in choices:
        value, basis = (Value.GRANTED, Basis.CONSENT) if choice.granted else (Value.DENIED, Basis.NONE)
        found[choice.permission] = Answer(value, basis, choice.by, choice.at_ms, choice.record_id)
    for answers in strings:
        for permission, answer in answers.items():
            chosen = found.get(permission)
            if chosen is not None and chosen.is_granted and not answer.is_granted and not _is_newer(chosen, answer):
                found[permission] = answer
    return found


def _only_opted_out(merged: Answers, said_of_it: Iterable[Answers]) -> bool:
    """Whether nothing but opt-out signals refuses ads_share (section 2.3). Who refuses click ids too, as is refused for
    a known child, said more than that."""
    share = Permission.ADS_SHARE
    refused = {answers[share].source for answers in said_of_it if share in answers and not answers[share].is_granted}
    return not merged[share].is_granted and refused <= OPT_OUT_SIGNALS and merged[Permission.ADS_STORAGE].is_granted


def _is_newer(choice: Answer, refusal: Answer) -> bool:
    """TC strings know the day alone: a choice of the same day is not known to be the newer."""
    return refusal.at_ms != 0 and choice.at_ms >= refusal.at_ms + _DAY_MS


def _first(strings: Iterable[Answers]) -> Answers:
    """Of each permission what the first string says, or the refusal of any."""
    found: dict[Permission, Answer] = {}
    for answers in strings:
        for permission, answer in answers.items():
            before = found.get(permission)
            if before is None or (before.is_granted and not answer.is_granted):
                found[permission] = answer
    return found


class Policies:
    """Each site's policy, made anew when its settings change."""

    def __init__(self, regions: Regions) -> None:
        self._regions = regions
        self._made: dict[str, Policy] = {}
        self.version = regions.version  # of the table, a date

    def of(self, site: str, settings: Settings) -> Policy:
        made = self._made.get(site)
        if made is None or (made.settings is not settings and made.settings != settings):
            made = self._made[site] = Policy(self._regions, settings)
        return made
