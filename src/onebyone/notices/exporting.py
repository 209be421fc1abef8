"""Scheduled exports: when one is due, its file, and its way into a directory or by e-mail."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from onebyone.event import utc
from onebyone.notices.sender import Attached
from onebyone.notices.telling import Way
from onebyone.reports import Runs
from onebyone.reports.few import LEAST
from onebyone.reports.sight import NoExactFile, Sight, TooFew
from onebyone.state.alarms import Alarms, Told, What
from onebyone.state.exports import Export, Exports
from onebyone.state.saved import Shelf
from onebyone.state.sites import Site, Sites
from onebyone.store import QueryRefused
from onebyone.web.address import NotUnderstood
from onebyone.web.board_file import OF_BOARD, Clocked, board_file, view_of_board
from onebyone.web.csv_file import csv_text, safe_name
from onebyone.web.definitions import MOST_ROWS
from onebyone.web.file_questions import question_of, view_of
from onebyone.web.period import Period, preset
from onebyone.web.render import Pages
from onebyone.web.saved import segments_among
from onebyone.web.view import params

_KINDS = {"csv": ("text", "csv"), "parquet": ("application", "vnd.apache.parquet"), "html": ("text", "html")}
_UNSEEN = "Whoever saved it may not see personal data."
MOST_TRIES = 4
AGAIN_MS = 15 * 60_000
MOST_FILES = 60  # of one export; older ones make room
MOST_BYTES = 10_000_000  # that a mail carries


def last_due_ms(export: Export, zone: str, now_ms: int) -> int:
    """The latest moment, not after now, at which it was to be sent."""
    now = utc(now_ms).astimezone(ZoneInfo(zone))
    at = now.replace(hour=export.hour, minute=0, second=0, microsecond=0)
    if export.every == "week":
        at -= timedelta(days=at.weekday())
    elif export.every == "month":
        at = at.replace(day=1)
    return int((at if at <= now else _earlier(at, export)).timestamp() * 1000)


def _earlier(at: datetime, export: Export) -> datetime:
    if export.every == "month":
        return (at - timedelta(days=1)).replace(day=1)
    return at - timedelta(days=7 if export.every == "week" else 1)


def is_due(export: Export, zone: str, now_ms: int) -> bool:
    """What fell due while the engine was down is sent once, not once for each time."""
    since = max(export.done_ms, export.created_ms)
    return export.enabled and now_ms >= export.next_try_ms and last_due_ms(export, zone, now_ms) > since


class _Made(Struct, frozen=True):
    """`said` is how much is in the file, `more` what the mail says beside."""

    body: bytes
    said: str
    more: str = "Amounts are in minor units of their currency, times are UTC."


class Exporting(Struct, frozen=True, kw_only=True):
    sites: Sites
    exports: Exports
    alarms: Alarms  # which keep the history
    reports: Runs
    shelf: Shelf  # of segments
    way: Way
    directory: Path
    pages: Pages  # of dashboards
    link: str = ""  # how the console is reached

    def step(self, now_ms: int) -> int:
        """Everything that is due; how many. Raises what reports and state raise: then it is due still."""
        done = 0
        for site in self.sites.all():
            for export in self.exports.all(site.id):
                if is_due(export, site.zone, now_ms):
                    self._carry_out(export, site, now_ms)
                    done += 1
        return done

    def _carry_out(self, export: Export, site: Site, now_ms: int) -> None:
        why = self.send(export, site, now_ms)
        over = not why or export.tries + 1 >= MOST_TRIES
        changed = (
            replace(export, done_ms=last_due_ms(export, site.zone, now_ms), tries=0, next_try_ms=0)
            if over
            else replace(export, tries=export.tries + 1, next_try_ms=now_ms + AGAIN_MS)
        )
        if self.exports.find(site.id, export.id) is not None:  # nobody took it away meanwhile
            self.exports.put(changed)

    def send(self, export: Export, site: Site, now_ms: int) -> str:
        """Now, whatever the clock says. "" or why it did not work; a line of the history either way."""
        period = preset(export.period, today=utc(now_ms).astimezone(ZoneInfo(site.zone)).date(), since=_made(site))
        try:
            is_board = export.report.startswith(OF_BOARD)
            made = (self._board if is_board else self._body)(export, site, period, now_ms)
        except NotUnderstood as error:
            return self._note(export, now_ms, f"Its filters mean nothing any more: {error.before}".strip())
        except TooFew:
            return self._note(export, now_ms, f"It would list fewer than {LEAST} people. {_UNSEEN}")
        except NoExactFile:
            return self._note(export, now_ms, f"A Parquet file would hold what is hidden: choose CSV. {_UNSEEN}")
        except QueryRefused:
            return self._note(export, now_ms, "The question is too large for the store: choose fewer days.")
        name = f"{safe_name(f'{site.name}-{export.name}')}-{period.first}-{period.last}"
        name = f"{name}.{export.form}"
        why = ""
        if export.to_file:
            why = _write(self.directory / site.id / export.id, name, made.body)
        if export.to:
            why = " ".join(filter(None, (why, self._mail(export, site, period, name, made))))
        return self._note(export, now_ms, why, f"{name}, {made.said}")

    def _board(self, export: Export, site: Site, period: Period, now_ms: int) -> _Made:
        """Its page, and its figures. Raises NotUnderstood: it may be gone, or nobody else's to see."""
        slug = export.report.removeprefix(OF_BOARD)
        there = self.shelf.all(site.id)
        found = next((one for one in there if (one.kind, one.slug) == ("board", slug) and not one.removed_ms), None)
        if found is None:
            raise NotUnderstood(f"There is no dashboard `{slug}` any more.")
        now = utc(now_ms)
        days = {"from": period.first.isoformat(), "to": period.last.isoformat(), "traffic": export.traffic}
        local = now.astimezone(ZoneInfo(site.zone))
        view = view_of_board(found, export.query, days, now=local, segments=segments_among(there))
        asks = Clocked(self._seen_by(export), now)
        made = board_file(self.pages, asks, site, found, view, base=self.link)
        count = len(found.cells)
        return _Made(made.body, "1 cell" if count == 1 else f"{count:,} cells", "\n".join(["", *made.figures]))

    def _body(self, export: Export, site: Site, period: Period, now_ms: int) -> _Made:
        """The file, and how much is in it. Raises NotUnderstood: a segment may be gone."""
        question, segments = question_of(export.report), segments_among(self.shelf.all(site.id))
        days = {"from": period.first.isoformat(), "to": period.last.isoformat(), "traffic": export.traffic}
        view = view_of(export.report, export.query, days, today=period.last, since=period.first, segments=segments)
        report, more = question.asks(view, site)
        given = {"limit": MOST_ROWS, **params(view, site), **more}
        reports = self._seen_by(export)
        if export.form == "parquet":
            body = reports.parquet(report, **given)
            return _Made(body, f"{len(body):,} bytes")
        rows = question.shape(view, reports.run(report, **given).dicts())
        return _Made(csv_text(rows).encode(), f"{len(rows):,} rows")

    def _seen_by(self, export: Export) -> Sight:
        return Sight(self.reports, lambda _: not export.masked)

    def _mail(self, export: Export, site: Site, period: Period, name: str, made: _Made) -> str:
        if len(made.body) > MOST_BYTES:
            return (
                f"The file has {len(made.body):,} bytes, more than a mail carries: choose fewer days, or a directory."
            )
        narrowed = f"\nNarrowed by {export.query}" if export.query else ""
        text = (
            f"{export.name}: {export.report} of {site.name}, {period.first} to {period.last} in {site.zone}, "
            f"{made.said}.{narrowed}\n{made.more}\n"
        )
        attached = Attached(name, made.body, _KINDS[export.form])
        return self.way.mail(export.to, f"{export.name} ({site.name})", text, [attached])

    def _note(self, export: Export, now_ms: int, why: str, sent: str = "") -> str:
        what, text = (What.NOT_SENT, why) if why else (What.SENT, sent)
        self.alarms.note(Told(site=export.site, about=export.id, name=export.name, at_ms=now_ms, what=what, text=text))
        return why


def _made(site: Site) -> date:
    return utc(site.created_ms).astimezone(ZoneInfo(site.zone)).date()


def _write(directory: Path, name: str, body: bytes) -> str:
    """Whole or not at all: whoever fetches the files sees no half of one."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        fresh = directory / f".{name}.new"
        with fresh.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(directory / name)
        files = [one for form in _KINDS for one in directory.glob(f"*.{form}")]
        files.sort(key=lambda one: one.stat().st_mtime_ns)
        for old in files[:-MOST_FILES]:
            old.unlink()
    except OSError as error:
        return f"The file was not written: {error.strerror}."
    return ""
