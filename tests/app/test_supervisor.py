from __future__ import annotations

from pathlib import Path

import pytest

from e2e.running import kill, wait_until
from onebyone.app.settings import ConfigError, Place, open_place
from onebyone.app.supervisor import Supervisor, Wanted

pytestmark = pytest.mark.slow  # each child is a Python of its own


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return open_place(tmp_path / "data")


def pipeline_of(place: Place) -> Wanted:
    return Wanted(name="pipeline", arguments=("pipeline", "--data", str(place.data)))


def test_a_process_that_dies_is_started_again(place: Place) -> None:
    supervisor = Supervisor([pipeline_of(place)])
    supervisor.start()
    first = supervisor.pids()["pipeline"]
    kill(first)

    def lives_again() -> bool:
        supervisor.look()
        return supervisor.pids().get("pipeline", first) != first

    wait_until(lives_again, timeout_s=20)
    second = supervisor.pids()["pipeline"]
    supervisor.stop()
    assert not Path(f"/proc/{second}").exists()


def test_one_that_says_it_cannot_work_like_this_is_not(place: Place, capfd: pytest.CaptureFixture[str]) -> None:
    place.settings_file.write_text("nonsense")
    supervisor = Supervisor([pipeline_of(place)])
    supervisor.start()
    with pytest.raises(ConfigError, match="pipeline cannot start"):
        supervisor.wait_for(lambda: False, timeout_s=20, what="it")
    supervisor.stop()
    assert capfd.readouterr().err.count("onebyone.toml") == 1


def test_one_that_does_not_answer_in_time_is_said() -> None:
    with pytest.raises(ConfigError, match=r"the shop did not answer within 0 s"):
        Supervisor([]).wait_for(lambda: False, timeout_s=0, what="the shop")
