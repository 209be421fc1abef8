"""Who is meant by an identifier: everything a person is known by on a site, before it is exported or erased."""

from __future__ import annotations

from enum import StrEnum

from msgspec.structs import replace

from onebyone.app.state import State
from onebyone.event import visitor_hash
from onebyone.identity.nodes import VALUES, Kind, user_node, value_node
from onebyone.identity.values import identifiers_of, names_somebody
from onebyone.pipeline.conversions.copies import ADJUSTED, order_key_of
from onebyone.pipeline.conversions.records import read_record
from onebyone.reports import Runs
from onebyone.state.erasures import Meant
from onebyone.state.identity import Person
from onebyone.state.sites import Site


class By(StrEnum):
    """What a person may be named by."""

    USER = "user"  # the site's own id
    EMAIL = "email"
    PHONE = "phone"
    EXTERNAL = "external"
    BROWSER = "browser"  # the id in the visitor cookie
    PERSON = "person"  # the number in the address of the person's page
    ORDER = "order"
    CONSENT = "consent"  # the id under which the banner keeps the choice
    RECIPIENT = "recipient"  # the sender's own id of a person it writes to


_FIELDS = {By.EMAIL: "email", By.PHONE: "phone", By.EXTERNAL: "external_id"}


class Unusable(ValueError):
    """The text names nobody: no address, no number, a word that stands for nothing."""


def find_subject(state: State, reports: Runs, site: Site, by: By, text: str) -> Meant:
    """Everything that is tied to it now. Whether anything is kept of them is another question.

    Raises Unusable, StoreUnavailable or QueryRefused.
    """
    meant = _named(state, site, by, text)
    if by is By.PERSON and not meant.users:  # a user id that no browser ever named is known to the store alone
        number = _number(text)
        rows = reports.run("person_events", site=site.id, person=text, nodes=[text], limit=1).dicts()
        for user in {row["user_id"] for row in rows}:
            if user and user_node(site.id, user) == number:
                meant = _of_value(state, site, Kind.USER, user)
    return _with_mail(state, site, meant)


def _named(state: State, site: Site, by: By, text: str) -> Meant:
    match by:
        case By.CONSENT:
            return Meant(consents=(text,))
        case By.RECIPIENT:
            return Meant(refs=(text,))
        case By.ORDER:
            return _of_record(state, site, text)
        case By.BROWSER:
            return _of_node(state, site, visitor_hash(site.id, text))
        case By.PERSON:
            return _of_node(state, site, _number(text))
        case By.USER if not names_somebody(text):
            raise Unusable(f"{text!r} names nobody")
        case By.USER:
            return _of_value(state, site, Kind.USER, text)
    hashes = identifiers_of({_FIELDS[by]: text}, state.user_data.key(site.id))
    if by not in hashes:
        raise Unusable(f"{text!r} is no {by.value} that could name anybody")
    return _of_value(state, site, Kind(by), hashes[by])


def identifiers(meant: Meant) -> list[tuple[str, str]]:
    """By kind, as the suppression list knows them."""
    return [
        *(("visitor", str(visitor)) for visitor in meant.visitors),
        *(("user", user) for user in meant.users),
        *meant.values,
        *(("order", order) for order in meant.orders),
        *(("recipient", recipient) for recipient in meant.recipients),
    ]


def _of_node(state: State, site: Site, node: int) -> Meant:
    known = state.identity.person(site.id, node)
    shared = {browser for browser in known.browsers if _is_shared(state, site, browser, known)}
    alone = set(known.browsers) - shared
    theirs = {number for number, one in known.nodes.items() if one.owner not in shared or number != one.owner}
    users = {one.text for one in known.nodes.values() if one.kind is Kind.USER and one.text}
    return Meant(
        person=known.id,
        nodes=tuple(sorted((theirs | alone) - shared)),
        visitors=tuple(sorted(alone)),
        shared=tuple(sorted(shared)),
        users=tuple(sorted(users)),
        values=tuple(sorted((str(one.kind), one.text) for one in known.nodes.values() if one.kind in VALUES)),
    )


def _is_shared(state: State, site: Site, browser: int, known: Person) -> bool:
    """Whether somebody else signed in on it, too. What nobody known did there counts as the person's."""
    row = state.identity.row(site.id, browser)
    others = set(row.persons or (row.person,)) - {known.id, 0} if row is not None else set()
    return any(
        node.kind is not Kind.BROWSER
        for other in others
        for node in state.identity.person(site.id, other).nodes.values()
    )


def _of_record(state: State, site: Site, order: str) -> Meant:
    """Whoever any copy of the order names."""
    key = order_key_of(site.id, ADJUSTED, order)
    ids = state.conversions.find([key]).get(key, [])
    meant = Meant(orders=(order,))
    for body in state.conversions.load(ids).values():
        for copy in read_record(body).copies:
            event = copy.event
            if event.visitor:
                meant = together(meant, _of_node(state, site, event.visitor))
            if event.user_id:
                meant = together(meant, _of_value(state, site, Kind.USER, event.user_id))
            for kind, text in event.identifiers.items():
                meant = together(meant, _of_value(state, site, Kind(kind), text))
    return meant


def _of_value(state: State, site: Site, kind: Kind, text: str) -> Meant:
    """Of a user id or a keyed hash, also where nothing else was ever said of it."""
    node = state.identity.find(site.id, kind, text)
    number = user_node(site.id, text) if kind is Kind.USER else value_node(site.id, kind, text)
    alone = Meant(
        person=number,
        nodes=(number,),
        users=(text,) if kind is Kind.USER else (),
        values=() if kind is Kind.USER else ((str(kind), text),),
    )
    return together(_of_node(state, site, node), alone) if node else alone


def together(one: Meant, other: Meant) -> Meant:
    """Of two that are the same person."""
    both = {
        field: tuple(sorted({*getattr(one, field), *getattr(other, field)}))
        for field in ("nodes", "visitors", "shared", "users", "values", "orders", "refs", "consents", "recipients")
    }
    return replace(one, person=one.person or other.person, **both)


def _with_mail(state: State, site: Site, meant: Meant) -> Meant:
    """And what was sent to them."""
    refs = {*meant.refs, *state.mail.refs_of(site.id, meant.users)}
    ids = state.mail.ids_of(site.id, refs)
    return replace(meant, refs=tuple(sorted(refs)), recipients=tuple(sorted(id.hex() for id in ids)))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1 << 64):
        raise Unusable(f"{text!r} is no person's number: it stands at the end of the address of their page")
    return int(text)
