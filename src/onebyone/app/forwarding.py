"""The forwarder, wired: what it reads and asks, and its place in the engine process."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

from onebyone.app.alive import take_over
from onebyone.app.settings import ConfigError, Place, Settings
from onebyone.app.state import State
from onebyone.collect.desk import now_ms
from onebyone.destinations.all import ALL
from onebyone.destinations.arrival import target_of
from onebyone.destinations.forward import Forwarder
from onebyone.destinations.intake import Intake, Plan
from onebyone.destinations.outgoing import Raw
from onebyone.destinations.prepare import Records
from onebyone.destinations.web_client import Client, WebClient
from onebyone.event import Event
from onebyone.log import LogUnavailable
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.log.sqlite_writer import PartitionTaken, SqliteWriter
from onebyone.state.choices import Permissions
from onebyone.state.destinations import Again, Configured
from onebyone.state.seals import KeyGone, NotSealed, Seals
from onebyone.state.sites import Sites
from onebyone.telemetry import Counters

PARTITION = "engine"


class Asked:
    """What is known of people at the moment of sending (destinations.prepare.People)."""

    def __init__(self, permissions: Permissions, seals: Seals, sites: Sites) -> None:
        self._permissions = permissions
        self._seals = seals
        self._sites = sites
        self._version = -1
        self._since: dict[str, int] = {}

    def allowed_now(self, site: str, events: Sequence[Event]) -> list[int | None]:
        return self._permissions.of_many(
            site, [(event.visitor, (("user", event.user_id), *event.identifiers.items())) for event in events]
        )

    def every_order_since(self, site: str) -> int:
        version = self._sites.version()
        if version != self._version:
            self._since = {one.id: one.loss.every_order_since_ms for one in self._sites.all()}
            self._version = version
        return self._since.get(site, 0)

    def unseal(self, site: str, sealed: str) -> Raw:
        try:
            found = self._seals.unseal(site, sealed)
        except (KeyGone, NotSealed):
            return Raw()
        return Raw(found.user_data, found.address)


def plan_replay(place: Place, state: State, one: Configured, again: Again) -> Plan:
    """What sending a range again would do. Changes nothing."""
    intake = Intake(SqliteReader(place.events), state.destinations, state.deliveries, state.conversions)
    return intake.plan(target_of(ALL[one.name], one), again, now_ms())


class Forwarding:
    def __init__(self, place: Place, settings: Settings, state: State, records: Records, counters: Counters) -> None:
        """Raises ConfigError."""
        try:
            self._facts = take_over(
                lambda: SqliteWriter(place.facts, PARTITION, now_ms=now_ms, settings=settings.log), PartitionTaken
            )
        except (PartitionTaken, LogUnavailable) as error:
            raise ConfigError(f"cannot write the log {place.facts}: {error}.") from error
        self._place = place
        self._settings = settings
        self._state = state
        self._records = records
        self._counters = counters

    def forwarder(self, client: Client) -> Forwarder:
        return Forwarder(
            reader=SqliteReader(self._place.events),
            facts=self._facts,
            destinations=self._state.destinations,
            deliveries=self._state.deliveries,
            records=self._records,
            people=Asked(self._state.permissions, self._state.seals, self._state.sites),
            client=client,
            counters=self._counters,
            now_ms=now_ms,
            random=random.random,
            settings=self._settings.forward,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped."""
        ours = self._settings.forward
        client = WebClient(timeout_s=ours.timeout_s, allow_private=ours.allow_private)
        try:
            await self.forwarder(client).run(stop)
        finally:
            await client.close()
            self._facts.close()
