"""The application: headers, sealed files, metrics, OpenAPI."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from litestar.types import Receive, Scope, Send

import onebyone.web
from onebyone.reports.filters import FIELDS
from web.fakes import Place

Client = TestClient[Litestar]
PROBLEM = "application/problem+json"


def test_sealed_files_are_kept_for_ever_and_named_by_their_bytes(visitor: Client) -> None:
    page = visitor.get("/login").text
    found = re.search(r'href="(/static/[0-9a-f]{12}/console\.css)"', page)
    assert found
    answer = visitor.get(found[1])
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/css")
    assert visitor.get("/static/000000000000/console.css").status_code == 404
    assert visitor.get("/static/../app.py").status_code == 404


def test_the_first_visit_stays_within_its_budget(place: Place, admin: Client) -> None:
    static = Path(onebyone.web.__file__).parent / "static"
    script = len(gzip.compress((static / "console.js").read_bytes()))
    assert script <= 6_000
    sealed = sum(
        len(gzip.compress((static / name).read_bytes())) for name in ("console.css", "vendor/htmx.min.js", "console.js")
    )
    page = len(gzip.compress(admin.get(f"/s/{place.site.id}/overview").content))
    assert sealed + page <= 50_000 and page <= 15_000


def test_metrics_need_a_token_unless_asked_from_this_machine(place: Place, visitor: Client) -> None:
    refused = visitor.get("/metrics")
    assert refused.status_code == 401 and refused.headers["content-type"] == PROBLEM
    token = place.users.add_token(place.users.first_admin().id, "prometheus")
    answer = visitor.get("/metrics", headers={"authorization": f"Bearer {token}"})
    assert "onebyone_hits_stored_total 7.0" in answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


def test_metrics_are_open_on_this_machine_but_not_through_a_proxy_on_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = place.app()
    inner = app.asgi_handler

    async def from_loopback(scope: Scope, receive: Receive, send: Send) -> None:
        scope["client"] = ("127.0.0.1", 1)
        await inner(scope, receive, send)

    monkeypatch.setattr(app, "asgi_handler", from_loopback)
    client = TestClient(app)
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 401


def test_openapi_is_published_and_names_only_the_api(visitor: Client) -> None:
    schema = visitor.get("/api/v1/openapi.json").json()
    assert all(path.startswith("/api/v1/sites") for path in schema["paths"])
    assert schema["paths"].keys() >= {
        "/api/v1/sites",
        "/api/v1/sites/{site_id}/{report}",
        "/api/v1/sites/{site_id}/live",
        "/api/v1/sites/{site_id}/fate/{fate_id}",
    }
    names = {p["name"] for p in schema["paths"]["/api/v1/sites/{site_id}/{report}"]["get"]["parameters"]}
    kept = {"site_id", "report", "period", "from", "to", "traffic", "compare", "sort", "limit", "segment"}
    assert names == {*kept, "prop.NAME", "value>", "value<", *FIELDS} - {"value"}
    assert schema["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
