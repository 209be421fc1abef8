"""The state of an installation, opened."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import Engine

from onebyone.app.settings import ConfigError, Place
from onebyone.state.alarms import Alarms
from onebyone.state.annotations import Annotations
from onebyone.state.bounds import Bounds
from onebyone.state.choices import Choices, Permissions
from onebyone.state.claims import Claims
from onebyone.state.consent_records import ConsentRecords
from onebyone.state.containers import Containers
from onebyone.state.conversions import Conversions
from onebyone.state.crawler_checks import CrawlerChecks
from onebyone.state.database import StateTooNew, StateUnavailable, open_database, sqlite_url
from onebyone.state.deliveries import Deliveries
from onebyone.state.destinations import Destinations
from onebyone.state.erasures import Erasures
from onebyone.state.exports import Exports
from onebyone.state.identity import Identity
from onebyone.state.keys import Keys
from onebyone.state.library import PROPERTIES, Library
from onebyone.state.lift_tests import LiftTests
from onebyone.state.mail import Mail
from onebyone.state.platform_claims import PlatformClaims
from onebyone.state.receipts import Receipts
from onebyone.state.saved import Shelf
from onebyone.state.seals import Seals
from onebyone.state.secrets import get_secret
from onebyone.state.segment_sizes import SegmentSizes
from onebyone.state.sites import Sites
from onebyone.state.suppression import Suppression
from onebyone.state.user_data import UserData
from onebyone.state.users import Users
from onebyone.state.vault import VaultLocked, open_vault


class State(Struct, frozen=True):
    engine: Engine
    sites: Sites
    keys: Keys
    users: Users
    bounds: Bounds
    claims: Claims
    conversions: Conversions
    containers: Containers
    mail: Mail
    choices: Choices
    permissions: Permissions
    suppression: Suppression
    seals: Seals
    records: ConsentRecords
    receipts: Receipts
    crawler_checks: CrawlerChecks
    user_data: UserData
    identity: Identity
    destinations: Destinations
    deliveries: Deliveries
    platform_claims: PlatformClaims
    erasures: Erasures
    alarms: Alarms
    exports: Exports
    shelf: Shelf
    annotations: Annotations
    lift_tests: LiftTests
    library: Library
    property_library: Library
    segment_sizes: SegmentSizes

    @property
    def visitor_key(self) -> bytes:
        return get_secret(self.engine, "visitor")

    @property
    def mail_source_key(self) -> bytes:
        return get_secret(self.engine, "mail_source")


def open_state(place: Place) -> State:
    """Raises ConfigError."""
    try:
        engine = open_database(sqlite_url(place.data))
    except StateUnavailable as error:
        raise ConfigError(f"cannot open the state in {place.data}: {error}. See 'onebyone doctor'.") from error
    except StateTooNew as error:
        raise ConfigError(f"{error}. Install the newer version again.") from error
    seals = Seals(engine)
    suppression = Suppression(engine)
    try:
        vault = open_vault(place.key_file)
    except VaultLocked as error:
        raise ConfigError(f"{error}. Put the right file there, or remove it and enter the secrets again.") from error
    return State(
        engine=engine,
        sites=Sites(engine),
        keys=Keys(engine),
        users=Users(engine),
        bounds=Bounds(engine),
        claims=Claims(engine),
        conversions=Conversions(engine),
        containers=Containers(engine),
        mail=Mail(engine),
        choices=Choices(engine),
        permissions=Permissions(engine, suppression),
        suppression=suppression,
        destinations=Destinations(engine, vault),
        deliveries=Deliveries(engine),
        platform_claims=PlatformClaims(engine),
        erasures=Erasures(engine),
        records=ConsentRecords(engine),
        receipts=Receipts(engine),
        crawler_checks=CrawlerChecks(engine),
        seals=seals,
        user_data=UserData(engine, seals),
        identity=Identity(engine),
        alarms=Alarms(engine, vault),
        exports=Exports(engine),
        shelf=Shelf(engine),
        annotations=Annotations(engine),
        lift_tests=LiftTests(engine),
        library=Library(engine),
        property_library=Library(engine, PROPERTIES),
        segment_sizes=SegmentSizes(engine),
    )
