"""What a person may ask for: a copy of everything that is kept of them, and to be forgotten."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from onebyone.app import erasing
from onebyone.app.state import State as Opened
from onebyone.app.subject import By, find_subject
from onebyone.event import utc
from onebyone.pipeline.conversions.copies import ADJUSTED, order_key_of
from onebyone.reports import Runs
from onebyone.state.deliveries import Delivery, State
from onebyone.state.erasures import Erasure, Held, Meant
from onebyone.state.sites import Site

MOST_EVENTS = 1_000_000


class Rights:
    """For the console and the commands. Every call blocks, and raises Unusable for a text that names nobody,
    StoreUnavailable, QueryRefused or StateUnavailable."""

    def __init__(self, state: Opened, reports: Runs) -> None:
        self._state = state
        self._reports = reports

    def find(self, site: Site, by: str, text: str) -> Meant:
        return find_subject(self._state, self._reports, site, By(by), text.strip())

    def held(self, site: Site, meant: Meant) -> Held:
        events = self._events(site, meant)
        deliveries = self._deliveries(site, meant, _conversions_in(events))
        orders = {row["order_id"] for row in events if row["name"] == ADJUSTED} | {*meant.orders}
        return Held(
            events=len(events),
            orders=len(orders),
            browsers=len(meant.visitors),
            shared_browsers=len(meant.shared),
            user_ids=len(meant.users),
            hashed_values=len(meant.values),
            messages=len(meant.recipients),
            deliveries=len(deliveries),
            told=dict(Counter(one.destination for one in deliveries if one.state == State.ACCEPTED and not one.part)),
            consent_records=len(self._consent_records(site, meant)),
        )

    def export(self, site: Site, meant: Meant) -> dict[str, Any]:
        """Everything that is kept of them, and nothing of anybody else: a JSON object whose lists are tables."""
        events = self._events(site, meant)
        return {
            "site": {"id": site.id, "name": site.name},
            "identifiers": {
                "user_ids": list(meant.users),
                "browsers": [str(one) for one in meant.visitors],
                "shared_browsers": [str(one) for one in meant.shared],
                "hashed": [f"{kind} {text}" for kind, text in meant.values],
            },
            "events": events,
            "conversions": self._conversions(site, meant, events),
            "deliveries": [_delivery(one) for one in self._deliveries(site, meant, _conversions_in(events))],
            "consent_records": self._consent_records(site, meant),
            "messages": self._messages(site, meant),
        }

    def erase(self, site: Site, meant: Meant, *, by: str) -> Erasure:
        """Refuse them from now on; the rest is done by whoever owns the store."""
        return erasing.ask(self._state, site, meant, by=by)

    def erasures(self, site: str) -> list[Erasure]:
        """Requests, the newest first, without whom they are about."""
        return [msgspec.structs.replace(one, who=None) for one in self._state.erasures.latest(site)]

    def _events(self, site: Site, meant: Meant) -> list[dict[str, Any]]:
        numbers = [str(number) for number in sorted({*meant.nodes, *meant.shared, meant.person} - {0})]
        values = [f"{kind}:{text}" for kind, text in meant.values]
        return self._reports.run(
            "person_everything", site=site.id, person=str(meant.person), nodes=numbers, values=values,
            orders=[order for order in meant.orders if order], limit=MOST_EVENTS,
        ).dicts()  # fmt: skip

    def _conversions(self, site: Site, meant: Meant, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        orders = {*meant.orders, *(row["order_id"] for row in events if row["order_id"])}
        keys = [order_key_of(site.id, ADJUSTED, order) for order in sorted(orders)]
        ids = {id for under in self._state.conversions.find(keys).values() for id in under}
        ids |= set(_conversions_in(events))
        found = (self._state.conversions.get(site.id, id) for id in sorted(ids))
        return [msgspec.to_builtins(one) for one in found if one is not None]

    def _deliveries(self, site: Site, meant: Meant, conversions: list[str]) -> list[Delivery]:
        keys = [order_key_of(site.id, ADJUSTED, order) for order in meant.orders]
        ids = {*conversions, *(id for under in self._state.conversions.find(keys).values() for id in under)}
        return list(self._state.deliveries.of_conversions(site.id, sorted(ids)).values())

    def _consent_records(self, site: Site, meant: Meant) -> list[dict[str, Any]]:
        known_by = [*(("visitor", str(one)) for one in meant.visitors), *(("consent", one) for one in meant.consents)]
        entries = {
            entry.record: entry for kind, text in known_by for entry in self._state.records.history(site.id, kind, text)
        }
        return [entry.read() for entry in sorted(entries.values(), key=lambda entry: entry.seq)]

    def _messages(self, site: Site, meant: Meant) -> list[dict[str, Any]]:
        return [
            {
                "message": message.name, "campaign": message.campaign, "recipient": recipient.id.hex(),
                "mode": recipient.mode, "sent_at": utc(recipient.sent_ms).isoformat() if recipient.sent_ms else "",
                "left_at": utc(left).isoformat() if (left := self._state.mail.left_at(site.id, ref)) else "",
            }
            for ref in meant.refs
            for recipient, message in self._state.mail.of_person(site.id, ref, limit=10_000)
        ]  # fmt: skip


def _conversions_in(events: list[dict[str, Any]]) -> list[str]:
    return sorted({row["conversion"] for row in events if row.get("conversion")})


def _delivery(one: Delivery) -> dict[str, Any]:
    """What left: the request is kept without personal data."""
    return {
        "destination": one.destination, "state": one.state, "name": one.name, "order_id": one.order_id,
        "event_id": one.event_id, "sent_at": utc(one.sent_ms).isoformat() if one.sent_ms else "",
        "identifiers_sent": msgspec.json.decode(one.keys), "request": one.request, "answer": one.answer,
    }  # fmt: skip
