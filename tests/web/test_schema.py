"""The published OpenAPI, followed by schemathesis to the letter and against it: no 500, answers as they are described.

Skipped without it: `pip install schemathesis` (it brings a dozen packages).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from onebyone.reports.catalogue import Reports
from onebyone.store.engine import Embedded
from store.rows import NOON, an_event, put
from web.fakes import Place
from web.serving import serving

schemathesis = pytest.importorskip("schemathesis", reason="no schemathesis: pip install schemathesis")
from schemathesis import checks  # noqa: E402

EXAMPLES = int(os.environ.get("EXAMPLES", "100"))  # an operation
CHECKS = (
    checks.not_a_server_error,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.status_code_conformance,
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("PROVE" not in os.environ, reason="minutes: PROVE=1, or make prove"),
]


@contextmanager
def console(directory: Path, store: Embedded) -> Iterator[tuple[Place, str]]:
    place = Place(directory)
    place.reports = Reports(store)  # type: ignore[assignment]
    events = [an_event(n, site=place.site.id, host="a.example", path=f"/{n}", visitor=n) for n in range(1, 200)]
    put(store, events)
    place.clock_now = NOON + timedelta(hours=1)
    with serving(place) as base:
        yield place, base
    place.engine.dispose()


def operations(document: Any) -> list[Any]:
    return [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]


@pytest.mark.timeout(3000)
def test_the_api_answers_as_it_is_published_whatever_is_asked(tmp_path: Path, store: Embedded) -> None:
    wrong: dict[str, str] = {}
    with console(tmp_path, store) as (place, base):
        token = place.users.add_token(place.users.first_admin().id, "schema")
        headers = {"Authorization": f"Bearer {token}"}
        document = httpx2.get(f"{base}/api/v1/openapi.json").json()
        for operation in operations(document):
            try:
                _follow(operation, place.site.id, base, headers)
            except BaseExceptionGroup as error:  # of checks; each operation is asked, whatever became of another
                wrong[operation.label] = "; ".join(str(one)[:600] for one in error.exceptions)
    assert wrong == {}, "\n\n".join(f"{name}: {why}" for name, why in wrong.items())


def _follow(operation: Any, site: str, base: str, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy())
    def follow(case: Any) -> None:
        if "site_id" in (case.path_parameters or {}):
            case.path_parameters["site_id"] = site
        answer = case.call(base_url=base, headers=headers)
        case.validate_response(answer, checks=CHECKS)

    follow()
