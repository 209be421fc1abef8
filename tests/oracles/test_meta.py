"""Meta's own client as a judge: its hashes, its event, and the request it sends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from destinations.examples import NOW_MS, SETTINGS, a_conversion
from onebyone.destinations.all import ALL
from onebyone.destinations.destination import Response, build, settings_of
from onebyone.destinations.user_data import KEYS, About, hashed, sha256
from onebyone.destinations.web_client import WebClient
from oracles.judges import divergences, judge, vectors

sdk = "facebook_business.adobjects.serverside"
Normalize = judge(f"{sdk}.normalize").Normalize
Event, UserData = judge(f"{sdk}.event").Event, judge(f"{sdk}.user_data").UserData
CustomData, Content = judge(f"{sdk}.custom_data").CustomData, judge(f"{sdk}.content").Content
ActionSource, Gender = judge(f"{sdk}.action_source").ActionSource, judge(f"{sdk}.gender").Gender
EventRequest = judge(f"{sdk}.event_request").EventRequest
FacebookSession = judge("facebook_business.session").FacebookSession
FacebookAdsApi = judge("facebook_business.api").FacebookAdsApi

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
DIVERGENCES = divergences("facebook-business")
SHORT = {field: key for key, field in KEYS.items()}
AGENT = "Mozilla/5.0 (X11; Linux x86_64)"
PAGE = "https://shop.example/thanks?fbclid=IwAR_x-1"
PLAIN = {  # nothing in it that the two are known to read differently
    "name": "purchase",
    "id": "e-1",
    "at": "2026-11-24T10:00:00Z",
    "page": {"url": PAGE, "referrer": "https://shop.example/checkout"},
    "order": {
        "id": "T-1001",
        "value": "49.90",
        "currency": "EUR",
        "items": [
            {"item_id": "A1", "item_name": "Mug", "item_brand": "Clay", "price": 14.95, "quantity": 2},
            {"item_id": "B2", "item_name": "Tea", "item_category": "Food", "price": 20, "quantity": 1},
        ],
    },
    "props": {"_fbp": "fb.1.1790000000000.1234567890"},
    "user_data": {
        **{"email": " Jane.Doe+Shop@GMAIL.com ", "phone": "+44 20 7946 0958", "first_name": " Jane ", "gender": "F"},
        **{"last_name": "Müller", "city": "St. Albans", "state": "Hertfordshire", "zip": "AL1 1AA", "country": "gb"},
        **{"dob": "19900216", "external_id": "u-77"},
    },
    "consent": {"ads_storage": "granted", "ads_share": "granted", "ads_personalize": "granted"},
    "ip": "203.0.113.9",
    "device": {"user_agent": AGENT},
}
REFERRED = "https://shop.example/checkout"


def theirs() -> Any:
    """The same purchase, in the words of their client."""
    said: Any = PLAIN["user_data"]
    user = UserData(
        emails=[said["email"]],
        phones=[said["phone"]],
        first_names=[said["first_name"]],
        last_names=[said["last_name"]],
        cities=[said["city"]],
        states=[said["state"]],
        zip_codes=[said["zip"]],
        country_codes=[said["country"]],
        dates_of_birth=[said["dob"]],
        genders=[Gender.FEMALE],
        external_ids=[said["external_id"]],
        client_ip_address="203.0.113.9",
        client_user_agent=AGENT,
        fbc="fb.1.1795514400000.IwAR_x-1",
        fbp="fb.1.1790000000000.1234567890",
    )
    mug = Content(product_id="A1", title="Mug", brand="Clay", item_price=14.95, quantity=2)
    tea = Content(product_id="B2", title="Tea", category="Food", item_price=20.0, quantity=1)
    custom = CustomData(
        value=49.9,
        currency="EUR",
        content_ids=["A1", "B2"],
        contents=[mug, tea],
        content_type="product",
        num_items=3,
        order_id="T-1001",
    )
    return Event(
        event_name="Purchase",
        event_time=1795514400,
        event_id="purchase:T-1001",
        event_source_url=PAGE,
        referrer_url=REFERRED,
        action_source=ActionSource.WEBSITE,
        user_data=user,
        custom_data=custom,
    )


def ours(endpoint: str = "https://graph.facebook.com") -> Any:
    settings = settings_of(ALL["meta"], SETTINGS["meta"] | {"endpoint": endpoint})
    (request,) = build(ALL["meta"], [a_conversion(PLAIN)], settings, now_ms=NOW_MS).requests
    return request


def without_divergences(our: dict[str, Any], their: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both, after the two fields are seen to differ in the way that the specification names, and no other."""
    our_user, their_user = dict(our["user_data"]), dict(their["user_data"])
    assert their_user.pop("external_id") == ["u-77"]  # their client leaves hashing it to its caller
    assert our_user.pop("external_id") == [sha256("u-77")]
    our_custom, their_custom = dict(our["custom_data"]), dict(their["custom_data"])
    assert their_custom.pop("currency") == "eur"  # both cases are accepted (2.4)
    assert our_custom.pop("currency") == "EUR"
    return (
        our | {"user_data": our_user, "custom_data": our_custom},
        their | {"user_data": their_user, "custom_data": their_custom},
    )


@pytest.mark.parametrize("row", vectors("meta"), ids=lambda row: f"{row['field']}-{row['input'].strip()}")
def test_a_hash_is_that_of_their_client_but_where_the_specification_says(row: dict[str, Any]) -> None:
    field, said = row["field"], row["input"]
    our = hashed("meta", field, said, About(region=row.get("context", {}).get("default_region", "")))
    try:
        their = Normalize.normalize_field(SHORT[field], said) if said.strip() else None
    except (TypeError, ValueError):
        their = None  # what it cannot read, it refuses
    assert (our == their) == ((field, said) not in DIVERGENCES), DIVERGENCES.get((field, said))


def test_every_divergence_is_of_a_vector_and_has_a_reason() -> None:
    assert DIVERGENCES.keys() <= {(row["field"], row["input"]) for row in vectors("meta")}
    assert all(DIVERGENCES.values())


def test_an_event_is_theirs_field_by_field() -> None:
    (row,) = json.loads(ours().body)["data"]
    our, their = without_divergences(row, theirs().normalize())
    assert our == their


def test_a_person_who_opted_out_is_written_as_theirs() -> None:
    settings = settings_of(ALL["meta"], SETTINGS["meta"])
    refused = PLAIN | {"consent": {"ads_share": "granted", "ads_personalize": "denied"}}
    (request,) = build(ALL["meta"], [a_conversion(refused, limited_use="ca")], settings, now_ms=NOW_MS).requests
    (row,) = json.loads(request.body)["data"]
    their = Event(
        event_name="Purchase",
        event_time=1795514400,
        opt_out=True,
        data_processing_options=["LDU"],
        data_processing_options_country=1,
        data_processing_options_state=1000,
    ).normalize()
    assert {key: row[key] for key in their} == their


class Asked:
    """What came over the wire."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []


@contextlib.contextmanager
def a_graph() -> Iterator[tuple[str, Asked]]:
    """Meta, on this machine, taking whatever it gets."""
    asked = Asked()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            said = json.dumps({"events_received": 1, "messages": [], "fbtrace_id": "A1"}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def sent(request: Any) -> Response:
    client = WebClient(allow_private=True)
    found = await client.send(request)
    await client.close()
    assert isinstance(found, Response), found
    return found


def test_their_client_sends_the_same_conversion_to_the_same_address() -> None:
    with a_graph() as (base, asked):
        session = FacebookSession(access_token="t0ken")
        session.GRAPH = base
        FacebookAdsApi.set_default_api(FacebookAdsApi(session))
        answer = EventRequest(pixel_id="1234567890", events=[theirs()]).execute()
        session.requests.close()
        found = asyncio.run(sent(ours(base)))
    assert answer.events_received == 1 and ALL["meta"].read(found).trace == "A1"
    (their_path, their_headers, their_body), (our_path, our_headers, our_body) = asked.requests
    assert urlsplit(their_path).path == urlsplit(our_path).path == "/v26.0/1234567890/events"
    form = parse_qs(their_body.decode())
    their_token = (form.pop("access_token", None) or parse_qs(urlsplit(their_path).query)["access_token"])[0]
    assert our_headers["authorization"] == f"Bearer {their_token}"  # a header stays out of logs
    (row,) = json.loads(our_body)["data"]
    assert json.loads(our_body).keys() == form.keys() == {"data"}, "theirs is a form, ours JSON"
    assert their_headers["content-type"] == "application/x-www-form-urlencoded"
    assert our_headers["content-type"] == "application/json"
    (said,) = json.loads(form["data"][0])
    our, their = without_divergences(row, json.loads(said) if isinstance(said, str) else said)
    assert our == their
