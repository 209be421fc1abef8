"""What a step is, and what it may know of the hit beyond its event."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from onebyone.consent.choice_body import ChoiceBody
from onebyone.consent.said import NOTHING, Said
from onebyone.event import Drop, Event, Hit
from onebyone.state.sites import Site


class Context(Struct, frozen=True, kw_only=True, gc=False):
    """What a step needs of a request and nobody stores: it ends with the last step. Made by `decode`."""

    hit: Hit
    site: Site
    headers: Mapping[str, str]  # of the visitor's own request, names in lower case; {} if somebody else sent it
    user_agent: str  # of the visitor; a server reports it in its event
    address: str  # network of the visitor, as in Hit
    url: str  # of the page, as it was sent
    referrer: str  # of the page, as it was sent
    webdriver: bool = False  # the page's script says that a program drives the browser
    said: Said = NOTHING  # about consent
    region: str = ""  # ISO code of where the visitor is; "" if nobody knows
    choice: ChoiceBody | None = None  # that is to be kept as a record
    sealed: str = ""  # user data and full address of this sighting, which only the key of their day opens
    link: str = ""  # the token that the page's address came with
    facts: tuple[str, ...] = ()  # what else it noticed: wire.FACTS


Step = Callable[[Event, Context], Event | Drop]
