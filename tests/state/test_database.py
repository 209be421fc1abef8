from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import func, select

from onebyone.state.database import _SCHEMA, open_database, sqlite_url


def test_processes_that_start_together_create_the_state_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as at_once:
        engines = list(at_once.map(open_database, [sqlite_url(tmp_path)] * 6))
    with engines[0].begin() as connection:
        assert connection.execute(select(func.count()).select_from(_SCHEMA)).scalar() == 1
    for engine in engines:
        engine.dispose()
