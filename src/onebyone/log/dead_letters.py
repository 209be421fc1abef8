"""Sightings somebody should look at: bad input cut to a limit, and failures with their traceback."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from onebyone.log import DeadLetter, LogUnavailable

MAX_BODY_BYTES = 4096
MAX_DETAIL_CHARS = 4000
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS letters(at_ms INTEGER, site TEXT, hit TEXT, n INTEGER, reason TEXT, step TEXT,"
    " detail TEXT, body BLOB, PRIMARY KEY(hit, n))",
    "CREATE TABLE IF NOT EXISTS sendings(hit TEXT, n INTEGER, fresh BLOB, at_ms INTEGER, PRIMARY KEY(hit, n))",
)
_COLUMNS = "at_ms, site, hit, n, reason, step, detail, body"


class SqliteDeadLetters:
    """The log.DeadLetters of one file. Several processes may write it. Raises LogUnavailable."""

    def __init__(self, path: Path, *, max_letters: int = 10_000) -> None:
        self._path = path
        self._max_letters = max_letters

    def add(self, letters: Sequence[DeadLetter]) -> None:
        rows = [
            (x.at_ms, x.site, x.hit, x.n, x.reason, x.step, x.detail[-MAX_DETAIL_CHARS:], x.body[:MAX_BODY_BYTES])
            for x in letters
        ]
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO letters VALUES(?,?,?,?,?,?,?,?)", rows)
            newest = "SELECT max(rowid) FROM letters"  # a replaced letter gets a new rowid too
            connection.execute(f"DELETE FROM letters WHERE rowid <= ({newest}) - ?", (self._max_letters,))

    def find(self, *, site: str | None = None, limit: int = 100, reason: str | None = None) -> list[DeadLetter]:
        """The newest first; of one site, or of all; for one reason, or for any."""
        where = "(?1 IS NULL OR site = ?1) AND (?3 IS NULL OR reason = ?3)"
        return self._select(f"{where} ORDER BY rowid DESC LIMIT ?2", (site, limit, reason))

    def get(self, site: str, hit: str, n: int) -> DeadLetter | None:
        return next(iter(self._select("site = ? AND hit = ? AND n = ?", (site, hit, n))), None)

    def reasons(self, site: str) -> dict[str, int]:
        """How many there are of a site for each reason, the most first."""
        sql = "SELECT reason, count(*) FROM letters WHERE site = ? GROUP BY reason ORDER BY count(*) DESC, reason"
        with self._transaction() as connection:
            return dict(connection.execute(sql, (site,)).fetchall())

    def sending(self, letter: DeadLetter) -> bytes | None:
        """The id of the hit as which somebody began to send it again."""
        sql = "SELECT fresh FROM sendings WHERE hit = ? AND n = ?"
        with self._transaction() as connection:
            found = connection.execute(sql, (letter.hit, letter.n)).fetchone()
        return None if found is None else bytes(found[0])

    def begin(self, letter: DeadLetter, fresh: bytes, *, now_ms: int, over_ms: int) -> bool:
        """Write down that it is about to be sent as the hit `fresh`.

        False where it is gone, or somebody else began less than `over_ms` ago.
        """
        sql = (
            "INSERT INTO sendings SELECT hit, n, ?, ? FROM letters WHERE hit = ? AND n = ?"
            " ON CONFLICT(hit, n) DO UPDATE SET fresh = excluded.fresh, at_ms = excluded.at_ms WHERE at_ms <= ?"
        )
        with self._transaction() as connection:
            given = (fresh, now_ms, letter.hit, letter.n, now_ms - over_ms)
            return connection.execute(sql, given).rowcount == 1

    def give_up(self, letters: Sequence[DeadLetter]) -> None:
        """Nothing was sent."""
        with self._transaction() as connection:
            connection.executemany(
                "DELETE FROM sendings WHERE hit = ? AND n = ?", [(one.hit, one.n) for one in letters]
            )

    def take(self, letters: Sequence[DeadLetter]) -> list[DeadLetter]:
        """Out of the file; those of them that this call took, and no other call did."""
        sql = "DELETE FROM letters WHERE hit = ? AND n = ?"
        with self._transaction() as connection:
            taken = [one for one in letters if connection.execute(sql, (one.hit, one.n)).rowcount]
            connection.execute("DELETE FROM sendings WHERE (hit, n) NOT IN (SELECT hit, n FROM letters)")
        return taken

    def _select(self, where: str, given: tuple[object, ...]) -> list[DeadLetter]:
        with self._transaction() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM letters WHERE {where}", given).fetchall()
        names = _COLUMNS.split(", ")
        return [DeadLetter(**dict(zip(names, row, strict=True))) for row in rows]

    def erase(self, is_theirs: Callable[[DeadLetter], bool]) -> int:
        """Forget the letters of a person, and leave no byte of them in the file; returns how many."""
        with self._transaction() as connection:
            count = int(connection.execute("SELECT count(*) FROM letters").fetchone()[0])
        gone = [(one.hit, one.n) for one in self.find(limit=count) if is_theirs(one)]
        with self._transaction() as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.executemany("DELETE FROM letters WHERE hit = ? AND n = ?", gone)
        with self._transaction() as connection:
            connection.commit()
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(gone)

    def count(self) -> int:
        with self._transaction() as connection:
            return int(connection.execute("SELECT count(*) FROM letters").fetchone()[0])

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with contextlib.closing(sqlite3.connect(self._path, timeout=5)) as connection, connection:
                connection.execute("PRAGMA journal_mode=WAL")
                for table in _SCHEMA:
                    connection.execute(table)
                yield connection
        except sqlite3.Error as error:
            raise LogUnavailable(f"dead letters: {error}") from error
