"""HTTP as the collector speaks it: sizes, times, order."""

from __future__ import annotations

import pytest

from fakes.collecting import FakeCollector, request, status
from onebyone.collect.connection import Limits

IMAGE = request("GET", "/bcdfg/v1/n/s1.gif?e=pv")


def test_a_request_in_single_bytes_is_one_request() -> None:
    collector = FakeCollector()
    answer = collector.ask(*(IMAGE[at : at + 1] for at in range(len(IMAGE))))
    assert status(answer) == 200 and answer.count(b"HTTP/1.1") == 1
    assert collector.committer.hits[0].query == "e=pv"


def test_an_answer_is_sent_after_the_record_is_on_disk_and_not_before() -> None:
    collector = FakeCollector()
    collector.committer.at_once = None
    connection, transport = collector.connect()
    connection.data_received(IMAGE)
    before = transport.sent
    collector.committer.settle()
    assert before == b"" and status(transport.sent) == 200 and b"x-onebyone-stored" not in transport.sent


def test_pipelined_requests_are_answered_in_their_order() -> None:
    collector = FakeCollector()
    collector.committer.at_once = None
    connection, transport = collector.connect()
    connection.data_received(IMAGE + request("GET", "/health") + request("GET", "/nothing"))
    before = transport.sent
    collector.committer.settle()
    assert before == b""
    assert [part.split(b" ", 1)[0] for part in transport.sent.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"404"]


def test_a_client_that_pipelines_without_end_is_read_no_further() -> None:
    collector = FakeCollector()
    collector.committer.at_once = None
    connection, transport = collector.connect()
    connection.data_received(IMAGE * 30)
    paused = transport.paused
    for _ in range(30):
        collector.committer.settle()
    assert (paused, transport.paused) == (True, False)
    assert transport.sent.count(b"HTTP/1.1 200") == 30


def test_keep_alive_is_the_clients_choice() -> None:
    connection, transport = FakeCollector().connect()
    connection.data_received(IMAGE)
    closed_at_first = transport.closed
    connection.data_received(request("GET", "/bcdfg/v1/n/s1.gif", headers=[("Connection", "close")]))
    assert (closed_at_first, transport.closed) == (False, True)
    assert b"connection: close" in transport.sent


def test_a_head_request_gets_the_head_alone() -> None:
    answer = FakeCollector().ask(request("HEAD", "/bcdfg/v1/n/s1.gif"))
    assert answer.endswith(b"\r\n\r\n") and b"content-length: 43" in answer


@pytest.mark.parametrize(
    "target", ["http://t.shop.example/bcdfg/v1/n/s1.gif?e=pv", "https://t.shop.example:8/bcdfg/v1/n/s1.gif?e=pv"]
)
def test_the_absolute_form_of_an_address_is_understood(target: str) -> None:
    collector = FakeCollector()
    collector.ask(request("GET", target))
    assert (collector.committer.hits[0].path, collector.committer.hits[0].query) == ("/bcdfg/v1/n/s1.gif", "e=pv")


@pytest.mark.parametrize(
    "start", [b"\x16\x03\x01\x02", b"GET /a b c HTTP/1.1\r\n\r\n", b"HELLO\r\n\r\n", b"\r\n\r\n\0"]
)
def test_what_is_not_http_is_told_so_and_ended(start: bytes) -> None:
    connection, transport = FakeCollector().connect()
    connection.data_received(start)
    assert status(transport.sent) == 400 and transport.closed


def test_an_upgrade_is_answered_as_an_ordinary_request() -> None:
    headers = [("Connection", "Upgrade"), ("Upgrade", "websocket")]
    connection, transport = FakeCollector().connect()
    connection.data_received(request("GET", "/bcdfg/v1/n/s1.gif", headers=headers))
    assert status(transport.sent) == 200 and transport.closed


def test_a_head_without_end_is_refused() -> None:
    connection, transport = FakeCollector(limits=Limits(head_bytes=5_000)).connect()
    for _ in range(10):
        connection.data_received(b"GET /x HTTP/1.1\r\n" if not transport.sent else b"")
        connection.data_received(b"X-More: " + b"a" * 1_000 + b"\r\n" if not transport.closed else b"")
    assert transport.closed


def test_a_long_head_is_told_so() -> None:
    connection, transport = FakeCollector(limits=Limits(head_bytes=5_000)).connect()
    connection.data_received(b"GET /" + b"a" * 6_000)
    assert status(transport.sent) == 431 and transport.closed


def test_a_body_that_is_announced_too_large_is_not_waited_for() -> None:
    connection, transport = FakeCollector().connect()
    head = request("POST", "/bcdfg/v1/e", headers=[("Content-Length", "999999")])
    connection.data_received(head + b" " * 10)
    assert status(transport.sent) == 413 and transport.half_closed and not transport.closed
    connection.data_received(b" " * 100_000)  # what still comes is passed over
    assert transport.sent.count(b"HTTP/1.1") == 1


def test_a_chunked_body_is_put_together_and_has_its_limit() -> None:
    collector = FakeCollector()
    head = request("POST", "/bcdfg/v1/e", headers=[("Transfer-Encoding", "chunked")])
    body = b'{"site":"s1","events":[{"name":"page_view"}]}'
    assert status(collector.ask(head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))) == 200
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    assert status(collector.ask(head, *([chunk] * 5))) == 413


def test_a_client_that_asks_first_is_told_to_go_on() -> None:
    connection, transport = FakeCollector().connect()
    headers = [("Expect", "100-continue"), ("Content-Length", "2")]
    connection.data_received(request("POST", "/bcdfg/v1/e", headers=headers))
    assert transport.sent == b"HTTP/1.1 100 Continue\r\n\r\n"


def test_who_is_too_slow_is_told_so_and_who_is_idle_is_closed() -> None:
    collector = FakeCollector(limits=Limits(head_s=5, idle_s=50))
    slow, slow_transport = collector.connect()
    slow.data_received(IMAGE[:20])
    idle, idle_transport = collector.connect()
    idle.data_received(IMAGE)
    start = collector.app.now
    for connection in (slow, idle):
        connection.end_if_due(start + 6)
    assert status(slow_transport.sent) == 408 and slow_transport.closed and not idle_transport.closed
    idle.end_if_due(start + 60)
    assert idle_transport.closed


def test_a_request_that_waits_for_the_disk_is_not_called_slow() -> None:
    collector = FakeCollector()
    collector.committer.at_once = None
    connection, transport = collector.connect()
    connection.data_received(IMAGE)
    connection.end_if_due(collector.app.now + 10_000)
    assert not transport.closed


def test_too_many_connections_are_told_to_come_back() -> None:
    collector = FakeCollector(limits=Limits(connections=1))
    collector.connect()
    _, second = collector.connect()
    assert status(second.sent) == 503 and second.closed


def test_a_client_that_left_before_its_answer_harms_nobody() -> None:
    collector = FakeCollector()
    collector.committer.at_once = None
    connection, transport = collector.connect()
    connection.data_received(IMAGE)
    transport.closed = True
    connection.connection_lost(None)
    collector.committer.settle()
    assert transport.sent == b"" and collector.app.connections == set()


def test_spellings_of_header_names_do_not_matter_and_are_not_collected_without_end() -> None:
    collector = FakeCollector()
    collector.ask(request("GET", "/bcdfg/v1/n/s1.gif", headers=[("uSeR-AgEnT", "A"), ("REFERER", "https://x/")]))
    assert collector.committer.hits[0].headers == {"user-agent": "A", "referer": "https://x/"}
    for number in range(3_000):
        collector.ask(request("GET", "/health", headers=[(f"x-{number}", "1")]))
    collector.ask(request("GET", "/bcdfg/v1/n/s1.gif", headers=[("user-AGENT", "B")]))
    assert collector.committer.hits[1].headers == {"user-agent": "B"}
