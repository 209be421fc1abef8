"""A collector that accepts everything, gives cookies and keeps what it was sent: counted again, by other rules."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any
from urllib.parse import parse_qs

import httpx2

NOW_MS = 1_795_513_115_247  # 2026-11-24 09:38:35 UTC


class Recorder:
    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []
        self.refuse_first = False
        self._refused: set[bytes] = set()

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        key = request.url.raw_path + request.content + request.headers.get("cookie", "").encode()
        if self.refuse_first and key not in self._refused:
            self._refused.add(key)
            image = request.method == "GET"
            return httpx2.Response(200 if image else 503, headers={"x-onebyone-stored": "no"} if image else {})
        self.requests.append(request)
        headers = {}
        if "bearer" not in request.headers.get("authorization", "").lower() and "cookie" not in request.headers:
            headers["set-cookie"] = f"ob_v=visitor-{len(self.requests)}; Path=/; HttpOnly"
        events = json.loads(request.content)["events"] if request.content else []
        results = [{"id": event["id"], "status": "ok"} for event in events]
        return httpx2.Response(200, headers=headers, json={"results": results})

    def bodies(self, ending: str) -> list[dict[str, Any]]:
        return [json.loads(r.content) for r in self.requests if r.url.path.endswith(ending)]

    def tag_events(self) -> list[dict[str, Any]]:
        return [event for body in self.bodies("/v1/e") for event in body["events"]]

    def server_events(self) -> list[dict[str, Any]]:
        return [event for body in self.bodies("/v1/events") for event in body["events"]]

    def images(self) -> list[httpx2.Request]:
        return [r for r in self.requests if r.url.path.endswith(".gif")]

    def people_images(self) -> list[dict[str, list[str]]]:
        """The queries of images that people looked at."""
        seen = [r for r in self.images() if "sec-purpose" not in r.headers and "+http" not in r.headers["user-agent"]]
        return [parse_qs(r.url.query.decode()) for r in seen]

    def sightings(self) -> Counter[str]:
        tag = Counter(event["name"] for event in self.tag_events())
        server = Counter(event["name"] for event in self.server_events())
        images = Counter(query.get("e", ["page_view"])[0] for query in self.people_images())
        return tag + server + images


async def at_once(_seconds: float) -> None:
    """No pause."""
