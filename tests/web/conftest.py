from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.state.users import EVERY_SITE, Role
from store.engine_fixture import store
from web.fakes import FakeReports, Place
from web.month import month

__all__ = ["store"]

Client = TestClient[Litestar]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def visitor(place: Place) -> Client:
    """Somebody who has not signed in."""
    client = TestClient(place.app())
    return client


@pytest.fixture
def admin(place: Place) -> Client:
    client = TestClient(place.app())
    come_in(client, place, "admin", EVERY_SITE, Role.ADMIN)
    return client


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Client]]:
    made = Place(tmp_path_factory.mktemp("console"))
    client = TestClient(made.app())
    come_in(client, made, "admin", EVERY_SITE, Role.ADMIN)
    yield made, client
    made.engine.dispose()


@pytest.fixture
def read_place(kept: tuple[Place, Client]) -> Place:
    """One for all tests of a file that change nothing but what its store answers, which is as usual again for each."""
    made, _ = kept
    made.reports = FakeReports(month())
    made.app()
    return made


@pytest.fixture
def reader(kept: tuple[Place, Client]) -> Client:
    """The admin of `read_place`."""
    return kept[1]


@pytest.fixture
def viewer(place: Place) -> Client:
    """May read the one site but for personal data, and change nothing."""
    client = TestClient(place.app())
    come_in(client, place, "mira", place.site.id, Role.VIEWER, sees=False)
    return client


@pytest.fixture
def masked(place: Place) -> Client:
    """Has every role, and not the right to see personal data."""
    client = TestClient(place.app())
    come_in(client, place, "otto", place.site.id, Role.ADMIN, sees=False)
    return client


def come_in(client: Client, place: Place, name: str, site: str, role: Role, *, sees: bool = True) -> None:
    user = place.users.add(name, {site: role}, sees=(site,) if sees else ())
    answer = client.get("/login", params={"token": place.users.make_link(user.id)})
    assert answer.status_code == 200
