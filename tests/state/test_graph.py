"""Every look into the graph goes by an index of what it asks for, or it would read a whole site."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Engine, select

from onebyone.state import graph

_PLAIN = {"literal_binds": True}
LOOKS = (
    graph.FACTS.c.left, graph.FACTS.c.right, graph.NODES.c.node, graph.NODES.c.root, graph.GROUPS.c.root,
    graph.REFUSED.c.a, graph.REFUSED.c.b, graph.CUTS.c.left, graph.ROWS.c.visitor,
)  # fmt: skip


def plan(engine: Engine, sql: str, *params: object) -> str:
    with engine.connect() as connection:
        return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", params).one()[3])


@pytest.mark.parametrize("column", LOOKS, ids=str)
def test_a_look_uses_the_column_it_asks_by(engine: Engine, column: Column[int]) -> None:
    params = {"of": "s1", "among": [1, 2]}
    compiled = select(column).where(*graph.where_among(column)).params(params).compile(engine, compile_kwargs=_PLAIN)
    found = plan(engine, str(compiled))
    assert f"{column.name}=?" in found, found


def test_what_is_pending_is_found_by_its_own_index(engine: Engine) -> None:
    sql = str(select(graph.ROWS.c.body).where(graph.ROWS.c.pending).compile(engine))
    assert "identity_rows_pending" in plan(engine, sql)
