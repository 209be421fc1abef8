"""What the US sections of a GPP string refuse."""

from __future__ import annotations

from onebyone.consent.gpp import Gpp, Section, Value

_OPT_OUTS = {"SaleOptOut": 1, "SharingOptOut": 1, "TargetedAdvertisingOptOut": 1, "OptOutSale": "Y", "Gpc": True}
_CHILD = "KnownChildSensitiveDataConsents"
_REFUSED = 1


def opted_out(gpp: Gpp, *, region: str | None = None) -> bool:
    """Whether the visitor refused sale, sharing or targeted advertising.

    `region` is an ISO 3166-2 code such as US-CA. Where the state is not known, any section that refuses will do.
    """
    return any(section_opts_out(section) for section in in_force(gpp, region=region))


def in_force(gpp: Gpp, *, region: str | None = None) -> tuple[Section, ...]:
    """The section of the visitor's state, else the national one, else the old one, else none."""
    if region is None or region == "US":
        return gpp.sections
    country, _, state = region.partition("-")
    by_name = {section.name: section for section in gpp.sections}
    own = f"us{state.lower()}" if country == "US" else ""
    return next(((by_name[name],) for name in (own, "usnat", "uspv1") if name in by_name), ())


def section_opts_out(section: Section) -> bool:
    return any(section.fields.get(name) == value for name, value in _OPT_OUTS.items())


def refuses_for_child(section: Section) -> bool:
    """The visitor is a known child and consent was not given: click ids and ad identifiers are refused as well."""
    told: Value = section.fields.get(_CHILD, 0)
    return _REFUSED in told if isinstance(told, tuple) else told == _REFUSED
