"""Who asks, where it is not one token that lasts: LinkedIn's and Reddit's are renewed, X's requests are signed."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec
import pytest

from destinations.examples import SETTINGS
from destinations.forwarding import World, an_order
from fakes.platforms import Answer, Loopback
from onebyone.destinations.all import ALL
from onebyone.destinations.destination import Request, Response, settings_of
from onebyone.destinations.oauth1 import Keys, authorization, signature

DOOR = "https://door.test/token"
CLIENT = {"refresh_token": "r3fresh", "client_id": "c", "client_secret": "cs", "token_endpoint": DOOR}
REFRESHED: dict[str, dict[str, Any]] = {
    "linkedin": CLIENT | {"access_token": "", "conversion_rule_ids": {"purchase": "11"}},
    "reddit": CLIENT | {"conversion_token": ""},
}
USER = {
    "pixel_token": "",
    "consumer_key": "xvz1evFS4wEEPTGEFPHBog",
    "consumer_secret": "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
    "oauth_token": "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
    "oauth_token_secret": "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
}
KEYS = Keys(*(text for name, text in USER.items() if name != "pixel_token"))


class Door(Loopback):
    """Gives a new token to each who asks, and the platform takes the newest alone."""

    def __init__(self, platform: Loopback) -> None:
        self.platform = platform
        self.asked: list[Request] = []
        self.answers: list[Response] = []

    async def send(self, request: Request) -> Response:
        self.asked.append(request)
        if self.answers:
            return self.answers.pop(0)
        self.platform.token = (f"at.{len(self.asked)}",)
        return Response(200, json.dumps({"access_token": self.platform.token[0], "expires_in": 3_600}).encode())


def connect(world: World, name: str) -> tuple[Loopback, Door]:
    platform = world.connect(name, settings=REFRESHED[name])
    world.internet.platforms["door"] = door = Door(platform)
    return platform, door


def send(world: World, order: str) -> None:
    world.arrive(an_order(order, at_ms=int(world.now_s * 1000)))
    asyncio.run(world.turns())
    asyncio.run(world.after(7 * 60).run_for(30, step=10))


@pytest.mark.parametrize("name", REFRESHED)
def test_a_token_that_ended_is_followed_by_another(world: World, name: str) -> None:
    platform, door = connect(world, name)
    send(world, "T-1")
    platform.script.append(Answer(401, {"status": 401}))
    send(world, "T-2")
    assert world.states(name) == {"accepted": 2} and len(door.asked) == 2
    assert platform.requests[-1].headers["Authorization"] == "Bearer at.2"
    assert world.configured(name).stopped == ""


@pytest.mark.parametrize("name", REFRESHED)
def test_it_is_renewed_once_and_then_its_operator_is_asked(world: World, name: str) -> None:
    platform, door = connect(world, name)
    send(world, "T-1")
    platform.script.extend([Answer(401)] * 2)
    send(world, "T-2")
    assert world.configured(name).stopped != "" and len(door.asked) == 2


@pytest.mark.parametrize("body", [{"code": "REVOKED_ACCESS_TOKEN"}, {"serviceErrorCode": 65601}])
def test_a_token_that_was_taken_back_is_not_renewed(world: World, body: dict[str, Any]) -> None:
    platform, door = connect(world, "linkedin")
    send(world, "T-1")
    platform.script.append(Answer(401, body))
    send(world, "T-2")
    assert world.configured("linkedin").stopped in ("REVOKED_ACCESS_TOKEN", "65601") and len(door.asked) == 1


def test_a_door_that_refuses_stops_and_one_that_is_busy_does_not(world: World) -> None:
    _, door = connect(world, "reddit")
    door.answers = [Response(503), Response(400, b'{"error": "invalid_grant"}')]
    send(world, "T-1")
    assert world.configured("reddit").stopped == "invalid_grant" and len(door.asked) == 2
    assert world.states("reddit") == {"retrying": 1}


def test_the_client_names_itself_as_each_door_wants_it(world: World) -> None:
    asked = {}
    for name in REFRESHED:
        _, door = connect(world, name)
        send(world, f"T-{name}")
        asked[name] = door.asked[0]
    form = {
        name: {key: one[0] for key, one in parse_qs(request.body.decode()).items()} for name, request in asked.items()
    }
    assert form["linkedin"] == {"grant_type": "refresh_token", "refresh_token": "r3fresh"} | {
        key: CLIENT[key] for key in ("client_id", "client_secret")
    }
    assert form["reddit"] == {"grant_type": "refresh_token", "refresh_token": "r3fresh"}
    plain, masked = asked["reddit"].plain()[1], asked["reddit"].masked()[1]
    assert base64.b64decode(plain["Authorization"].removeprefix("Basic ")) == b"c:cs"
    assert masked["Authorization"] == "Basic ***"


def test_the_example_that_the_platform_publishes() -> None:
    said = {
        "status": "Hello Ladies + Gentlemen, a signed OAuth request!",
        "include_entities": "true",
        "oauth_consumer_key": USER["consumer_key"],
        "oauth_nonce": "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1318622958",
        "oauth_token": USER["oauth_token"],
        "oauth_version": "1.0",
    }
    address = "https://api.twitter.com/1.1/statuses/update.json"
    assert signature(KEYS, "post", address, said) == "hCtSmYh+iHYCEqBWrE7C7hYmtUk="


def test_each_request_of_a_user_is_signed_anew(world: World) -> None:
    platform = world.connect("x", settings=USER)
    platform.token = ("oauth_signature",)
    platform.script.append(Answer(503))
    send(world, "T-1")
    assert world.states("x") == {"accepted": 1}
    first, again = (request.headers["Authorization"] for request in platform.requests)
    assert first != again and "X-Pixel-Token" not in platform.requests[0].headers
    for request in platform.requests:
        header = str(request.headers["Authorization"])
        said = {name: unquote(value) for name, value in re.findall(r'(oauth_\w+)="([^"]*)"', header)}
        signed = {name: value for name, value in said.items() if name != "oauth_signature"}
        assert signature(KEYS, "POST", request.url, signed) == said["oauth_signature"]
        now_s, nonce = int(said["oauth_timestamp"]), said["oauth_nonce"]
        assert authorization(KEYS, "POST", request.url, now_s=now_s, nonce=nonce) == header
    (kept,) = world.deliveries.find()
    assert json.loads(kept.request)["headers"]["Authorization"] == "OAuth ***"


def test_the_token_of_the_pixel_is_enough(world: World) -> None:
    platform = world.connect("x")
    send(world, "T-1")
    assert platform.requests[0].headers["X-Pixel-Token"] == "t0ken"
    assert "Authorization" not in platform.requests[0].headers


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x", USER | {"oauth_token": ""}),
        ("linkedin", {"refresh_token": "r"}),
        ("reddit", {"client_id": "c", "client_secret": "cs"}),
    ],
)
def test_half_a_key_is_said_at_once_and_never_shown(name: str, said: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        settings_of(ALL[name], SETTINGS[name] | said)
    assert not any(text in str(error.value) for text in said.values() if len(text) > 2)


@pytest.mark.parametrize(
    ("name", "said"), [("x", "pixel_token"), ("linkedin", "access_token"), ("reddit", "conversion_token")]
)
def test_without_any_key_nothing_is_asked_and_it_is_said(world: World, name: str, said: str) -> None:
    platform = world.connect(name, settings={said: ""})
    send(world, "T-1")
    assert world.configured(name).stopped == "credentials_missing" and platform.requests == []
