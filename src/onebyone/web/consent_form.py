"""The form of a site's rules of consent: read, checked, its errors in words, and what it would mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from litestar.datastructures import FormMultiDict
from msgspec import Struct, structs

from onebyone.consent.decision import Policy
from onebyone.consent.regions import Regions, region_code
from onebyone.consent.said import NOTHING
from onebyone.consent.settings import MAX_QUERY_NAMES, Settings
from onebyone.consent.vocabulary import Mode
from onebyone.event import Permission
from onebyone.state.sites import Site

MODES: Mapping[str, str] = {
    "": "as the law of the place has it",
    Mode.PING: "views, without a visitor",
    Mode.COUNT: "a count of views, no more",
    Mode.DROP: "nothing",
}
SCOPES: Mapping[str, str] = {"worldwide": "everywhere", "listed_regions": "only where the law names it"}
OVERRIDES: Mapping[str, str] = {"never": "never", "explicit": "when the page said so and the choice is recorded"}
PLACES: Sequence[tuple[str, str]] = (
    ("DE", "Germany"), ("FR", "France"), ("GB", "United Kingdom"), ("CH", "Switzerland"), ("US-CA", "California"),
    ("US-NY", "New York"), ("BR", "Brazil"), ("JP", "Japan"), ("", "nobody knows where"),
)  # fmt: skip
_LONGEST = 2_000
_QUERY_NAME = re.compile(r"[A-Za-z0-9_.\-\[\]]{1,40}")


class ConsentForm(Struct, frozen=True, kw_only=True):
    """What stands in the fields, as typed."""

    unknown_region: str = ""
    modes: Mapping[str, str] = {}  # by profile
    places: str = ""  # "DE=drop", one a line
    sensitive: bool = False
    gpc: bool = False
    gpc_scope: str = "worldwide"
    gpc_override: str = "never"
    honor_dnt: bool = False
    exempt: str = ""
    tcf_vendor: str = ""
    cookies: bool = False
    query: str = ""


class Meaning(Struct, frozen=True):
    """What holds of somebody there who has chosen nothing."""

    place: str
    rule: str
    allowed: str
    refused: str


def typed(form: FormMultiDict, law: Regions) -> ConsentForm:
    def text(name: str) -> str:
        return str(form.get(name, "")).strip()[:_LONGEST]

    return ConsentForm(
        unknown_region=text("unknown_region"),
        modes={name: text(f"mode_{name}") for name in law.profiles},
        places=text("places"),
        sensitive="sensitive" in form,
        gpc="gpc" in form,
        gpc_scope=text("gpc_scope"),
        gpc_override=text("gpc_override"),
        honor_dnt="honor_dnt" in form,
        exempt=text("exempt"),
        tcf_vendor=text("tcf_vendor"),
        cookies="cookies" in form,
        query=text("query"),
    )


def form_of(site: Site, law: Regions) -> ConsentForm:
    kept = site.consent
    return ConsentForm(
        unknown_region=kept.unknown_region,
        modes={name: kept.denied_mode.get(name, "") for name in law.profiles},
        places="\n".join(f"{at}={mode}" for at, mode in sorted(kept.denied_mode.items()) if at not in law.profiles),
        sensitive=kept.sensitive,
        gpc=kept.gpc,
        gpc_scope=kept.gpc_scope,
        gpc_override=kept.gpc_override,
        honor_dnt=kept.honor_dnt,
        exempt=" ".join(kept.analytics_exempt),
        tcf_vendor=str(kept.tcf_vendor or ""),
        cookies=site.visitor_cookie,
        query=" ".join(kept.query_kept),
    )


def check(form: ConsentForm, law: Regions) -> Mapping[str, str]:
    """The sentence for each field that is wrong; empty if all is well."""
    wrong: dict[str, str] = {}
    if form.unknown_region and form.unknown_region not in law.profiles:
        wrong["unknown_region"] = "Choose one of the rules."
    if any(mode not in MODES for mode in form.modes.values()):
        wrong["modes"] = "Choose what is collected of who refuses."
    bad = next((line for line in form.places.split() if _place(line) is None), None)
    if bad is not None:
        wrong["places"] = f"{bad[:40]} is no place with a mode such as DE=drop; modes are ping, count, drop."
    if form.gpc_scope not in SCOPES or form.gpc_override not in OVERRIDES:
        wrong["gpc"] = "Choose one of the answers."
    if any(len(region_code(code)) != 2 for code in _words(form.exempt)):
        wrong["exempt"] = "Write codes of countries with spaces between them, such as FR NL."
    if form.tcf_vendor and not (form.tcf_vendor.isdecimal() and int(form.tcf_vendor) <= 65_535):
        wrong["tcf_vendor"] = "Write the number of your company on the IAB vendor list, or nothing."
    names = _words(form.query)
    if len(names) > MAX_QUERY_NAMES or any(_QUERY_NAME.fullmatch(name) is None for name in names):
        wrong["query"] = f"Write at most {MAX_QUERY_NAMES} names with spaces between them, such as category page."
    return wrong


def changed(site: Site, form: ConsentForm) -> Site:
    """The site with a checked form's values."""
    places = dict(found for line in form.places.split() if (found := _place(line)) is not None)
    profiles = {name: Mode(mode) for name, mode in form.modes.items() if mode}
    consent = Settings(
        unknown_region=form.unknown_region,
        denied_mode=profiles | places,
        sensitive=form.sensitive,
        gpc=form.gpc,
        gpc_scope=form.gpc_scope,
        gpc_override=form.gpc_override,
        honor_dnt=form.honor_dnt,
        analytics_exempt=tuple(region_code(code) for code in _words(form.exempt)),
        tcf_vendor=int(form.tcf_vendor or 0),
        query_kept=tuple(dict.fromkeys(name.lower() for name in _words(form.query))),
    )
    return structs.replace(site, consent=consent, visitor_cookie=form.cookies)


def meanings(settings: Settings, law: Regions, at: datetime) -> list[Meaning]:
    """Row by row what these rules do with somebody who has chosen nothing, and with somebody who refuses."""
    policy, at_ms = Policy(law, settings), int(at.timestamp() * 1000)
    rows = []
    for code, name in PLACES:
        found = policy.decide(NOTHING, code, at_ms)
        granted = [_NAMES[one] for one in _NAMES if found.allows(one)]
        asked = "ask first" if law.profiles[found.profile].opt_in else "may opt out"
        mode = found.mode or _refused(policy, law, code, found.profile)
        rows.append(Meaning(name, f"{found.profile}, {asked}", ", ".join(granted) or "nothing", MODES[mode]))
    return rows


_NAMES = {
    Permission.ANALYTICS: "statistics",
    Permission.ADS_STORAGE: "ad clicks",
    Permission.ADS_SHARE: "sharing with ad platforms",
    Permission.EMAIL_OPENS: "e-mail opens",
}


def _refused(policy: Policy, law: Regions, code: str, profile: str) -> Mode:
    modes = policy.settings.denied_mode
    return next(
        (modes[key] for key in (code, code.partition("-")[0], profile) if key in modes),
        law.profiles[profile].denied_mode,
    )


def _place(line: str) -> tuple[str, Mode] | None:
    where, equals, mode = line.partition("=")
    code = region_code(where)
    return (code, Mode(mode)) if equals and code and mode in MODES and mode else None


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()
