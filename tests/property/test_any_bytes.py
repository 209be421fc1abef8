"""Whatever is sent is answered as documented; what is said to be kept is one hit, and each sighting has one fate."""

from __future__ import annotations

import json
import os
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from e2e.load import hits_in, outcomes_in, sightings_in
from e2e.running import ORIGIN, Collector
from onebyone.app.pipelining import Pipeline
from onebyone.app.settings import read_settings
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.wire import MAX_EVENTS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

PROVE = bool(os.environ.get("PROVE"))
EXAMPLES = 20_000 if PROVE else 500
ALLOWED = {200, 204, 400, 401, 403, 404, 405, 408, 413, 414, 431, 503}
TIMEOUT_S = 20
KEPT_WITH = {  # the collector's own refusals of a request that leave a hit
    "No valid key", "Body unreadable", "Body too large", "Not a choice", "No such site", "Another origin",
}  # fmt: skip
few = st.sampled_from


class Sent(Struct, frozen=True):
    method: str
    target: bytes
    headers: tuple[tuple[str, bytes], ...]
    body: bytes

    def written(self) -> bytes:
        lines = [b"%s %s HTTP/1.1" % (self.method.encode(), self.target), b"host: 127.0.0.1", b"connection: close"]
        lines += [b"%s: %s" % (name.encode(), value) for name, value in self.headers]
        if self.body or self.method == "POST":
            lines.append(b"content-length: %d" % len(self.body))
        return b"\r\n".join([*lines, b"", self.body])


class Answer(Struct, frozen=True):
    status: int
    head: str
    body: bytes

    @staticmethod
    def of(raw: bytes) -> Answer:
        head, _, body = raw.partition(b"\r\n\r\n")
        text = head.decode("latin-1").lower()
        return Answer(status=int(text.split(" ", 2)[1]), head=text, body=body)

    @property
    def title(self) -> str:
        """Of a problem; "" where there is none, or no body to read it in."""
        problem = self.body and "application/problem+json" in self.head
        return str(json.loads(self.body)["title"]) if problem else ""


VISIBLE = bytes(b for b in range(0x21, 0x7F) if b not in b"?#")
part = st.binary(max_size=12).map(lambda raw: bytes(VISIBLE[b % len(VISIBLE)] for b in raw))
printable = st.binary(max_size=60).map(lambda raw: bytes(b for b in raw if b >= 0x20 and b != 0x7F))
query = st.one_of(
    st.just(b""),
    st.binary(max_size=80).map(lambda raw: b"?" + bytes(b if 0x21 <= b < 0x7F and b != 0x23 else 0x25 for b in raw)),
    st.lists(st.tuples(few([b"e", b"id", b"u", b"o", b"val", b"cur", b"p.x", b"gdpr", b"uid"]), part), max_size=6).map(
        lambda pairs: b"?" + b"&".join(name + b"=" + value for name, value in pairs)
    ),
    st.integers(8_000, 9_000).map(lambda length: b"?u=" + b"x" * length),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
event = st.dictionaries(
    few(["name", "id", "event_id", "at", "seq", "nav", "visitor", "page", "props", "order", "consent", "ip", "device"]),
    st.one_of(values, few(["purchase", "page_view", {"id": "1", "value": "5"}, {"url": "https://shop.example/"}])),
    max_size=8,
)
events = st.one_of(st.lists(event, max_size=4), st.lists(values, max_size=4), values, st.just([{}] * (MAX_EVENTS + 1)))
names = few(["user-agent", "referer", "origin", "cookie", "authorization", "x-forwarded-for", "sec-purpose", "x-other"])
METHODS = few(["GET", "POST", "POST", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])


def headers_for(collector: Collector) -> st.SearchStrategy[list[tuple[str, bytes]]]:
    good = [
        ("authorization", f"Bearer {collector.key}".encode()),
        ("origin", ORIGIN.encode()),
        ("origin", b"https://evil.example"),
        ("content-encoding", b"gzip"),
        ("content-encoding", b"br"),
    ]
    return st.lists(
        st.one_of(few(good), few(good[:2]), st.tuples(names, printable)), max_size=5, unique_by=lambda h: h[0]
    )


def requests_for(collector: Collector) -> st.SearchStrategy[Sent]:
    site, prefix = collector.site.id.encode(), collector.site.prefix.encode()
    image = few([b"/%s/v1/n/%s.gif" % (prefix, site), b"/%s/v1/n/nobody.gif" % prefix, b"//.gif", b"/%00%ff.gif"])
    tag, server = few([b"/%s/v1/e" % prefix, b"/x/v1/e"]), few([b"/%s/v1/events" % prefix, b"/x/v1/events"])
    other = few([b"/%s/s.js" % prefix, b"/x/s.js", b"/health", b"/ready", b"/.well-known/traffic-advice"])
    anything = st.tuples(part, few([b"", b".gif", b"/v1/e", b"/v1/events", b"/s.js", b"/v1/consent"])).map(
        lambda parts: b"/" + b"".join(parts)
    )
    batch = st.one_of(
        st.binary(max_size=200),
        events.map(lambda sent: json.dumps({"site": collector.site.id, "sent_at": 1, "events": sent}).encode()),
        values.map(lambda sent: json.dumps({"site": sent, "consent": sent, "events": [{"name": "x"}]}).encode()),
        st.integers(-1, 1).map(lambda beyond: b" " * (65_536 + beyond)),
        few([b"[" * 5000, b'{"events":[' * 3000, b'{"site":"\xff"}', b'{"events":[{"name":"\\ud800"}]}', b""]),
    )
    where = st.one_of(image, tag, server, tag, server, other, anything)
    target = st.tuples(where, query).map(b"".join)
    return st.builds(Sent, METHODS, target, headers_for(collector).map(tuple), batch)


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with Collector(tmp_path_factory.mktemp("any") / "data").running() as running:
        yield running


def say(collector: Collector, raw: bytes, timeout_s: float = TIMEOUT_S) -> bytes:
    """What comes back until the collector closes, or for so long."""
    with socket.create_connection(("127.0.0.1", collector.port), timeout=timeout_s) as connection:
        found = b""
        try:
            connection.sendall(raw)
            while more := connection.recv(65_536):
                found += more
        except (ConnectionResetError, BrokenPipeError):
            pass  # it closed without reading the rest, which it may
        return found


def kept(sent: Sent, answer: Answer) -> bool:
    """Whether this answer says that the request is in the log."""
    path = sent.target.partition(b"?")[0]
    if path.endswith(b".gif"):
        return answer.status == 200 and "x-onebyone-stored" not in answer.head
    if not path.endswith((b"/v1/e", b"/v1/events", b"/v1/consent")):
        return False
    return sent.method == "POST" and (answer.status == 200 or answer.title in KEPT_WITH)


def count_hits(collector: Collector) -> int:
    with closing(SqliteReader(collector.place.hits)) as hits:
        return sum(1 for _ in hits_in(hits))


def check_fates(collector: Collector) -> None:
    with closing(Pipeline(collector.place, read_settings(collector.place))) as pipeline:
        pipeline.drain()
    hits, events = SqliteReader(collector.place.hits), SqliteReader(collector.place.events)
    sightings = sightings_in(hits)
    assert Counter((one.hit, one.n) for one in outcomes_in(events)) == sightings
    assert set(sightings.values()) == {1}
    assert [one for one in outcomes_in(events) if one.fate == "failed"] == []
    hits.close()
    events.close()


def test_any_request_is_answered_as_documented_and_kept_as_it_says(collector: Collector) -> None:
    seen: Counter[int] = Counter()
    hits = count_hits(collector)

    def check(sent: Sent) -> None:
        nonlocal hits
        answer = Answer.of(say(collector, sent.written()))
        seen[answer.status] += 1
        hits += kept(sent, answer)
        assert answer.status in ALLOWED
        if sent.target.partition(b"?")[0].endswith(b".gif") and answer.status == 200:
            assert len(answer.body) == (0 if sent.method == "HEAD" else 43)

    @given(requests_for(collector))
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=not PROVE, suppress_health_check=list(HealthCheck))
    def send(sent: Sent) -> None:
        check(sent)

    check(Sent("POST", b"/x/v1/e", (), b" " * 65_537))  # too seldom by chance
    send()
    assert {200, 204, 400, 401, 404, 405, 413} <= seen.keys(), seen
    assert count_hits(collector) == hits
    check_fates(collector)


@given(st.data())
@settings(max_examples=EXAMPLES // 8, deadline=None, derandomize=not PROVE, suppress_health_check=list(HealthCheck))
def test_bytes_that_are_no_request_are_refused_or_closed(collector: Collector, data: st.DataObject) -> None:
    raw = data.draw(st.one_of(st.binary(max_size=300), requests_for(collector).map(Sent.written)))
    at = data.draw(st.integers(0, len(raw)))
    broken = (
        raw[:at] + data.draw(st.binary(min_size=1, max_size=4)) + raw[at + data.draw(st.integers(0, 3)) :] + b"\r\n" * 2
    )
    found = say_briefly(collector, broken)
    assert found == b"" or Answer.of(found).status in ALLOWED | {100}


def say_briefly(collector: Collector, raw: bytes) -> bytes:
    """The same for what may be half a request, whose rest the collector waits for."""
    try:
        return say(collector, raw, timeout_s=0.05)
    except TimeoutError:
        return b""


def test_thousands_of_requests_in_one_write_are_answered_in_their_order(collector: Collector) -> None:
    site = collector.site
    image = b"GET /%s/v1/n/%s.gif HTTP/1.1\r\nhost: x\r\n\r\n" % (site.prefix.encode(), site.id.encode())
    other = b"GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n"
    last = b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    for images, others in ((1_000, 4), (3, 3_000)):
        found = say(collector, (image + other * others) * images + last)
        statuses = [int(text[:3]) for text in found.split(b"HTTP/1.1 ")[1:]]
        assert statuses == [200, *[404] * others] * images + [200]
