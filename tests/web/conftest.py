from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.state.users import EVERY_SITE, Role
from store.engine_fixture import store
from web.fakes import Place

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
