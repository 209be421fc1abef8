from __future__ import annotations

from pathlib import Path

import pytest
import tag_sizes

from onebyone.state.sites import Site
from onebyone.tags.script import STUB, snippet


@pytest.mark.parametrize("row", [row for row in tag_sizes.rows() if row.limit], ids=lambda row: row.what)
def test_no_part_of_the_script_outgrows_its_limit(row: tag_sizes.Row) -> None:
    assert row.bytes <= row.limit


def test_what_is_not_turned_on_costs_nothing() -> None:
    core, *others = [row for row in tag_sizes.rows() if not row.what.startswith(("the container", "the banner"))]
    assert core.bytes < 3_600 and all(row.bytes > core.bytes + 500 for row in others)


def test_the_lines_that_a_page_gets_are_short() -> None:
    site = Site(id="s7k2m9qd4w", name="", prefix="brvkt", origins=())
    assert len(snippet(site, "https://t.shop.example") + f"<script>{STUB}</script>") <= 450


def test_the_readme_says_what_the_script_weighs() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert tag_sizes.as_table() in readme, tag_sizes.as_table()
