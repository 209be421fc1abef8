"""Households made up from a seed: people with several devices, devices that several people use, log-ins and log-outs,
orders that are refunded, changed and cancelled, and everything arriving in any order, days late.

Pure: the same seed, settings and time give the same households, to the byte. Anonymous visits on a shared device are
left out where nobody could tell whose they were: there, people log in before they look around, or never.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from msgspec import Struct, field

from onebyone.simulate.browsers import CHANNELS, DEVICES, PLACES, Browser, Place, weighted
from onebyone.simulate.goods import LAMPS, number, wire_item
from onebyone.simulate.known import Deal, Known, View
from onebyone.simulate.session import Report, Request, TagBatch

_HOUR_MS = 3_600_000
_TOLD_AT_ONCE = 40  # events of the shop's server in one request
_HELD = 200  # events that it may hold back, so that they come late and in another order


class Settings(Struct, frozen=True, kw_only=True):
    """Shares are of 1."""

    people: int
    days: int
    seed: int
    origin: str = "https://nordlight.example"
    currency: str = "EUR"
    blocked_share: float = 0.30  # of devices: nothing of ours leaves them
    member_share: float = 0.6  # of people: they have a user id
    buying_share: float = 0.3  # of visits
    lead_share: float = 0.1  # of visits
    event_id_share: float = 0.05  # of orders: their browser's copy knows the shared event id alone


class Person(Struct):
    number: int
    user_id: str  # "": never logs in
    email: str  # "": never says it
    devices: list[Device] = field(default_factory=list)


class Device(Struct):
    browser: Browser
    shared: bool
    logged_in: Person | None = None
    epoch: int = 0  # log-outs so far
    views: list[tuple[str, Person, int]] = field(default_factory=list)  # id, who, epoch
    said: dict[tuple[int, int], set[str]] = field(default_factory=dict)  # by person and epoch: user, email


class Households:
    """Iterate once: lists of requests, each list to be sent in its order. Afterwards `known()` is complete."""

    def __init__(self, settings: Settings, *, now_ms: int) -> None:
        self.origin = settings.origin
        self._settings = settings
        self._now_ms = now_ms
        self._random = random.Random(settings.seed)
        self._known = Known(seed=settings.seed, people=settings.people)
        self._people = 0
        self._told: list[dict[str, Any]] = []  # by the shop's server, not sent yet
        self._server = Browser(number=-1, device=DEVICES[0], place=PLACES[0], address="")

    def __iter__(self) -> Iterator[list[Request]]:
        left = self._settings.people
        while left:
            size = min(left, self._random.choices((1, 2, 3, 4), (55, 25, 12, 8))[0])
            left -= size
            requests = self._household(size)
            if len(self._told) > _HELD:
                yield self._tell(_HELD // 2)
            yield requests
        yield self._tell(0)

    def known(self) -> Known:
        return self._known

    def _tell(self, held: int) -> list[Request]:
        """What the shop's server says of many people at once, in no order; now and then it repeats itself."""
        rng = self._random
        rng.shuffle(self._told)
        due, self._told = self._told[held:], self._told[:held]
        requests: list[Request] = []
        for start in range(0, len(due), _TOLD_AT_ONCE):
            report = Report(self._server, due[start : start + _TOLD_AT_ONCE])
            requests += [report] * (2 if rng.random() < 0.05 else 1)
        return requests

    def _household(self, size: int) -> list[Request]:
        rng, known = self._random, self._known
        place = weighted(rng, PLACES)
        people = [self._person(place) for _ in range(size)]
        members = [person for person in people if person.user_id]
        if len(members) > 1 and rng.random() < 0.7:
            device = self._device(place, shared=True)
            known.shared_devices += 1
            known.sharers += [(one.number, other.number) for one, other in combinations(members, 2)]
            for person in members:
                person.devices.append(device)
        visits = [(person, rng.choice(person.devices)) for person in people for _ in range(rng.choice((1, 2, 2, 3, 5)))]
        rng.shuffle(visits)
        hours = sorted(rng.sample(range(2, max(self._settings.days * 24, len(visits) + 3)), len(visits)), reverse=True)
        requests: list[Request] = []
        for (person, device), hour in zip(visits, hours, strict=True):
            at_ms = self._now_ms - hour * _HOUR_MS + rng.randrange(_HOUR_MS // 2)
            requests += _Visit(rng, self._settings, known, self._told, person, device, at_ms).go()
        for person in people:
            known.views += _views_of(person)
        known.households += 1
        return self._as_it_arrives(requests)

    def _as_it_arrives(self, requests: list[Request]) -> list[Request]:
        """A device without a network keeps what it has to say; answers get lost, and it says it again."""
        rng = self._random
        held = [request for request in requests if rng.random() < 0.1]
        arriving = [request for request in requests if request not in held] + held
        if rng.random() < 0.3:
            rng.shuffle(arriving)
        return [request for request in arriving for _ in range(2 if rng.random() < 0.04 else 1)]

    def _person(self, place: Place) -> Person:
        rng, settings = self._random, self._settings
        self._people += 1
        number = self._people
        member = rng.random() < settings.member_share
        says = member or rng.random() < 0.4
        person = Person(number, f"u{number}" if member else "", f"p{number}@mail.example" if says else "")
        person.devices = [self._device(place) for _ in range(rng.choices((1, 2, 3), (60, 30, 10))[0])]
        return person

    def _device(self, place: Place, *, shared: bool = False) -> Device:
        rng = self._random
        self._known.devices += 1
        browser = Browser(
            number=self._known.devices,
            device=weighted(rng, DEVICES),
            place=place,
            address=f"{place.network}.{rng.randrange(1, 255)}.{rng.randrange(1, 255)}",
            skew_ms=rng.choice((0, 0, rng.randrange(-90_000, 90_000), rng.randrange(-7_200_000, 7_200_000))),
            way="blocked" if rng.random() < self._settings.blocked_share else "script",
        )
        return Device(browser, shared)


def _views_of(person: Person) -> list[View]:
    """With what can be known: all where a user id was said, and all where an e-mail address was. Where both were said
    between two log-outs, or ever on another device, the two are one."""
    said = [kinds for device in person.devices for (who, _), kinds in device.said.items() if who == person.number]
    is_linked = any(len(kinds) == 2 for kinds in said)
    found = []
    for device in person.devices:
        for id, who, epoch in device.views:
            kinds = device.said.get((who.number, epoch), set())
            by_email = kinds == {"email"} and not is_linked
            if who is person:
                found.append(View(id, person.number, (2 * person.number + by_email) if kinds else 0))
    return found


class _Visit:
    """One visit of one person on one device. Call `go` once."""

    def __init__(
        self, rng: random.Random, settings: Settings, known: Known, told: list[dict[str, Any]], person: Person,
        device: Device, at_ms: int,
    ) -> None:  # fmt: skip
        self._random = rng
        self._settings = settings
        self._known = known
        self._told = told
        self._person = person
        self._device = device
        self._at_ms = at_ms
        self._url = f"{settings.origin}/"
        self._batch: list[dict[str, Any]] = []
        self._carries = False  # the site's own script says the user with each event

    def go(self) -> list[Request]:
        rng, person, device = self._random, self._person, self._device
        if device.logged_in not in (None, person):
            self._log_in() if rng.random() < 0.5 else self._log_out()
        if device.shared and device.logged_in is None:  # before they look around: see above
            self._log_in()
        self._view("/")
        if person.user_id and (device.logged_in is None or rng.random() < 0.3) and rng.random() < 0.6:
            self._log_in()
        for _ in range(rng.randrange(3)):
            self._view(f"/lamps/{rng.choice(LAMPS).slug}")
        if rng.random() < self._settings.buying_share:
            self._buy()
        elif rng.random() < self._settings.lead_share:
            self._ask()
        if device.logged_in is person and rng.random() < (0.75 if device.shared else 0.1):
            self._log_out()
        if device.browser.way == "blocked" or not self._batch:
            return []
        return [TagBatch(device.browser, self._url, self._batch)]

    def _log_in(self) -> None:
        self._device.logged_in, self._carries = self._person, self._random.random() < 0.5
        self._say("user")
        self._event("identify", user_id=self._person.user_id)

    def _log_out(self) -> None:
        self._device.logged_in, self._carries = None, False
        self._event("reset")
        self._device.epoch += 1

    def _say(self, kind: str) -> None:
        self._device.said.setdefault((self._person.number, self._device.epoch), set()).add(kind)

    def _view(self, path: str) -> None:
        channel = weighted(self._random, CHANNELS)
        query = channel.query.replace("{id}", f"{self._random.getrandbits(96):024x}") if path == "/" else ""
        self._url = f"{self._settings.origin}{path}{'?' + query if query else ''}"
        sent = self._event("page_view")
        if self._device.browser.way != "blocked":
            self._device.views.append((sent["id"], self._person, self._device.epoch))

    def _event(self, name: str, **more: Any) -> dict[str, Any]:
        self._at_ms += self._random.randrange(1_000, 60_000)
        if self._carries:
            more["user_id"] = self._person.user_id
        sent = {
            "name": name,
            "id": f"{self._random.getrandbits(96):024x}",
            "at": self._at_ms + self._device.browser.skew_ms,
            "nav": "navigate",
            "page": {"url": self._url},
            **more,
        }
        self._batch.append(sent)
        return sent

    def _buy(self) -> None:
        rng, known, settings = self._random, self._known, self._settings
        lamp = rng.choice(LAMPS)
        count = rng.choice((1, 1, 2))
        id = f"HS{settings.seed}-{1000 + len(known.deals)}"
        deal = Deal(id=id, name="purchase", value_minor=lamp.price_minor * count)
        deal.by_browser = self._device.browser.way != "blocked"
        known.deals.append(deal)
        order = {"id": id, "value": number(deal.value_minor), "currency": settings.currency}
        self._url = f"{settings.origin}/thank-you/{id}"
        seen = {**order, "items": [wire_item(lamp, count)]}
        if rng.random() < settings.event_id_share:
            del seen["id"]
        user_data = self._user_data()
        self._event("purchase", event_id=f"purchase:{id}", order=seen, **user_data)
        for _ in range(rng.choice((0, 0, 0, 1, 2))):
            self._event("purchase", event_id=f"purchase:{id}", order=seen, nav="reload", **user_data)
        self._tell("purchase", f"order-{id}", event_id=f"purchase:{id}", order=order)
        self._change(deal, order)

    def _user_data(self) -> dict[str, Any]:
        """An address is given where it says who it is: on one's own device, or by who is logged in."""
        person, device = self._person, self._device
        if not person.email or (device.shared and device.logged_in is not person):
            return {}
        self._say("email")
        return {"user_data": {"email": person.email}}

    def _ask(self) -> None:
        """A lead: no order, but an id that the page and the server share."""
        id = f"lead-{self._settings.seed}-{len(self._known.deals)}"
        by_browser = self._device.browser.way != "blocked"
        self._known.deals.append(Deal(id=id, name="generate_lead", by_browser=by_browser))
        self._event("generate_lead", event_id=id)
        self._tell("generate_lead", f"server-{id}", event_id=id)

    def _change(self, deal: Deal, order: dict[str, Any]) -> None:
        """What becomes of an order later. A change that is told twice has one adjustment id."""
        rng = self._random
        drawn = rng.random()
        if drawn < 0.11:
            for n in range(1 if drawn < 0.08 else 2):
                least, most = (100, deal.value_minor // 2) if drawn > 0.01 else (deal.value_minor, 2 * deal.value_minor)
                amount = rng.randrange(least, most)  # one in a hundred orders is paid back too much
                deal.refunds[f"{deal.id}-r{n}"] = amount
                self._adjust("refund", order, f"{deal.id}-r{n}", amount)
        elif drawn < 0.14:
            deal.cancelled = True
            self._adjust("cancel", order, f"{deal.id}-c", None)
        elif drawn < 0.18:
            deal.edited_minor = deal.value_minor + rng.randrange(-deal.value_minor // 2, 5_000)
            self._adjust("order_edit", order, f"{deal.id}-e", deal.edited_minor)

    def _adjust(self, name: str, order: dict[str, Any], adjustment: str, amount: int | None) -> None:
        changed = {"id": order["id"], "adjustment_id": adjustment, "currency": order["currency"]}
        if amount is not None:
            changed["value"] = number(amount)
        for n in range(2 if self._random.random() < 0.2 else 1):
            self._tell(name, f"{adjustment}-{n}", order=changed)

    def _tell(self, name: str, id: str, **more: Any) -> None:
        """The shop's server knows of it, a moment after it happened."""
        self._at_ms += 1_000
        self._told.append({"name": name, "id": id, "at": self._at_ms, **more})
