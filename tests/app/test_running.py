from __future__ import annotations

import os
from pathlib import Path

import pytest

from onebyone.app.running import Held, Running, check_unserved, is_served, read_running, write_running
from onebyone.app.settings import ConfigError, Place, open_place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return open_place(tmp_path / "data")


def test_a_place_is_served_by_one_and_free_again_after_it(place: Place) -> None:
    assert not is_served(place)
    held, other = Held(place), Held(place)
    assert held.take() and is_served(place)
    assert not other.take()
    held.give_back()
    assert not is_served(place) and other.take()
    other.give_back()


def test_who_serves_is_named(place: Place) -> None:
    held = Held(place)
    held.take()
    write_running(place, Running(collector="c", console="d", supervisor=812))
    with pytest.raises(ConfigError, match=r"already serves .*process 812"):
        check_unserved(place)
    held.give_back()


def test_a_file_left_by_a_crash_serves_nobody_even_if_its_number_lives_again(place: Place) -> None:
    write_running(place, Running(collector="c", console="d", supervisor=os.getppid()))
    check_unserved(place)


def test_what_runs_is_written_whole_or_not_at_all(place: Place) -> None:
    running = Running(collector="c", console="d", supervisor=1, processes={"engine": 2})
    assert write_running(place, running) and read_running(place) == running
    (place.data / "run" / "running.new").mkdir()  # nothing can be written there
    assert not write_running(place, Running(collector="", console=""))
    assert read_running(place) == running


def test_nothing_is_known_where_nothing_ran(place: Place) -> None:
    assert read_running(place) is None
