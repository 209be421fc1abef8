"""`consent decode`: what a consent signal says, in the shapes of the test vectors or in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import click
from msgspec import structs

from onebyone.app import options
from onebyone.app.printing import print_json, print_rows
from onebyone.consent.decode import Signal, decode
from onebyone.consent.google import Choice, Gcd, Gcs, Told
from onebyone.consent.gpp import NAMES, Gpp, Section, Value
from onebyone.consent.ids import Ids
from onebyone.consent.purposes import CONSENT_ONLY, PURPOSES, SPECIAL_FEATURES
from onebyone.consent.tcf import PublisherTc, Restriction, TcString
from onebyone.consent.tcf_flags import MEANINGS, Flag, flags_of
from onebyone.consent.unreadable import Unreadable
from onebyone.consent.us_opt_out import opted_out
from onebyone.consent.usp import UsPrivacy

_GOOGLE = ("ad_storage", "analytics_storage", "ad_user_data", "ad_personalization")
_RESTRICTIONS = {0: "not allowed", 1: "only with consent", 2: "only with legitimate interest"}
_MARKS = {"Y": "yes", "N": "no", "-": "does not apply"}
_OPT_OUT = {
    True: "The visitor opted out of sale, sharing or targeted advertising.",
    False: "The visitor did not opt out of sale, sharing or targeted advertising.",
}


@click.group()
def consent() -> None:
    """Consent signals, explained."""


@consent.command("decode", context_settings={"ignore_unknown_options": True})
@click.argument("string")
@options.as_json
@click.pass_context
def decode_command(context: click.Context, string: str, as_json: bool) -> None:
    """What a TC string, a GPP string, a gcs or gcd parameter or a us_privacy text says.

    Exit code 1 if it cannot be read.
    """
    try:
        signal = decode(string)
    except Unreadable as error:
        if as_json:
            print_json({"error": error.code})
        else:
            click.echo(f"Not readable: {error.code}.")
        context.exit(1)
    if as_json:
        print_json(signal_as_json(signal, now=datetime.now(UTC)))
    else:
        _explain(signal, now=datetime.now(UTC))


def signal_as_json(signal: Signal, *, now: datetime) -> dict[str, Any]:
    match signal:
        case TcString():
            return _tcf_as_json(signal) | {"flags": flags_of(signal, now=now)}
        case Gpp():
            return _gpp_as_json(signal)
        case UsPrivacy():
            return {"kind": "us_privacy", **structs.asdict(signal), "opted_out": signal.opted_out}
        case Gcs():
            return {"kind": "gcs", **structs.asdict(signal)}
        case Gcd():
            told = {name: _told_as_json(getattr(signal, name)) for name in _GOOGLE}
            return {"kind": "gcd", **told, "digits": signal.digits, "tail": signal.tail}


def _tcf_as_json(tc: TcString) -> dict[str, Any]:
    core = tc.core
    return structs.asdict(core) | {
        "created": _instant(core.created),
        "last_updated": _instant(core.last_updated),
        "vendor_consents": [*core.vendor_consents],
        "vendor_li": [*core.vendor_li],
        "publisher_restrictions": [
            structs.asdict(one) | {"vendors": [*one.vendors]} for one in core.publisher_restrictions
        ],
        "disclosed_vendors": None if tc.disclosed_vendors is None else [*tc.disclosed_vendors],
        "publisher_tc": tc.publisher_tc,
    }


def _gpp_as_json(gpp: Gpp) -> dict[str, Any]:
    """`errors` is there only if a section could not be read."""
    told: dict[str, Any] = {
        "section_ids": gpp.section_ids,
        "sections": {section.name: section.fields for section in gpp.sections},
        "opted_out": opted_out(gpp),
    }
    return told | ({"errors": {fault.name: fault.code for fault in gpp.faults}} if gpp.faults else {})


def _told_as_json(told: Told) -> dict[str, str]:
    return {**structs.asdict(told), "effective": told.effective}


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _explain(signal: Signal, *, now: datetime) -> None:
    match signal:
        case TcString():
            _explain_tcf(signal, flags_of(signal, now=now))
        case Gpp():
            _explain_gpp(signal, now=now)
        case UsPrivacy():
            _explain_us_privacy(signal)
        case Gcs():
            click.echo("Google consent mode (gcs)\n")
            rows = [{"permission": name, "holds": getattr(signal, name)} for name in _GOOGLE[:2]]
            print_rows(("permission", "holds"), rows, empty="")
        case Gcd():
            _explain_gcd(signal)


def _explain_tcf(tc: TcString, flags: Iterable[Flag]) -> None:
    core = tc.core
    click.echo(f"TC string of the IAB framework, policy version {core.policy_version}")
    click.echo(f"Made by CMP {core.cmp_id}, in {core.consent_language}, for a publisher in {core.publisher_cc}.")
    click.echo(f"Created {core.created:%Y-%m-%d}, last updated {core.last_updated:%Y-%m-%d}.")
    click.echo(f"Vendor list {core.vendor_list_version}.\n")
    if not core.is_service_specific:
        click.echo("It allows nothing: it was not made for one service alone. It says:\n")
    _print_purposes(core.purposes_consent, core.purposes_li)
    if core.purpose_one_treatment:
        click.echo("Purpose 1 was not shown to the visitor.")
    features = [f"{id} {SPECIAL_FEATURES.get(id, 'unknown')}" for id in core.special_feature_opt_ins]
    click.echo(f"\nSpecial features allowed: {', '.join(features) or 'none'}.")
    click.echo("A vendor may use a purpose only if both the purpose and the vendor are allowed.")
    click.echo(f"Vendors with consent: {_ids(core.vendor_consents)}.")
    click.echo(f"Vendors with legitimate interest: {_ids(core.vendor_li)}.")
    if tc.disclosed_vendors is not None:
        click.echo(f"Vendors shown to the visitor: {_ids(tc.disclosed_vendors)}.")
    for restriction in core.publisher_restrictions:
        _explain_restriction(restriction)
    if tc.publisher_tc is not None:
        _explain_publisher(tc.publisher_tc)
    for flag in flags:
        click.echo(f"Flag {flag}: {MEANINGS[flag]}.")


def _print_purposes(consents: tuple[int, ...], li: tuple[int, ...]) -> None:
    rows = [
        {
            "purpose": f"{id} {PURPOSES.get(id, 'unknown')}",
            "consent": "yes" if id in consents else "no",
            "legitimate interest": "not possible" if id in CONSENT_ONLY else "yes" if id in li else "no",
        }
        for id in sorted({*PURPOSES, *consents, *li})
    ]
    print_rows(("purpose", "consent", "legitimate interest"), rows, empty="")


def _explain_restriction(restriction: Restriction) -> None:
    rule = _RESTRICTIONS.get(restriction.restriction_type, "undefined, so not allowed")
    click.echo(
        f"The publisher restricts purpose {restriction.purpose}: {rule}, for vendors {_ids(restriction.vendors)}."
    )


def _explain_publisher(publisher: PublisherTc) -> None:
    click.echo("\nThe publisher's own purposes")
    _print_purposes(publisher.purposes_consent, publisher.purposes_li)
    if publisher.num_custom_purposes:
        consents, li = _ids(publisher.custom_consent), _ids(publisher.custom_li)
        click.echo(f"Of {publisher.num_custom_purposes} custom purposes: consent {consents}, legitimate interest {li}.")


def _ids(ids: Ids | tuple[int, ...]) -> str:
    """A short list; the whole of it is in the JSON."""
    ranges = ids if isinstance(ids, Ids) else Ids.of_ranges((id, id) for id in ids)
    told = [f"{start}" if start == end else f"{start}–{end}" for start, end in ranges.ranges()]
    more = f" and {len(told) - 12} more ranges" if len(told) > 12 else ""
    return f"{', '.join(told[:12])}{more} ({len(ranges)} in all)" if told else "none"


def _explain_gpp(gpp: Gpp, *, now: datetime) -> None:
    click.echo(f"GPP string. Sections: {', '.join(NAMES.get(id, str(id)) for id in gpp.section_ids) or 'none'}.")
    click.echo(_OPT_OUT[opted_out(gpp)])
    for section in gpp.sections:
        _explain_section(section)
    for id in gpp.unread:
        click.echo(f"\nSection {id} is of a kind that is not read here.")
    for fault in gpp.faults:
        click.echo(f"\nSection {fault.name} is not readable: {fault.code}.")
    if gpp.tcf is not None:
        click.echo("\nSection tcfeuv2")
        _explain_tcf(gpp.tcf, flags_of(gpp.tcf, now=now))


def _explain_section(section: Section) -> None:
    click.echo(f"\nSection {section.name}")
    rows = [{"field": name, "says": _words(name, value)} for name, value in section.fields.items() if _applies(value)]
    print_rows(("field", "says"), rows, empty="")


def _applies(value: Value) -> bool:
    """Most fields of most sections hold 0, "not applicable": a person is spared those."""
    return any(value) if isinstance(value, tuple) else isinstance(value, bool) or value != 0


def _words(name: str, value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(f"{_words(name, one)} ({place})" for place, one in enumerate(value, 1) if one)
    if name in ("Version", "MspaVersion", "GpcSegmentType"):
        return str(value)
    if isinstance(value, str):
        return _MARKS[value]
    return _meanings(name).get(value, "undefined")


def _meanings(name: str) -> dict[int, str]:
    if name.endswith("Notice"):
        return {1: "given", 2: "not given"}
    if name.endswith("OptOut"):
        return {1: "opted out", 2: "did not opt out"}
    if name.startswith("Mspa"):
        return {1: "yes", 2: "no"}
    return {1: "refused", 2: "not refused"}  # a consent or an opt-out, by the state's law


def _explain_us_privacy(usp: UsPrivacy) -> None:
    click.echo(f"us_privacy text. {_OPT_OUT[usp.opted_out]}")
    click.echo(f"Notice given: {_MARKS[usp.notice]}. Under the LSPA agreement: {_MARKS[usp.lspa_covered]}.")


def _explain_gcd(gcd: Gcd) -> None:
    click.echo(
        "Google consent mode (gcd). Its letters are not documented: what holds is what practitioners observed.\n"
    )
    rows = [{"permission": name, **_told_as_json(getattr(gcd, name))} for name in _GOOGLE]
    print_rows(("permission", "letter", "default", "update", "effective"), rows, empty="")
    if any(getattr(gcd, name).effective is Choice.UNSET for name in _GOOGLE):
        click.echo("Unset counts as denied here.")
