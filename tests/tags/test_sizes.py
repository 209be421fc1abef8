from __future__ import annotations

import pytest
import tag_sizes


@pytest.mark.parametrize("row", [row for row in tag_sizes.rows() if row.limit], ids=lambda row: row.what)
def test_no_part_of_the_script_outgrows_its_limit(row: tag_sizes.Row) -> None:
    assert row.bytes <= row.limit


def test_what_is_not_turned_on_costs_nothing() -> None:
    core, *others = [row for row in tag_sizes.rows() if not row.what.startswith(("the container", "the banner"))]
    assert core.bytes < 3_600 and all(row.bytes > core.bytes + 500 for row in others)
