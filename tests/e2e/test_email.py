"""A mailing through the public addresses alone: made, sent, fetched, clicked, left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx2
import pytest

from e2e.running import ORIGIN, Platform, get, post
from onebyone.reports.mail import Sent, figures
from onebyone.state.users import Role

HTML = "<html><body><p>" + "".join(f'<a href="{ORIGIN}/{n}">Lamp {n}</a>' for n in range(4)) + "</p></body></html>"
MPP = "Mozilla/5.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
READ_RATE = 0.35


def chrome(number: int) -> str:
    """All of these requests come from one address; their agents tell the sources apart."""
    return (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/153.0.{number}.0 Safari/537.36"
    )


class Mailer:
    """A sender with a token of the API."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.site, _ = platform.add_site()
        state = platform.state
        user = state.users.add(f"mailer {self.site.id}", {self.site.id: Role.EDITOR})
        self._token = state.users.add_token(user.id, "test")
        state.engine.dispose()
        self.http = httpx2.Client(timeout=60)

    def post(self, path: str, body: object) -> Any:
        url = f"{self.platform.console}/api/v1/sites/{self.site.id}/mail/{path}"
        answer = self.http.post(url, json=body, headers={"authorization": f"Bearer {self._token}"})
        assert answer.status_code < 300, answer.text
        return answer.json()

    def message(self) -> str:
        found: str = self.post("messages", {"name": "News", "html": HTML, "campaign": "news"})["id"]
        return found

    def recipients(self, message: str, refs: list[str], **given: Any) -> dict[str, dict[str, str]]:
        sent = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
        people = [{"ref": ref, "email_opens": "granted", "sent_at": sent} | given for ref in refs]
        rows = self.post(f"messages/{message}/recipients", {"recipients": people})["recipients"]
        return {row["ref"]: row["variables"] for row in rows}

    def get(self, kind: str, token: str, agent: str, **headers: str) -> httpx2.Response:
        ending = ".gif" if kind == "o" else ""
        url = f"{self.platform.collector}/{self.site.prefix}/v1/{kind}/{token}{ending}"
        return self.http.get(url, headers={"user-agent": agent} | headers)

    def click(self, token: str, agent: str) -> httpx2.Response:
        return self.get("l", token, agent, **{"sec-fetch-mode": "navigate", "sec-fetch-user": "?1"})

    def row(self, message: str) -> dict[str, Any]:
        self.platform.settle()
        return next(row for row in self.platform.report("mail_messages", self.site.id) if row["message"] == message)


@pytest.fixture
def mailer(platform: Platform) -> Iterator[Mailer]:
    made = Mailer(platform)
    yield made
    made.http.close()


def test_a_mailing_is_measured_as_it_was_read(mailer: Mailer) -> None:
    random, message, readers = Random(3), mailer.message(), 0
    variables = mailer.recipients(message, [f"p{n}" for n in range(400)])
    for number, its in enumerate(variables.values()):
        kind = random.choice(["apple", "gmail", "direct", "gateway"])
        reads = random.random() < READ_RATE
        if kind == "apple":
            mailer.get("o", its["ob_open"], MPP)
            continue
        readers += reads
        if kind == "gateway":
            mailer.get("o", its["ob_open"], chrome(90_000 + number))
            for link in range(4):
                assert mailer.click(its[f"ob_link_{link}"], chrome(90_000 + number)).status_code == 302
        if reads:
            mailer.get("o", its["ob_open"], GMAIL if kind == "gmail" else chrome(number))
    row = mailer.row(message)
    found = figures(row, Sent(full=400))
    assert row["measured_openers"] == readers
    assert found.open_rate_95.low <= READ_RATE <= found.open_rate_95.high
    assert found.raw_rate is not None and found.raw_rate > 0.6 and found.clickers == 0


def test_a_click_leads_to_the_page_and_its_order_to_the_message(mailer: Mailer) -> None:
    message, agent = mailer.message(), chrome(1)
    its = mailer.recipients(message, ["buyer"], user_id="u1")["buyer"]
    answer = mailer.click(its["ob_link_2"], agent)
    target = answer.headers["location"]
    assert target.startswith(f"{ORIGIN}/2?utm_medium=email&utm_campaign=news&ob_click=")
    order = {"id": "M-1", "value": "12.50", "currency": "EUR"}
    events: list[dict[str, Any]] = [
        {"name": "page_view", "id": "a", "page": {"url": target}},
        {"name": "purchase", "id": "b", "page": {"url": f"{ORIGIN}/thanks"}, "order": order},
    ]
    for event in events:
        _tag(mailer, event, agent)
    row = mailer.row(message)
    assert (row["clickers"], row["openers"]) == (1, 1)
    (bought,) = mailer.platform.report("mail_orders", mailer.site.id)
    assert bought == {"message": message, "orders": 1, "revenue_minor": 1250}
    clicks = [r for r in mailer.platform.report("events", mailer.site.id) if r["name"] == "email_click"]
    assert clicks[0]["actor"] == "human" and clicks[0]["reasons"] == ["page.arrived"]


def _tag(mailer: Mailer, event: dict[str, Any], agent: str) -> None:
    body = json.dumps({"site": mailer.site.id, "events": [event]})
    url = f"{mailer.platform.collector}/{mailer.site.prefix}/v1/e"
    answer = mailer.http.post(
        url,
        content=body,
        headers={"user-agent": agent, "origin": ORIGIN, "accept-language": "de", "content-type": "text/plain"},
    )
    assert answer.status_code == 200
    cookie = answer.headers.get("set-cookie", "").partition(";")[0]
    if cookie:
        mailer.http.headers["cookie"] = cookie


def test_one_click_leaves_and_the_next_mailing_knows(mailer: Mailer) -> None:
    message = mailer.message()
    its = mailer.recipients(message, ["a", "b"])
    url = f"{mailer.platform.collector}/{mailer.site.prefix}/v1/u/"
    assert get(url + its["a"]["ob_unsubscribe"]).status_code == 200
    assert get(url + its["b"]["ob_unsubscribe"], headers={"user-agent": "Barracuda Sentinel (EE)"}).status_code == 200
    told = post(url + its["a"]["ob_unsubscribe"], data={"List-Unsubscribe": "One-Click"})
    assert told.status_code == 200 and "Unsubscribed" in told.text
    mailer.platform.settle()
    rows = mailer.post(f"messages/{mailer.message()}/recipients", {"recipients": [{"ref": "a"}, {"ref": "b"}]})
    assert [row["status"] for row in rows["recipients"]] == ["unsubscribed", "ok"]


def test_the_page_shows_it(mailer: Mailer, platform: Platform) -> None:
    message = mailer.message()
    mailer.recipients(message, ["a"])
    state = platform.state
    link = state.users.make_link(state.users.first_admin().id)
    state.engine.dispose()
    with httpx2.Client(follow_redirects=True) as browser:
        browser.get(f"{platform.console}/login?token={link}")
        html = browser.get(f"{platform.console}/s/{mailer.site.id}/email").text
        assert "Click-to-delivered" in html and "News" in html
        assert "News" in browser.get(f"{platform.console}/s/{mailer.site.id}/email.csv").text
        for file in ("email", "attribution", "reconciliation"):
            body = browser.get(f"{platform.console}/s/{mailer.site.id}/{file}.parquet").content
            assert body[:4] == body[-4:] == b"PAR1", file
