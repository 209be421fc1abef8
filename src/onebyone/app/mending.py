"""Dead letters opened, corrected, sent again and discarded (web.waiting.Mending)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from onebyone.app.collecting import open_partition
from onebyone.app.settings import ConfigError, Place, Settings
from onebyone.app.waiting import LogWaiting
from onebyone.consent.addresses import network_of
from onebyone.event import Drop, Hit, HitIds, Reason, Via, hit_uuid
from onebyone.log import DeadLetter, LogUnavailable
from onebyone.log.dead_letters import SqliteDeadLetters
from onebyone.pipeline.decode import decode
from onebyone.state.sites import Site
from onebyone.web.waiting import Opened, Unmendable
from onebyone.wire import read_batch, read_server_batch

_PARTITION = "again"
_SENDING_MS = 60_000  # for so long nobody else may send what somebody began to
_SIGNED = frozenset({Via.OPEN, Via.LINK, Via.UNSUBSCRIBE})  # a token says everything, and nobody may write one
_REASONS = frozenset(Reason)
_batches = msgspec.json.Decoder(dict[str, Raw])
_lists = msgspec.json.Decoder(list[Raw])
_json = msgspec.json.Encoder().encode
_hits = msgspec.msgpack.Encoder().encode


class Mending:
    """Of one place. Calls may come from any thread; each raises LogUnavailable."""

    def __init__(self, place: Place, settings: Settings, waiting: LogWaiting, now_ms: Callable[[], int]) -> None:
        self._place = place
        self._settings = settings
        self._waiting = waiting
        self._now_ms = now_ms
        self._letters = SqliteDeadLetters(place.letters)
        self._ids = HitIds()

    def reasons(self, site: str) -> dict[str, int]:
        return self._letters.reasons(site)

    def open(self, site: str, hit: str, n: int) -> Opened | None:
        letter = self._letters.get(site, hit, n)
        return None if letter is None else _opened(letter, self._waiting.find_hit(hit))

    def can_send(self, site: str, reason: str) -> int:
        return sum(not _opened(one, self._waiting.find_hit(one.hit)).why_not for one in self._of(site, reason))

    def send(self, site: Site, hit: str, n: int, text: str | None) -> str:
        letter, found = self._letters.get(site.id, hit, n), self._waiting.find_hit(hit)
        if letter is None or found is None:
            raise Unmendable("It is no longer there: somebody has dealt with it, or the log no longer holds its hit.")
        if why_not := _opened(letter, found).why_not:
            raise Unmendable(why_not)
        mended = _mended(found, n, text, self._ids.new(self._now_ms()))
        if letter.reason in _REASONS or text is not None:
            _check(mended, site)
        if not self._append([(letter, mended)]):
            raise Unmendable("Somebody else has just sent it, or is about to. Look again in a minute.")
        return hit_uuid(mended.id)

    def send_all(self, site: Site, reason: str) -> int:
        sent = []
        for letter in reversed(self._of(site.id, reason)):
            found = self._waiting.find_hit(letter.hit)
            if found is not None and not _opened(letter, found).why_not:
                sent.append((letter, _mended(found, letter.n, None, self._ids.new(self._now_ms()))))
        return self._append(sent)

    def discard(self, site: str, hit: str, n: int) -> int:
        letter = self._letters.get(site, hit, n)
        return 0 if letter is None else len(self._letters.take([letter]))

    def discard_all(self, site: str, reason: str) -> int:
        return len(self._letters.take(self._of(site, reason)))

    def _of(self, site: str, reason: str) -> list[DeadLetter]:
        return self._letters.find(site=site, reason=reason, limit=self._letters.count())

    def _append(self, sent: Sequence[tuple[DeadLetter, Hit]]) -> int:
        """Written down, appended, taken away: after a crash between any two of these, the next who tries finds what
        was sent in the log, and none is sent twice or lost.
        """
        now_ms, gone, begun = self._now_ms(), [], []
        for letter, hit in sent:
            earlier = self._letters.sending(letter)
            if earlier is not None and self._waiting.find_hit(hit_uuid(earlier)) is not None:
                gone.append(letter)
            elif self._letters.begin(letter, hit.id, now_ms=now_ms, over_ms=_SENDING_MS):
                begun.append((letter, hit))
        if begun:
            try:
                with contextlib.closing(open_partition(self._place, self._settings, _PARTITION)) as writer:
                    writer.append([_hits(hit) for _, hit in begun], count=sum(hit.count for _, hit in begun))
            except (ConfigError, LogUnavailable) as error:
                self._letters.give_up([letter for letter, _ in begun])
                raise LogUnavailable(str(error)) from error
        self._letters.take([*gone, *(letter for letter, _ in begun)])
        return len(begun)


def _opened(letter: DeadLetter, hit: Hit | None) -> Opened:
    if hit is None:
        return Opened(letter, "", "The log no longer holds its hit, so that it cannot be sent again as it came.")
    if hit.via in _SIGNED:
        fails = letter.reason not in _REASONS
        return Opened(
            letter, "", "" if fails else "What a signed link says is true or it is not: nobody can correct it."
        )
    if letter.n in hit.erased:
        return Opened(letter, "", "Its person asked to be forgotten.")
    return Opened(letter, _text(hit, letter.n), "")


def _text(hit: Hit, n: int) -> str:
    """What may be corrected: the one event of a batch, where there is a batch to be read; else all that came."""
    if hit.via == Via.IMAGE:
        return hit.query
    events = _split(hit)
    if events is None:
        return hit.body.decode("utf-8", "replace")
    try:
        return msgspec.json.format(bytes(events[1][n]), indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return bytes(events[1][n]).decode("utf-8", "replace")


def _split(hit: Hit) -> tuple[dict[str, Raw], list[Raw]] | None:
    """A batch of the tag or of a server as its fields and its events; None where that is not what it is."""
    if hit.via not in (Via.TAG, Via.SERVER) or hit.refused:
        return None
    try:
        fields = _batches.decode(hit.body)
        events = _lists.decode(fields["events"])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError):
        return None
    return (fields, events) if len(events) == hit.count else None


def _mended(hit: Hit, n: int, text: str | None, id: bytes) -> Hit:
    """The sighting alone, as a hit of its own that came at the same moment from the same place. Raises Unmendable."""
    again = replace(hit, id=id, count=1, erased=(), sealed={"0": hit.sealed[str(n)]} if str(n) in hit.sealed else {})
    if text is not None and 'user_data"' in text:
        raise Unmendable("Leave user_data out: what came with it goes along as it was sealed, and is not typed here.")
    if hit.via == Via.IMAGE:
        return replace(again, query=hit.query if text is None else text.strip().replace("\n", ""), refused="")
    if hit.via in _SIGNED:
        return again
    batch = _split(hit)
    if batch is None:
        body = hit.body if text is None else text.encode("utf-8", "replace")
        return replace(again, body=body, count=_count(hit.via, body), refused="")
    fields, events = batch
    event = bytes(events[n]) if text is None else _event(text)
    return replace(again, body=_json(fields | {"events": Raw(b"[" + event + b"]")}))


def _event(text: str) -> bytes:
    """With an address cut to its network, as the collector cuts it. Raises Unmendable."""
    try:
        fields = _batches.decode(text.encode("utf-8", "replace"))
        ip = msgspec.json.decode(fields.get("ip", Raw(b'""')), type=str)
    except msgspec.DecodeError as error:
        raise Unmendable(f"This is no JSON object of an event: {error}.") from error
    return _json(fields | {"ip": Raw(_json(network_of(ip)))} if ip else fields)


def _count(via: str, body: bytes) -> int:
    batch = read_batch(body) if via == Via.TAG else read_server_batch(body) if via == Via.SERVER else None
    return 1 if batch is None or isinstance(batch, Drop) else max(1, len(batch.events))


def _check(hit: Hit, site: Site) -> None:
    """Raises Unmendable for what would only become the next dead letter."""
    for row in decode(hit, site):
        if isinstance(row.outcome, Drop):
            raise Unmendable(row.outcome.detail or f"It would be dropped again: {row.outcome.reason}.")
