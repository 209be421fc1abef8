"""Google's tokens last an hour: they are got with a key or a refresh token, kept, and renewed."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from destinations.examples import SETTINGS
from destinations.forwarding import World, an_order
from fakes.platforms import Loopback
from onebyone.destinations.all import ALL
from onebyone.destinations.destination import Request, Response, settings_of
from onebyone.destinations.trial import prepare_trial, try_out

HOUR = 3_600
DOOR = "https://google_login.test/token"
REFRESH = {
    "access_token": "",
    "refresh_token": "r3fresh",
    "client_id": "c",
    "client_secret": "cs",
    "token_endpoint": DOOR,
}


class Door(Loopback):
    """Gives a new token to each who asks, and the platform takes the newest alone."""

    def __init__(self, platform: Loopback) -> None:
        self.platform = platform
        self.asked: list[dict[str, str]] = []
        self.answers: list[Response] = []

    async def send(self, request: Request) -> Response:
        url, headers = request.plain()
        assert (url, headers) == (DOOR, {"Content-Type": "application/x-www-form-urlencoded"})
        self.asked.append({name: values[0] for name, values in parse_qs(request.body.decode()).items()})
        if self.answers:
            return self.answers.pop(0)
        self.platform.token = (f"ya29.{len(self.asked)}",)
        return Response(200, json.dumps({"access_token": self.platform.token[0], "expires_in": HOUR}).encode())


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def key_file(key: RSAPrivateKey) -> str:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return json.dumps({"type": "service_account", "client_email": "a@p.iam.example", "private_key": pem})


def connect(world: World, name: str = "google_data_manager", **settings: str) -> tuple[Loopback, Door]:
    platform = world.connect(name, settings=REFRESH | settings)
    door = Door(platform)
    world.internet.platforms["google_login"] = door
    return platform, door


def send(world: World, *orders: str) -> None:
    world.arrive(*(an_order(one, at_ms=int(world.now_s * 1000)) for one in orders))
    asyncio.run(world.turns())
    asyncio.run(world.after(7 * 60).run_for(60, step=5))


@pytest.mark.parametrize("name", ["google_data_manager", "google_ads"])
def test_a_service_account_signs_for_its_token(world: World, key: RSAPrivateKey, name: str) -> None:
    platform, door = connect(world, name, service_account=key_file(key))
    send(world, "T-1")
    head, claims, signature = door.asked[0]["assertion"].split(".")
    key.public_key().verify(_raw(signature), f"{head}.{claims}".encode(), PKCS1v15(), SHA256())
    said = json.loads(_raw(claims))
    assert (said["iss"], said["aud"], said["exp"] - said["iat"]) == ("a@p.iam.example", DOOR, HOUR)
    assert platform.requests[0].headers["Authorization"] == "Bearer ya29.1" and len(platform.taken) == 1


def test_a_token_is_kept_as_long_as_it_lasts(world: World) -> None:
    platform, door = connect(world)
    send(world, "T-1", "T-2")
    send(world, "T-3")
    assert len(door.asked) == 1 and door.asked[0]["refresh_token"] == "r3fresh"
    send(world.after(HOUR), "T-4")
    assert len(door.asked) == 2 and len(platform.counted) == 4
    assert world.states("google_data_manager") == {"accepted": 4}


def test_a_token_that_ended_early_is_renewed_and_nothing_stops(world: World) -> None:
    platform, door = connect(world)
    send(world, "T-1")
    platform.token = ("another",)
    send(world, "T-2")
    assert len(door.asked) == 2 and world.configured("google_data_manager").running
    assert world.states("google_data_manager") == {"accepted": 2}


def test_a_fresh_token_that_is_refused_stops_the_destination(world: World) -> None:
    platform, door = connect(world)
    platform.after = lambda: setattr(platform, "token", ("another",))
    send(world, "T-1")
    assert len(door.asked) == 1 and world.configured("google_data_manager").stopped == "UNAUTHENTICATED"


def test_a_revoked_grant_stops_and_a_busy_door_waits(world: World) -> None:
    platform, door = connect(world)
    door.answers = [Response(503), Response(400, b'{"error": "invalid_grant"}')]
    send(world, "T-1")
    assert len(door.asked) == 2 and platform.requests == []
    assert world.configured("google_data_manager").stopped == "invalid_grant"
    assert world.states("google_data_manager") == {"retrying": 1}  # and waits for its operator
    world.destinations.switch("s1", "google_data_manager", on=True)
    asyncio.run(world.run_for(60, step=5))
    assert world.states("google_data_manager") == {"accepted": 1}


def test_without_any_credentials_nothing_is_asked(world: World) -> None:
    platform, door = connect(world, refresh_token="", client_id="", client_secret="")
    send(world, "T-1")
    assert not door.asked and not platform.requests
    assert world.configured("google_data_manager").stopped == "credentials_missing"


def test_a_test_is_sent_with_a_token_too(world: World) -> None:
    platform, door = connect(world)
    destination = ALL["google_data_manager"]
    settings = settings_of(
        destination, SETTINGS["google_data_manager"] | REFRESH | {"endpoint": "https://google_data_manager.test"}
    )
    trial = prepare_trial(destination, settings, now_ms=0, id="test-1")
    assert trial.request is not None

    def tried() -> Any:
        assert trial.request is not None
        return asyncio.run(try_out(destination, trial.request, settings, client=world.internet, now_ms=lambda: 0))

    assert tried().ok and platform.taken
    door.answers = [Response(400, b'{"error": "invalid_grant"}')]
    refused = tried()
    assert (refused.ok, refused.code, refused.credentials) == (False, "invalid_grant", False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"service_account": "s3cret-no-json"},
        {"service_account": '{"client_email": "a", "private_key": "s3cret-no-pem"}'},
        {"refresh_token": "s3cret-alone"},
    ],
)
def test_credentials_that_cannot_work_are_named_and_not_told(wrong: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        settings_of(ALL["google_ads"], SETTINGS["google_ads"] | wrong)
    assert next(iter(wrong)) in str(error.value) and "s3cret" not in str(error.value)


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
