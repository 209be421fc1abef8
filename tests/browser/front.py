"""A loopback web server as it stands before the product: it has the site's pages, hands the collector's paths on, says
from where the visitor comes, and may be told to refuse or to say nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.structs import replace

from browser.product import Product
from e2e.running import wait_until
from onebyone.app.settings import Place
from onebyone.app.state import open_state
from onebyone.reports.remote import Remote
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.tags.script import STUB, files_of, snippet

WAIT_S = 30.0

SETTINGS = """[collect]
proxies = ["127.0.0.1"]
country_header = "cf-ipcountry"
subdivision_header = "cf-region-code"
"""


class Asked(Struct, frozen=True):
    """One request for a path of the collector, as the visitor's browser made it."""

    what: str  # "POST v1/e"
    cookies: frozenset[str]  # the names that it carried
    body: bytes

    @property
    def consent(self) -> dict[str, Any]:
        block: dict[str, Any] = json.loads(self.body).get("consent", {})
        return block

    @property
    def names(self) -> list[str]:
        return [event["name"] for event in json.loads(self.body)["events"]]


class Front(Struct, kw_only=True):
    """`mode` is "pass", "refuse" (503) or "hang", for what is posted."""

    product: Product
    site: Site
    url: str = ""
    mode: str = "pass"
    country: str = ""
    subdivision: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    closing: threading.Event = field(default_factory=threading.Event)

    def page(self, path: str) -> bytes:
        tag = snippet(self.site, self.url).partition("<noscript>")[0]
        body = self.pages.get(path, "")
        return f"<!doctype html><title>{path}</title><script>{STUB}</script><p>{path}</p>{body}{tag}".encode()

    def see(self, asked: Asked) -> None:
        with self.changed:
            self.asked.append(asked)
            self.changed.notify_all()

    def wait(self, until: Callable[[], object], what: str) -> None:
        with self.changed:
            assert self.changed.wait_for(until, 15), f"waited for {what}: {self.asked}"

    def posted(self, name: str = "") -> list[Asked]:
        """The batches, or those that hold an event of that name."""
        return [each for each in self.asked if each.what == "POST v1/e" and name in ("", *each.names)]

    def stored(self, enough: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """The site's events in the product's store, asked for until it is enough."""
        events: list[dict[str, Any]] = []

        def is_enough() -> bool:
            events[:] = stored_events(self.product, self.site.id)
            return enough(events)

        try:
            wait_until(is_enough, timeout_s=WAIT_S)
        except AssertionError as error:
            there, sent = [event["name"] for event in events], [(asked.what, asked.names) for asked in self.asked]
            raise AssertionError(f"after {WAIT_S} s there are {there} of {sent}") from error
        return events


class _Handler(BaseHTTPRequestHandler):
    front: Front
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith(f"/{self.front.site.prefix}/"):
            self._hand_on(b"")
        elif path.endswith(".ico"):
            self._answer(404, b"", [])
        else:
            self._answer(200, self.front.page(path), [("Content-Type", "text/html; charset=utf-8")])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mode = self.front.mode
        if mode == "pass":
            self._hand_on(body)
            return
        self._see(body)
        if mode == "hang":
            self.front.closing.wait()
        else:
            self._answer(503, b"", [])

    def _see(self, body: bytes) -> None:
        path = self.path.removeprefix(f"/{self.front.site.prefix}/")
        cookies = {part.partition("=")[0].strip() for part in self.headers.get("Cookie", "").split(";")} - {""}
        self.front.see(Asked(f"{self.command} {path}", frozenset(cookies), body))

    def _hand_on(self, body: bytes) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        headers |= {"X-Forwarded-For": "203.0.113.9"}
        if self.front.country:
            headers |= {"CF-IPCountry": self.front.country, "CF-Region-Code": self.front.subdivision}
        with closing(HTTPConnection(urlsplit(self.front.product.collector).netloc, timeout=30)) as there:
            there.request(self.command, self.path, body, headers)
            answer = there.getresponse()
            content = answer.read()
        told = [(name, value) for name, value in answer.getheaders() if name.lower() not in _HOPS]
        self._see(body)
        self._answer(answer.status, content, told)

    def _answer(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are kept, not printed."""


_HOPS = {"content-length", "connection", "keep-alive", "transfer-encoding", "date", "server"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle of an answer is part of the tests."""


def stored_events(product: Product, site: str) -> list[dict[str, Any]]:
    """As `onebyone events` tells them, without a process for each time that it is asked."""
    now = datetime.now(UTC)
    days: dict[str, Param] = {"from": now - timedelta(days=30), "to": now + timedelta(days=1)}
    return Remote(Place(Path(product.data)).socket).run("events", site=site, limit=10_000, **days).dicts()


@contextmanager
def standing_before(product: Product, **settings: Any) -> Iterator[Front]:
    """A site of its own in the product, with these settings, and its web server."""
    sites = open_state(Place(Path(product.data))).sites
    handler = type("Handler", (_Handler,), {})
    with _Server(("127.0.0.1", 0), handler) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        site = sites.change(replace(sites.add("Front", [url]), **settings))
        front = Front(product=product, site=site, url=url)
        handler.front = front  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        script = files_of(site)[f"/{site.prefix}/s.js"].decode()  # with these settings, not as the site was added
        wait_until_known(front.product.collector, front.site.prefix, script)
        try:
            yield front
        finally:
            front.closing.set()
            server.shutdown()
            thread.join()


def wait_until_known(collector: str, prefix: str, holds: str = "") -> None:
    """The collector reads a changed state every second; `holds` is what the site's script then has in it.

    Asked without a browser, which would keep the script that it got first.
    """

    def is_known() -> bool:
        with closing(HTTPConnection(urlsplit(collector).netloc, timeout=30)) as there:
            there.request("GET", f"/{prefix}/s.js")
            answer = there.getresponse()
            text = answer.read().decode()
            return answer.status == 200 and holds in text

    wait_until(is_known, timeout_s=WAIT_S)
