"""Pinterest's bodies against a schema.

No package carries the current one: ours is written from specification section 7, and the published client, which was
generated from an older one, confirms the names.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from oracles.judges import GOLDEN, bodies, judge

jsonschema = judge("jsonschema")
model = "openapi_generated.pinterest_client.model.conversion_events"
Row = judge(f"{model}_data").ConversionEventsData
User = judge(f"{model}_user_data").ConversionEventsUserData
Custom = judge(f"{model}_custom_data").ConversionEventsCustomData

SCHEMA = json.loads((GOLDEN / "oracles/pinterest.schema.json").read_text(encoding="utf-8"))
BODIES = bodies("pinterest")


@pytest.mark.parametrize(("example", "url", "body"), BODIES)
def test_a_body_fits_the_schema(example: str, url: str, body: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(body)


@pytest.mark.parametrize(("example", "url", "body"), BODIES)
def test_every_name_is_known_to_the_published_client(example: str, url: str, body: dict[str, Any]) -> None:
    for row in body["data"]:
        assert row.keys() <= Row.attribute_map.keys()
        assert row.get("custom_data", {}).keys() <= Custom.attribute_map.keys()
        known = set().union(*(one.attribute_map.keys() for one in (User, *judged_users())))
        assert row["user_data"].keys() <= known


def judged_users() -> list[Any]:
    """The alternatives of which a person must fit one."""
    names = ("Properties", "AnyOf", "AnyOf1", "AnyOf2")
    files = ("properties", "any_of", "any_of1", "any_of2")
    pairs = zip(names, files, strict=True)
    return [getattr(judge(f"{model}_user_data_{file}"), f"ConversionEventsUserData{name}") for name, file in pairs]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("event_name",), "Purchase"),
        (("unknown",), "x"),
        (("user_data", "em"), "jane@example.com"),
        (("user_data", "em"), ["jane@example.com"]),
        (("custom_data", "value"), 49.9),
        (("event_time",), 1795514400000),
    ],
)
def test_the_schema_refuses(path: tuple[str, ...], value: object) -> None:
    body = copy.deepcopy(next(body for example, _, body in BODIES if example == "purchase"))
    inner = body["data"][0]
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(body)
