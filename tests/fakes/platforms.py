"""The advertising platforms, as they document themselves: what they take, what they refuse and how they say so.

`Loopback` is one of them in memory, a `Client` of the forwarder; `serve` puts it behind a socket of this machine.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from msgspec import Struct

from onebyone.destinations.destination import Request, Response
from onebyone.destinations.web_client import Unreached

Row = dict[str, Any]
TOKENS = ("t0ken", "s3cret")


class Answer(Struct, frozen=True):
    status: int = 200
    body: Any = None
    headers: dict[str, str] = {}


class Shape(Struct, frozen=True):
    """How one platform speaks. `refuse` answers for a request of which the rows with these numbers are bad."""

    rows: Callable[[Any], list[Row]]
    id: Callable[[Row], str]  # by which it knows a row again, or ""
    ok: Callable[[list[Row]], Answer]
    refuse: Callable[[list[Row], list[int]], Answer]
    unauthorized: Answer
    each: bool = False  # takes the good rows of a request beside its bad ones
    max_rows: int = 1000


class Loopback:
    """`bad` says which rows it refuses; `script` answers the next requests, whatever they are, None: as usual."""

    def __init__(self, name: str, *, bad: Callable[[Row], bool] = lambda row: False) -> None:
        self.name = name
        self.shape = SHAPES[name]
        self.bad = bad
        self.script: deque[Answer | Unreached | None] = deque()
        self.after: Callable[[], None] = lambda: None  # called before each answer
        self.requests: list[Request] = []
        self.taken: list[Row] = []  # in the order of their coming, repeated ones included
        self.token: tuple[str, ...] = TOKENS

    @property
    def counted(self) -> dict[str, Row]:
        """What it counts: once by id."""
        return {self.shape.id(row) or f"#{n}": row for n, row in enumerate(self.taken)}

    async def send(self, request: Request) -> Response | Unreached:
        url, headers = request.plain()
        return self.ask(Request(url=url, headers=dict(headers), body=request.body))

    def ask(self, request: Request) -> Response | Unreached:
        self.requests.append(request)
        self.after()
        scripted = self.script.popleft() if self.script else None
        if isinstance(scripted, Unreached):
            if scripted.sent:
                self._take(request)
            return scripted
        found = scripted or self._take(request)
        body = b"" if found.body is None else json.dumps(found.body).encode()
        return Response(found.status, body, found.headers)

    def _take(self, request: Request) -> Answer:
        said = " ".join([request.url, *map(str, request.headers.values())])
        rows = self.shape.rows(json.loads(request.body))
        if self.name != "webhook" and not any(token in said for token in self.token):
            return self.shape.unauthorized
        assert 0 < len(rows) <= self.shape.max_rows, f"{self.name}: {len(rows)} rows"
        bad = [n for n, row in enumerate(rows) if self.bad(row)]
        if not bad or self.shape.each:
            self.taken += [row for n, row in enumerate(rows) if n not in bad]
        return self.shape.refuse(rows, bad) if bad else self.shape.ok(rows)


def _meta_error(code: int, subcode: int = 0, **more: Any) -> Any:
    return {
        "error": {"message": "(#100) said", "type": "OAuthException", "code": code, "error_subcode": subcode, **more}
    }


def _google_error(status: str, details: list[Any] | None = None) -> Any:
    return {"error": {"code": 400, "status": status, "message": "said", "details": details or []}}


def _violations(bad: list[int]) -> list[Any]:
    fields = [{"field": f"events[{n}].user_data", "description": "said"} for n in bad]
    return [{"@type": "BadRequest", "fieldViolations": fields}, {"@type": "ErrorInfo", "reason": "INVALID_ARGUMENT"}]


def _ads_partial(rows: list[Row], bad: list[int]) -> Answer:
    errors = [
        {
            "errorCode": {"conversionUploadError": "UNPARSEABLE_GCLID"},
            "location": {"fieldPathElements": [{"fieldName": "conversions", "index": n}]},
        }
        for n in bad
    ]
    results = [{} if n in bad else {"gclid": "x"} for n in range(len(rows))]
    return Answer(200, {"results": results, "partialFailureError": {"code": 3, "details": [{"errors": errors}]}})


def _pinterest(rows: list[Row], bad: list[int]) -> Answer:
    states = [{"status": "failed" if n in bad else "processed", "error_message": "said"} for n in range(len(rows))]
    body = {"num_events_received": len(rows), "num_events_processed": len(rows) - len(bad), "events": states}
    return Answer(422 if bad else 200, body)


def _microsoft(rows: list[Row], bad: list[int]) -> Answer:
    details = [{"index": n, "propertyName": "eventTime", "errorMessage": "said", "errorCode": "Invalid"} for n in bad]
    error = {"code": "ValidationError", "details": details}
    return Answer(200, {"eventsReceived": len(rows) - len(bad), "traceId": "t-1", **({"error": error} if bad else {})})


def _event_id(row: Row) -> str:
    return (
        f"{row.get('event_name', row.get('event', row.get('eventName', '')))}/{row.get('event_id', row.get('eventId'))}"
    )


_UNAUTHORIZED = Answer(401, {"code": 2, "message": "said"})
SHAPES = {
    "meta": Shape(
        rows=lambda body: body["data"],
        id=_event_id,
        ok=lambda rows: Answer(200, {"events_received": len(rows), "messages": [], "fbtrace_id": "A1"}),
        refuse=lambda rows, bad: Answer(400, _meta_error(100, 2804003)),
        unauthorized=Answer(400, _meta_error(190, 463)),
    ),
    "google_data_manager": Shape(
        rows=lambda body: body["events"],
        id=lambda row: row["transactionId"],
        ok=lambda rows: Answer(200, {"requestId": "r-1"}),
        refuse=lambda rows, bad: Answer(400, _google_error("INVALID_ARGUMENT", _violations(bad))),
        unauthorized=Answer(401, _google_error("UNAUTHENTICATED")),
        max_rows=2000,
    ),
    "google_ads": Shape(
        rows=lambda body: body.get("conversions") or body["conversionAdjustments"],
        id=lambda row: f"{row.get('adjustmentType', '')}/{row['orderId']}",
        ok=lambda rows: Answer(200, {"results": [{"gclid": "x"} for _ in rows]}),
        refuse=_ads_partial,
        unauthorized=Answer(401, _google_error("UNAUTHENTICATED")),
        each=True,
        max_rows=2000,
    ),
    "ga4": Shape(
        rows=lambda body: [body],
        id=lambda row: row["events"][0]["params"].get("transaction_id", ""),
        ok=lambda rows: Answer(204),
        refuse=lambda rows, bad: Answer(204),
        unauthorized=Answer(204),
        max_rows=1,
    ),
    "linkedin": Shape(
        rows=lambda body: body["elements"],
        id=lambda row: f"{row['conversion']}/{row['eventId']}",
        ok=lambda rows: Answer(200, {"elements": [{"status": 201} for _ in rows]}),
        refuse=lambda rows, bad: Answer(
            422, {"status": 422, "message": ", ".join(f"Index: {n}, ERROR :: said" for n in bad), "code": "INVALID"}
        ),
        unauthorized=Answer(401, {"code": "REVOKED_ACCESS_TOKEN", "serviceErrorCode": 65601, "status": 401}),
        max_rows=5000,
    ),
    "tiktok": Shape(
        rows=lambda body: body["data"],
        id=_event_id,
        ok=lambda rows: Answer(200, {"code": 0, "message": "OK", "request_id": "q-1"}),
        refuse=lambda rows, bad: Answer(200, {"code": 40002, "message": "said", "request_id": "q-1"}),
        unauthorized=Answer(200, {"code": 40105, "message": "said", "request_id": "q-1"}),
    ),
    "pinterest": Shape(
        rows=lambda body: body["data"],
        id=_event_id,
        ok=lambda rows: _pinterest(rows, []),
        refuse=_pinterest,
        unauthorized=_UNAUTHORIZED,
        each=True,
    ),
    "snapchat": Shape(
        rows=lambda body: body["data"],
        id=_event_id,
        ok=lambda rows: Answer(200, {"status": "OK", "reason": ""}),
        refuse=lambda rows, bad: Answer(400, {"status": "INVALID", "reason": "said", "error_records": []}),
        unauthorized=_UNAUTHORIZED,
        max_rows=2000,
    ),
    "reddit": Shape(
        rows=lambda body: body["data"]["events"],
        id=lambda row: f"{row['type']['tracking_type']}/{row['metadata']['conversion_id']}",
        ok=lambda rows: Answer(200, {"data": {"message": "Successfully processed"}}),
        refuse=lambda rows, bad: Answer(400, {"error": {"code": 400, "message": "said"}}),
        unauthorized=Answer(401, {"error": {"code": 401}}),
    ),
    "x": Shape(
        rows=lambda body: body["conversions"],
        id=lambda row: row["conversion_id"],
        ok=lambda rows: Answer(200, {"data": {"conversions_processed": len(rows), "debug_id": "d-1"}}),
        refuse=lambda rows, bad: Answer(400, {"errors": [{"code": "INVALID_PARAMETER", "message": "said"}]}),
        unauthorized=Answer(401, {"errors": [{"code": "UNAUTHORIZED_ACCESS", "message": "said"}]}),
        max_rows=500,
    ),
    "microsoft": Shape(
        rows=lambda body: body["data"],
        id=_event_id,
        ok=lambda rows: _microsoft(rows, []),
        refuse=_microsoft,
        unauthorized=Answer(401, {"error": {"code": "Unauthorized"}}),
        each=True,
    ),
    "webhook": Shape(
        rows=lambda body: body["events"],
        id=lambda row: row["event_id"],
        ok=lambda rows: Answer(204),
        refuse=lambda rows, bad: Answer(400, {"error": "said"}),
        unauthorized=Answer(401),
        max_rows=100,
    ),
}


@contextlib.contextmanager
def serve(loopback: Loopback) -> Iterator[str]:
    """The platform behind a socket; the address to send to."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            with contextlib.suppress(ConnectionResetError):  # whoever asked was killed
                super().handle()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked = Request(url=self.path, headers=dict(self.headers.items()), body=body)
            with lock:
                found = loopback.ask(asked)
            if isinstance(found, Unreached):
                self.close_connection = True  # a reset in the middle
                return
            self.send_response(found.status)
            for name, value in {**found.headers, "Content-Length": str(len(found.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, format: str, *args: Any) -> None: ...

    lock = threading.Lock()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
