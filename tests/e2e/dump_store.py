"""Everything that a store holds, as text: each row of each table; and the parts that were replaced, with their time."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from onebyone.store.engine import Embedded


def main(directory: Path) -> None:
    store = Embedded(directory)
    tables = [row[0] for row in store.query("SELECT name FROM system.tables WHERE database = currentDatabase()").rows]
    held: dict[str, list[str]] = {}
    for table in sorted(tables):
        rows = store.query(f"SELECT toString(tuple(*)) FROM {table}").rows
        held[table] = [row[0] for row in rows]
    replaced = store.query(
        "SELECT concat(table, ' ', name), toUnixTimestamp(modification_time) FROM system.parts WHERE NOT active"
    ).rows
    store.close()
    found = {"tables": held, "replaced": replaced}
    sys.stdout.write(msgspec.json.encode(found).decode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
