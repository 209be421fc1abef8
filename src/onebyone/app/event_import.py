"""A tracker's export as hits: a CSV of events in the columns of Snowplow's table `events`.

The tracker's sessions can come with it, by the tracker's own rules: what has no session id, arrived days after it was
made or happened days after its session began belongs to none.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from onebyone.app.log_import import Imported, hit_id
from onebyone.app.settings import ConfigError
from onebyone.event import Hit, Via
from onebyone.log import Writer
from onebyone.pipeline.decode.imported import EVENT
from onebyone.state.claims import Claims, Holder

SESSION, VIEW, LEFT_OUT = "tracker_session", "tracker_view", "tracker_left_out"  # properties of an imported event
LATE, NO_SESSION, OVER_LONG = "late", "no_session", "over_long"  # why a tracker leaves an event out
MAX_ROWS = 200_000
_NEEDED = frozenset({"event_id", "event_name", "collector_tstamp", "derived_tstamp", "domain_userid"})
_PAGE = "contexts_com_snowplowanalytics_snowplow_web_page_1_0_0"
_GROUP = 1_000
_KEPT_DAYS = 4_000
_encode = msgspec.msgpack.Encoder().encode


class Rules(Struct, frozen=True, kw_only=True):
    """What of a file is read, and how."""

    tracker_sessions: bool = False  # keep the tracker's sessions beside ours
    days_late: int = 3  # made so long before it was sent: left out by the tracker
    session_days: int = 3  # after its session's first event: left out by the tracker
    user_column: str = ""  # holds the user's id; "": nobody is known
    allowed: tuple[str, ...] = ()  # permissions that these people gave


class Row(Struct, frozen=True):
    """A line of the file, as far as it is used."""

    collected_at: datetime
    at: datetime
    session: str
    late: bool
    event: dict[str, Any]


def read_rows(path: Path, rules: Rules, progress: Callable[[int], None]) -> list[Row]:
    """All rows in the order in which the tracker collected them. Raises ConfigError."""
    rows: list[Row] = []
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            unpacked: Any = gzip.GzipFile(fileobj=raw) if packed else raw
            with io.TextIOWrapper(unpacked, "utf-8-sig", newline="") as text:
                for number, fields in enumerate(_fields(text), start=2):
                    if len(rows) == MAX_ROWS:
                        raise ConfigError(f"{path} has more than {MAX_ROWS:,} rows: import it in parts, oldest first.")
                    rows.append(_row(fields, rules, f"{path}, row {number}"))
                    progress(raw.tell())
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"cannot read {path}: {error}.") from error
    return sorted(rows, key=lambda row: (row.collected_at, row.at, row.event["id"]))


def import_rows(
    rows: Iterable[Row], rules: Rules, site: str, *, writer: Writer, claims: Claims, now_ms: Callable[[], int]
) -> Imported:
    """Append what no earlier import brought. Raises LogUnavailable or StateUnavailable."""
    rows = list(rows)
    began = _session_starts(rows)
    total = added = 0
    seen: dict[bytes, int] = {}
    group: list[tuple[bytes, bytes]] = []
    for row in rows:
        body = msgspec.json.encode(_with_session(row, began, rules) if rules.tracker_sessions else row.event)
        ordinal = seen[body] = seen.get(body, -1) + 1
        total += 1
        group.append((hit_id(site, body, ordinal), body))
        if len(group) == _GROUP:
            added += _append(group, site, writer, claims, now_ms())
            group = []
    added += _append(group, site, writer, claims, now_ms())
    return Imported(lines=total, added=added, known=total - added)


def _fields(text: io.TextIOWrapper) -> Iterator[Mapping[str, str]]:
    head = text.readline()
    delimiter = "\t" if "\t" in head else ","
    names = next(csv.reader([head], delimiter=delimiter), [])
    missing = sorted(_NEEDED - set(names))
    if missing:
        raise csv.Error(f"no column {', '.join(missing)}")
    yield from csv.DictReader(text, fieldnames=names, delimiter=delimiter)


def _row(fields: Mapping[str, str | None], rules: Rules, where: str) -> Row:
    def said(name: str) -> str:
        return fields.get(name) or ""

    collected_at, at = (_time(said(name), where) for name in ("collector_tstamp", "derived_tstamp"))
    late = False
    if said("dvce_created_tstamp") and said("dvce_sent_tstamp"):
        waited = _time(said("dvce_sent_tstamp"), where) - _time(said("dvce_created_tstamp"), where)
        late = waited > timedelta(days=rules.days_late)
    event: dict[str, Any] = {
        "name": said("event_name"),
        "id": said("event_id"),
        "at": at.isoformat(),
        "visitor": said("domain_userid"),
        "user_id": said(rules.user_column),
        "page": {"url": said("page_url"), "referrer": said("page_referrer"), "title": said("page_title")},
        "device": {"user_agent": said("useragent")},
        "ip": said("user_ipaddress"),
        "props": {VIEW: _view(said(_PAGE))},
    }
    if said("tr_orderid"):
        order = {"id": said("tr_orderid"), "value": said("tr_total"), "currency": said("tr_currency")}
        event |= {"name": "purchase", "order": {name: value for name, value in order.items() if value}}
    if rules.allowed:
        event["consent"] = dict.fromkeys(rules.allowed, "granted") | {"at": at.isoformat()}
    return Row(collected_at, at, said("domain_sessionid"), late, event)


def _time(text: str, where: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise ConfigError(f"{where}: {text[:40]!r} is no time like 2021-03-03 21:27:32.696.") from None


def _view(context: str) -> str:
    """The id of the page view that an event happened in, "" if there is none to read."""
    try:
        found = msgspec.json.decode(context or "[]", type=list[dict[str, Any]])
    except msgspec.DecodeError:
        return ""
    return str(found[0].get("id") or "") if found else ""


def _session_starts(rows: Iterable[Row]) -> dict[str, datetime]:
    began: dict[str, datetime] = {}
    for row in rows:  # in the order of collection
        if row.session and not row.late:
            began.setdefault(row.session, row.collected_at)
    return began


def _with_session(row: Row, began: Mapping[str, datetime], rules: Rules) -> dict[str, Any]:
    if not row.session:
        why = NO_SESSION
    elif row.late:
        why = LATE
    else:
        why = OVER_LONG if row.collected_at - began[row.session] > timedelta(days=rules.session_days) else ""
    return row.event | {"props": row.event["props"] | {SESSION: row.session, LEFT_OUT: why}}


def _append(group: list[tuple[bytes, bytes]], site: str, writer: Writer, claims: Claims, now_ms: int) -> int:
    claims.prefetch(id for id, _ in group)
    fresh = [(id, body) for id, body in group if claims.find(id) is None]
    if fresh:
        writer.append([_encode(_hit(id, body, site, now_ms)) for id, body in fresh], count=len(fresh))
        for id, _ in fresh:
            claims.claim(id, Holder(hit=id, n=0), days=_KEPT_DAYS)
    claims.commit(now_ms)
    return len(fresh)


def _hit(id: bytes, body: bytes, site: str, now_ms: int) -> Hit:
    return Hit(
        id=id, received_ms=now_ms, via=Via.IMPORT, site=site, method="", path=EVENT, query="", headers={}, body=body
    )
