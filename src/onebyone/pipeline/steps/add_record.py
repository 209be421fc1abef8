from __future__ import annotations

from typing import Any, Protocol

from onebyone.event import Event, Permission, visitor_hash
from onebyone.pipeline.decode.image import read_query
from onebyone.pipeline.step import Context, Step
from onebyone.state.consent_records import Draft

SCHEMA = "onebyone-consent-1"  # after ISO/IEC TS 27560:2023
_PURPOSES: dict[Permission, tuple[str, str]] = {  # what it is for, and the kind of data
    Permission.FUNCTIONAL: ("remember settings", "settings"),
    Permission.PERSONALIZE_SITE: ("recommend content", "pages seen"),
    Permission.ANALYTICS: ("statistics of this site", "visitor id, pages seen, orders"),
    Permission.ADS_STORAGE: ("know which ad led here", "ids of ad clicks"),
    Permission.ADS_SHARE: ("tell ad platforms of conversions", "orders, ids of ad clicks, contact data"),
    Permission.ADS_PERSONALIZE: ("audiences for ads", "pages seen, orders"),
    Permission.SELL_SHARE: ("sale and sharing in the US sense", "all of the above"),
    Permission.EMAIL_OPENS: ("see that a message was opened", "opened messages"),
    Permission.FINGERPRINT: ("scan the device", "device"),
    Permission.PRECISE_GEO: ("locate closer than 500 m", "position"),
}


class Recording(Protocol):
    """`state.consent_records.ConsentRecords`, or what a test puts in its place."""

    def note(self, draft: Draft) -> None: ...


def add_record(records: Recording) -> Step:
    """A choice that was posted becomes a record. Other events are left alone."""

    def step(event: Event, context: Context) -> Event:
        if context.choice is not None:
            records.note(_draft(event, context))
        return event

    return step


def _draft(event: Event, context: Context) -> Draft:
    person = read_query(context.hit.query).get("person", "")
    visitor = visitor_hash(event.site, context.hit.asking)
    known_by = [("consent", person)] * bool(person) + [("visitor", str(visitor))] * bool(visitor)
    chosen = {one.permission.value: one.granted for one in context.said.choices}
    strings = {name: getattr(context.said, name) for name in ("tcf", "gpp", "us_privacy", "gcs", "gcd")}
    strings = {name: text for name, text in strings.items() if text}
    return Draft(
        site=event.site,
        id=event.sent_id,
        at_ms=context.hit.received_ms,
        body=_body(event, context, chosen, strings),
        chosen={"choices": chosen, "strings": strings, "gpc": context.said.gpc},
        known_by=tuple(known_by) or (("record", event.sent_id),),
    )


def _body(event: Event, context: Context, chosen: dict[str, bool], strings: dict[str, str]) -> dict[str, Any]:
    choice, said = context.choice, context.said
    assert choice is not None
    banner = context.site.tag.banner
    granted = {name for name, is_granted in chosen.items() if is_granted}
    state = "given" if granted else "refused"
    return {
        "schema_version": SCHEMA,
        "record_id": event.sent_id,
        "processing": {
            "privacy_notice": banner.policy_url,
            "language": choice.language,
            "revision": banner.revision,
            "purposes": [
                {
                    "name": one.value,
                    "type": _PURPOSES[one][0],
                    "data_categories": _PURPOSES[one][1],
                    "lawful_basis": "consent",
                    "state": "given" if one.value in granted else "refused",
                    "jurisdiction": event.region,
                    "withdrawal_method": "the same dialogue",
                }
                for one in _PURPOSES
                if one.value in chosen
            ],
        },
        "parties": {"controller": {"id": event.site, "name": context.site.name}},
        "events": [{"time": event.received_at.isoformat(timespec="milliseconds"), "type": "explicit", "state": state}],
        "permissions_after": event.permissions,
        "source": event.consent_source,
        "strings": strings,
        "gpc_seen": said.gpc,
        "gpc_overridden": said.gpc and choice.overrides_gpc,
        "cmp": next((one.by for one in said.choices if one.by.startswith("cmp:")), ""),
        "cmp_version": choice.cmp_version,
        "banner": choice.banner,
        "button": choice.button,
        "region": event.region,
        "page": f"{event.host}{event.path}",
        "network": context.hit.address,
        "browser": event.browser,
    }
