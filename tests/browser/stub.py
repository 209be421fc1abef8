"""A loopback server that is a website and a collector at once, and tells what reached it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, field

from onebyone.state.sites import Site
from onebyone.tags.script import STUB, files_of, snippet

SITE = Site(id="s7k2m9qd", name="Test", prefix="brvkt", origins=())
WAIT_S = 40.0
NONCE = "n0nce"  # of the scripts of pages with a policy


class Batch(Struct, frozen=True):
    """One POST as it arrived."""

    status: int  # what it was answered
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def events(self) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = self.body["events"]
        return events


class Stub(Struct, kw_only=True):
    """`status` 200 acknowledges, another one refuses, 0 never answers; `pages` maps a path to what its body holds."""

    url: str
    tag_url: str = ""  # where the pages load the tag from; default: here
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)
    policy: str = ""  # Content-Security-Policy of its pages
    site: Site = SITE
    files: dict[str, bytes] = field(default_factory=dict)  # scripts beside the site's own, by path
    region: dict[str, Any] | None = None  # what /v1/privacy says; None: it hangs
    changed: threading.Condition = field(default_factory=threading.Condition)
    closing: threading.Event = field(default_factory=threading.Event)

    def events(self, name: str = "", *, status: int = 200) -> list[dict[str, Any]]:
        """The events of batches with that answer, copies included, in order of arrival."""
        found = [event for batch in self.batches if batch.status == status for event in batch.events]
        return [event for event in found if name in ("", event.get("name"))]

    def wait(self, until: Callable[[], object], what: str) -> None:
        with self.changed:
            assert self.changed.wait_for(until, WAIT_S), f"waited {WAIT_S:.0f} s for {what}: {self.batches}"

    def page(self, path: str) -> str:
        tag = snippet(self.site, self.tag_url or self.url)
        body = self.pages.get(path, "")
        html = f"<!doctype html><title>{path}</title><script>{STUB}</script><p>{path}</p>{body}{tag}"
        return html.replace("<script", f'<script nonce="{NONCE}"') if self.policy else html

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        batch = Batch(status=self.status, headers=headers, body=json.loads(body))
        with self.changed:
            self.batches.append(batch)
            self.changed.notify_all()
        if not batch.status:
            self.closing.wait()
        results = [{"id": event["id"], "status": "ok"} for event in batch.events]
        told = {"container": self.site.told_container} if self.site.container.number else {}
        return batch.status, msgspec.json.encode({"results": results, **told})

    def choose(self, choice: dict[str, Any]) -> None:
        with self.changed:
            self.choices.append(choice)
            self.changed.notify_all()

    def see_image(self, path: str) -> None:
        with self.changed:
            self.images.append(path)
            self.changed.notify_all()


class _Handler(BaseHTTPRequestHandler):
    stub: Stub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path in (files := {**files_of(self.stub.site), **self.stub.files}):
            self._answer(200, files[path], "text/javascript")
        elif path == f"/{SITE.prefix}/v1/privacy":
            if self.stub.region is None:
                self.stub.closing.wait()
            self._answer(200, json.dumps(self.stub.region).encode(), "application/json")
        elif path.endswith((".gif", ".ico")):
            self.stub.see_image(self.path)
            self._answer(200, b"", "image/gif")
        else:
            policy = {"Content-Security-Policy": self.stub.policy} if self.stub.policy else {}
            self._answer(200, self.stub.page(path).encode(), "text/html; charset=utf-8", **policy)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("/v1/consent"):
            self.stub.choose(json.loads(body))
            self._answer(200, b"{}", "application/json")
            return
        status, answer = self.stub.take({name.lower(): value for name, value in self.headers.items()}, body)
        if status:
            self._answer(status, answer, "application/json", **self.stub.headers)

    def _answer(self, status: int, body: bytes, kind: str, **more: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **more}.items():
            self.send_header(name, value)
        if origin := self.headers.get("Origin"):
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Allow-Credentials", "true")
            self.send_header("Access-Control-Expose-Headers", "Retry-After")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are kept, not printed."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle of an answer is part of the tests."""


@contextmanager
def serving() -> Iterator[Stub]:
    stub = Stub(url="")
    handler = type("Handler", (_Handler,), {"stub": stub})
    with _Server(("127.0.0.1", 0), handler) as server:
        stub.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield stub
        finally:
            stub.closing.set()
            server.shutdown()
            thread.join()
