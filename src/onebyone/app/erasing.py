"""Forgetting a person: asked for by the console or the command line, done by whoever owns the store.

Nothing more is taken of them from the moment it is asked. Then everything that had arrived passes the pipeline and the
loader, and the logs, the state and the store lose it, in that order; each stage may be repeated after a crash. What
remains is a tombstone for each sighting and a proof that names nobody (specs/consent-and-privacy.md 9).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace
from sqlalchemy.exc import DBAPIError

from onebyone.app.settings import Place
from onebyone.app.state import State
from onebyone.app.subject import identifiers
from onebyone.collect.desk import now_ms
from onebyone.event import Hit, Reason
from onebyone.identity.nodes import user_node
from onebyone.identity.rules import Rules
from onebyone.log import DeadLetter, LogUnavailable
from onebyone.log.dead_letters import SqliteDeadLetters
from onebyone.log.rewriting import rewrite
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.pipeline.conversions.copies import ADJUSTED, keys_of, order_key_of, sighting_key, together
from onebyone.pipeline.conversions.counting import KEY_DAYS
from onebyone.pipeline.conversions.records import Record, read_record
from onebyone.pipeline.erasing import Said, Wanted, change_lines, ended, find_in_hit, is_named_in, without
from onebyone.pipeline.worker import CURSOR
from onebyone.state.database import StateUnavailable, leave_no_trace
from onebyone.state.deliveries import Delivery
from onebyone.state.deliveries import State as Delivered
from onebyone.state.erasures import Erasure, Meant, Stage
from onebyone.state.mail_seen import MailSeen
from onebyone.state.sites import Site
from onebyone.store import QueryRefused, Store, StoreUnavailable
from onebyone.store.erasing import Erasure as InStore
from onebyone.store.sessions import Sessions
from onebyone.telemetry import Log

SETTLE_MS = 2_000  # by then every process knows whom to refuse
_ROUNDS = 8  # until a person's sightings, orders and records lead to no others
_HITS = msgspec.msgpack.Decoder(Hit)
_encode = msgspec.msgpack.Encoder().encode
_JSON = msgspec.json.Encoder()
_REST_S = 60.0
_SHORTEST = 3  # letters of an id that is looked for in files: fewer stand everywhere
_UNWELL = (LogUnavailable, StateUnavailable, DBAPIError, StoreUnavailable, QueryRefused)
_DEFECTS = (LookupError, TypeError, ValueError, AttributeError, msgspec.MsgspecError)
Steps = Generator[bool, None, Erasure]


def ask(state: State, site: Site, meant: Meant, *, by: str) -> Erasure:
    """Refuse them from now on, and put the rest on the list. Raises StateUnavailable."""
    at_ms = now_ms()
    state.suppression.add(site.id, identifiers(meant), why="erased", now_ms=at_ms)
    return state.erasures.ask(site.id, meant, by=by, now_ms=at_ms)


class Erasing:
    """The one that works on the list: of the process that owns the store, in the loader's thread."""

    def __init__(self, place: Place, state: State, store: Store, sessions: Sessions) -> None:
        self._place = place
        self._state = state
        self._store = store
        self._sessions = sessions
        self._log = Log()
        self._work: Iterator[bool] | None = None
        self._rest_until = 0.0

    def step(self) -> bool:
        """A moment's work; False if nothing can be done now.

        Raises what log, state and store raise: the next call begins the stage again. After anything else, a defect of
        ours, it rests for a while: whoever owns the store has more to do.
        """
        if time.monotonic() < self._rest_until:
            return False
        if self._work is None:
            one = self._state.erasures.next()
            if one is None:
                return False
            self._work = self._erase(one)
        try:
            return next(self._work)
        except StopIteration:
            self._work = None
            return True
        except _UNWELL:
            self._work = None
            raise
        except _DEFECTS as error:
            self._work, self._rest_until = None, time.monotonic() + _REST_S
            self._log.error("erasure_failed", error=type(error).__name__)
            return False

    def _erase(self, one: Erasure) -> Iterator[bool]:
        """True after a moment's work, False where it has to wait."""
        stages = {
            Stage.ASKED: self._settle,
            Stage.WAITING: self._wait_for_pipeline,
            Stage.LOADING: self._wait_for_loader,
            Stage.LOGS: self._from_logs,
            Stage.STATE: self._from_state,
            Stage.STORE: self._from_store,
            Stage.FILES: self._from_files,
        }
        while one.stage != Stage.DONE:
            one = yield from stages[Stage(one.stage)](one)
            yield True
        self._log.info("person_erased", erasure=one.id, sightings=one.counts.get("sightings", 0))

    def _settle(self, one: Erasure) -> Steps:
        while now_ms() < one.asked_ms + SETTLE_MS:
            yield False
        return self._move(one, Stage.WAITING, tails=_tail(SqliteReader(self._place.hits)))

    def _wait_for_pipeline(self, one: Erasure) -> Steps:
        events = SqliteReader(self._place.events)
        try:
            while not _has_passed(events.cursor(CURSOR), _who(one).tails):
                yield False
        finally:
            events.close()
        tails = _tail(SqliteReader(self._place.events)) | _tail(SqliteReader(self._place.facts))
        return self._move(one, Stage.LOADING, tails=tails)

    def _wait_for_loader(self, one: Erasure) -> Steps:
        while not _has_passed(self._state.bounds.position(), _who(one).tails):
            yield False
        meant, wanted = _who(one), _wanted(one)
        store = InStore(self._store, one.site)
        if meant.person:
            numbers = {*meant.nodes, *meant.shared, meant.person}
            wanted.sightings |= store.sightings_of(meant.person, numbers)
        for _ in range(_ROUNDS):
            before = _size(wanted)
            self._widen(store, wanted, meant)
            yield True
            if _size(wanted) == before:
                break
        return self._state.erasures.move(one, Stage.LOGS, who=_grown(meant, wanted))

    def _widen(self, store: InStore, wanted: Wanted, meant: Meant) -> None:
        """What leads from what is known already: copies, orders, their records and all that is in those."""
        store.name(_named(wanted, meant))
        found = store.find()
        wanted.sightings |= {one.sighting for one in found}
        wanted.users |= {one.user_id for one in found if user_node(wanted.site, one.user_id) in wanted.nodes} - {""}
        wanted.records |= {record for record, _ in store.records()}
        orders = wanted.orders | {one.order_id for one in found if one.order_id}
        for id, record in self._records(wanted, orders).items():
            wanted.records |= {id, *(seat.id for seat in record.guests)}
            copies = [*record.copies, *record.adjustments]
            wanted.sightings |= {copy.sighting for copy in copies}
            wanted.orders |= {copy.event.order_id for copy in copies} - {""}

    def _records(self, wanted: Wanted, orders: Iterable[str]) -> dict[str, Record]:
        """The person's records as the state holds them, those included that wait for their order."""
        keys = [order_key_of(wanted.site, ADJUSTED, order) for order in orders]
        ids = {id for under in self._state.conversions.find(keys).values() for id in under} | wanted.records
        bodies = self._state.conversions.load(ids)
        records = {id: read_record(body) for id, body in bodies.items()}
        return {id: record for id, record in records.items() if id in wanted.records or _is_theirs(record, wanted)}

    def _from_logs(self, one: Erasure) -> Steps:
        site, wanted, said = self._state.sites.find(one.site), _wanted(one), Said()
        if site is not None:
            key = self._state.user_data.key(site.id)

            def change(records: list[bytes]) -> list[bytes] | None:
                fresh = [self._without(record, site, wanted, key, said) for record in records]
                return None if fresh == records else fresh

            for _ in rewrite(self._place.hits, change):
                yield True
        for log in (self._place.events, self._place.facts):
            for _ in rewrite(log, lambda records: change_lines(records, wanted)):
                yield True
        letters = SqliteDeadLetters(self._place.letters).erase(lambda letter: _is_letter_of(letter, wanted, said))
        counts = {"sightings": len(wanted.sightings), "dead_letters": letters}
        return self._state.erasures.move(one, Stage.STATE, who=_grown(_who(one), wanted), counts=counts)

    def _without(self, record: bytes, site: Site, wanted: Wanted, key: bytes, said: Said) -> bytes:
        hit = _HITS.decode(record)
        if hit.site != wanted.site or hit.refused == Reason.ERASED:
            return record
        unseal = partial(self._state.user_data.read, site.id)
        gone = find_in_hit(hit, site, wanted, key=key, unseal=unseal, said=said) - set(hit.erased)
        return _encode(without(hit, gone)) if gone else record

    def _from_state(self, one: Erasure) -> Steps:
        state, meant, wanted = self._state, _who(one), _wanted(one)
        state.suppression.add(one.site, identifiers(meant), why="erased", now_ms=now_ms())
        records = self._records(wanted, ())
        keys: dict[str, Iterable[bytes]] = dict.fromkeys(wanted.records, ())
        keys |= {id: _keys(record) for id, record in records.items()}
        if "records" not in one.counts:  # before anything is gone, or a crash would lose it
            one = state.erasures.move(one, Stage.STATE, counts=self._counts(one, meant, records))
        state.conversions.erase(one.site, keys)
        yield True
        while any(delivery.state == Delivered.SENDING for delivery in self._deliveries(one.site, wanted)):
            yield False  # its answer would bring the row back
        state.deliveries.erase(one.site, sorted(wanted.records))
        state.claims.erase(_hit_and_n(sighting) for sighting in wanted.sightings)
        yield True
        site = state.sites.find(one.site)
        state.identity.erase(one.site, site.identity if site else Rules(), meant.nodes)
        state.choices.forget(one.site, meant.visitors)
        for kind, value in [*(("visitor", str(v)) for v in meant.visitors), *(("consent", c) for c in meant.consents)]:
            state.records.forget(one.site, kind, value)
        MailSeen(state.engine, state.mail).erase([bytes.fromhex(one) for one in meant.recipients])
        for ref in meant.refs:
            state.mail.erase(one.site, ref)
        files = _without_files(self._place.exports, wanted)
        return state.erasures.move(one, Stage.STORE, counts={"files": one.counts.get("files", 0) + files})

    def _counts(self, one: Erasure, meant: Meant, records: Mapping[str, Record]) -> dict[str, int]:
        told = Counter(
            delivery.destination
            for delivery in self._deliveries(one.site, _wanted(one))
            if delivery.state == Delivered.ACCEPTED and not delivery.part
        )
        counts = {"records": len(records), "messages": len(meant.recipients), "identifiers": len(meant.nodes)}
        return counts | {f"told_{destination}": number for destination, number in told.items()}

    def _from_store(self, one: Erasure) -> Steps:
        store, wanted = InStore(self._store, one.site), _wanted(one)
        self._state.deliveries.erase(one.site, sorted(wanted.records))  # one that was just being refused
        store.name(_named(wanted, _who(one)))
        rows = [_JSON.encode(ended(one.site, row.sighting, row.received_at, row.via)) for row in store.find()]
        for _ in store.delete(self._sessions, sorted(rows)):
            yield True
        store.forget()
        return self._state.erasures.move(one, Stage.FILES)

    def _from_files(self, one: Erasure) -> Steps:
        leave_no_trace(self._state.engine)
        for _ in InStore(self._store, one.site).purge():
            yield False
        return self._state.erasures.move(one, Stage.DONE, now_ms=now_ms())

    def _deliveries(self, site: str, wanted: Wanted) -> Iterable[Delivery]:
        return self._state.deliveries.of_conversions(site, sorted(wanted.records)).values()

    def _move(self, one: Erasure, stage: Stage, *, tails: Mapping[str, int]) -> Erasure:
        return self._state.erasures.move(one, stage, who=replace(_who(one), tails=tails))


def _without_files(directory: Path, wanted: Wanted) -> int:
    """Scheduled exports that name the person go whole: the next one of the schedule is without them."""
    ids = {*wanted.users, *wanted.orders, *wanted.records, *wanted.recipients, *map(str, wanted.nodes)}
    needles = [id.encode() for id in ids if len(id) >= _SHORTEST]
    gone = 0
    for file in sorted(directory.rglob("*")) if directory.exists() else ():
        if file.is_file() and any(needle in text for text in [file.read_bytes()] for needle in needles):
            file.unlink()
            gone += 1
    return gone


def _tail(reader: SqliteReader) -> dict[str, int]:
    try:
        return {partition: mark.seq for partition, mark in reader.tail().items()}
    finally:
        reader.close()


def _has_passed(position: Mapping[str, int], tails: Mapping[str, int]) -> bool:
    return all(position.get(partition, 0) >= seq for partition, seq in tails.items())


def _who(one: Erasure) -> Meant:
    if one.who is None:
        raise ValueError(f"erasure {one.id} does not say who")
    return one.who


def _wanted(one: Erasure) -> Wanted:
    meant = _who(one)
    return Wanted(
        site=one.site, visitors=set(meant.visitors), nodes=set(meant.nodes), users=set(meant.users),
        values=set(meant.values), orders=set(meant.orders), recipients=set(meant.recipients),
        records=set(meant.records), sightings=set(meant.sightings),
    )  # fmt: skip


def _grown(meant: Meant, wanted: Wanted) -> Meant:
    return replace(
        meant, users=tuple(sorted(wanted.users)), orders=tuple(sorted(wanted.orders)),
        records=tuple(sorted(wanted.records)), sightings=tuple(sorted(wanted.sightings)),
    )  # fmt: skip


def _size(wanted: Wanted) -> tuple[int, ...]:
    return len(wanted.sightings), len(wanted.records), len(wanted.orders), len(wanted.users)


def _named(wanted: Wanted, meant: Meant) -> dict[str, Iterable[str]]:
    """As the table `erasing` wants it."""
    return {
        "sighting": wanted.sightings, "record": wanted.records, "order": wanted.orders, "user": wanted.users,
        "recipient": wanted.recipients, "value": [f"{kind}:{text}" for kind, text in wanted.values],
        "visitor": map(str, wanted.visitors), "node": map(str, wanted.nodes),
        "browser": map(str, {*meant.visitors, *meant.shared}),
    }  # fmt: skip


def _is_theirs(record: Record, wanted: Wanted) -> bool:
    return any(wanted.holds(copy.event) for copy in (*record.copies, *record.adjustments))


def _keys(record: Record) -> list[bytes]:
    """All that lead to it."""
    copies = (*record.copies, *record.adjustments)
    own = together(keys_of(copy.event, days=KEY_DAYS) for copy in copies).own
    return [*own, *(sighting_key(copy.event) for copy in copies)]


def _hit_and_n(sighting: str) -> tuple[bytes, int]:
    hit, _, n = sighting.partition("/")
    return bytes.fromhex(hit.replace("-", "")), int(n)


def _is_letter_of(letter: DeadLetter, wanted: Wanted, said: Said) -> bool:
    if letter.site != wanted.site:
        return False
    if f"{letter.hit}/{letter.n}" in wanted.sightings:
        return True
    if is_named_in(letter.body, wanted):
        return True
    return any(text.encode() in letter.body for text in said.texts | wanted.users | wanted.orders)
