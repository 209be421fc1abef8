"""Google's own libraries as judges: its formatter of user data, and the messages of its two interfaces."""

from __future__ import annotations

from typing import Any

import pytest

from onebyone.destinations.user_data import About, hashed, normalised
from oracles.judges import bodies, divergences, judge, vectors

util = judge("google.ads.datamanager_util")
data_manager = judge("google.ads.datamanager_v1")
clicks = judge("google.ads.googleads.v26.services.types.conversion_upload_service")
adjustments = judge("google.ads.googleads.v26.services.types.conversion_adjustment_upload_service")
json_format = judge("google.protobuf.json_format")

DIVERGENCES = divergences("google-ads-datamanager-util")
WORDS = util.Formatter()
FORMATS = {
    "email": WORDS.format_email_address,
    "phone": WORDS.format_phone_number,
    "first_name": WORDS.format_given_name,
    "last_name": WORDS.format_family_name,
    "city": WORDS.format_city,
    "state": WORDS.format_administrative_area,
    "zip": WORDS.format_postal_code,
    "country": WORDS.format_region_code,
}
HASHES = {
    "email": WORDS.process_email_address,
    "phone": WORDS.process_phone_number,
    "first_name": WORDS.process_given_name,
    "last_name": WORDS.process_family_name,
}


def said_by(judge: Any, *said: Any) -> str | None:
    """None for what it refuses."""
    try:
        return str(judge(*said))
    except ValueError:
        return None


@pytest.mark.parametrize("row", vectors("google"), ids=lambda row: f"{row['field']}-{row['input'].strip()}")
def test_a_value_is_that_of_their_formatter_but_where_the_specification_says(row: dict[str, Any]) -> None:
    field, said = row["field"], row["input"]
    about = About(region=row.get("context", {}).get("default_region", ""))
    agree = (field, said) not in DIVERGENCES
    assert (normalised("google", field, said, about) == said_by(FORMATS[field], said)) == agree, DIVERGENCES.get(
        (field, said)
    )
    if field in HASHES:
        assert (hashed("google", field, said, about) == said_by(HASHES[field], said, util.Encoding.HEX)) == agree


def test_every_divergence_is_of_a_vector_and_has_a_reason() -> None:
    assert DIVERGENCES.keys() <= {(row["field"], row["input"]) for row in vectors("google")}
    assert all(DIVERGENCES.values())


@pytest.mark.parametrize(("example", "url", "body"), bodies("google_data_manager"))
def test_a_body_is_a_message_of_the_data_manager(example: str, url: str, body: dict[str, Any]) -> None:
    message = data_manager.IngestEventsRequest.pb(data_manager.IngestEventsRequest())
    json_format.ParseDict(body, message)  # refuses names, enums and types that it does not know
    again = json_format.MessageToDict(message)
    assert url.endswith("/v1/events:ingest")
    assert len(again["events"]) == len(body["events"]) and again["encoding"] == "HEX"
    for theirs, ours in zip(again["events"], body["events"], strict=True):
        assert theirs.keys() == ours.keys()
        assert theirs.get("userData") == ours.get("userData")
        assert theirs.get("conversionValue") == pytest.approx(ours.get("conversionValue"))


@pytest.mark.parametrize(("example", "url", "body"), bodies("google_ads"))
def test_a_body_is_a_message_of_google_ads(example: str, url: str, body: dict[str, Any]) -> None:
    kind = (
        clicks.UploadClickConversionsRequest
        if url.endswith("v26/customers/1234567890:uploadClickConversions")
        else adjustments.UploadConversionAdjustmentsRequest
    )
    message = kind.pb(kind())
    json_format.ParseDict(body, message)
    again = json_format.MessageToDict(message)
    part = "conversions" if kind is clicks.UploadClickConversionsRequest else "conversionAdjustments"
    assert again["partialFailure"] is True
    assert [one.keys() for one in again[part]] == [one.keys() for one in body[part]]


def test_a_name_that_google_does_not_know_is_refused() -> None:
    (_, _, body) = bodies("google_data_manager")[0]
    body["events"][0]["transactionID"] = "T-1"
    message = data_manager.IngestEventsRequest.pb(data_manager.IngestEventsRequest())
    with pytest.raises(json_format.ParseError, match="transactionID"):
        json_format.ParseDict(body, message)
