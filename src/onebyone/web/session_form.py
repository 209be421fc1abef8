"""The form of a site's session rules: read, checked, its errors in words."""

from __future__ import annotations

from collections.abc import Mapping

from litestar.datastructures import FormMultiDict
from msgspec import Struct, structs

from onebyone.state.sites import SessionRules, Site


class SessionForm(Struct, frozen=True, kw_only=True):
    """What stands in the fields, as typed."""

    minutes: str = ""
    max_events: str = ""
    engaged_s: str = ""
    at_midnight: bool = False
    at_campaign: bool = False


_BOUNDS = {  # least, most, and the sentence
    "minutes": (1, 240, "Write minutes, 1 to 240. Half an hour is usual."),
    "max_events": (2, 1_000_000, "Write a number, 2 to 1,000,000."),
    "engaged_s": (1, 3_600, "Write seconds, 1 to 3,600."),
}


def typed(form: FormMultiDict) -> SessionForm:
    texts = {name: str(form.get(name, "")).strip()[:20] for name in _BOUNDS}
    return SessionForm(**texts, at_midnight="at_midnight" in form, at_campaign="at_campaign" in form)


def form_of(site: Site) -> SessionForm:
    rules = site.sessions
    return SessionForm(
        minutes=f"{rules.timeout_s / 60:g}",
        max_events=str(rules.max_events),
        engaged_s=str(rules.engaged_s),
        at_midnight=rules.at_midnight,
        at_campaign=rules.at_campaign,
    )


def check(form: SessionForm) -> Mapping[str, str]:
    """The sentence for each field that is wrong; empty if all is well."""
    return {name: says for name, (_, _, says) in _BOUNDS.items() if _number(form, name) is None}


def changed(site: Site, form: SessionForm) -> Site:
    """The site with a checked form's values."""
    rules = SessionRules(
        timeout_s=round((_number(form, "minutes") or 0) * 60),
        at_midnight=form.at_midnight,
        at_campaign=form.at_campaign,
        max_events=int(_number(form, "max_events") or 0),
        engaged_s=int(_number(form, "engaged_s") or 0),
    )
    return structs.replace(site, sessions=rules)


def _number(form: SessionForm, name: str) -> float | None:
    """Minutes may be broken; the rest are whole. None if it is no number, or out of bounds."""
    text = getattr(form, name).replace(",", "")
    least, most, _ = _BOUNDS[name]
    try:
        number = float(text) if name == "minutes" else int(text)
    except ValueError:
        return None
    return number if least <= number <= most else None
