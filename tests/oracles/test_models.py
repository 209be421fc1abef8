"""Others' attribution models as judges of our credits: the vectors, and path sets drawn from a seed."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path as File
from random import Random
from typing import Any

import pytest
from msgspec import to_builtins

from onebyone.reports.attribution.paths import Path
from oracles.judges import GOLDEN
from reports.attribution.vectors import CLOSE, PATH_SETS, credited, paths_of

ROOT = File(__file__).parents[2]
PYTHON = ROOT / ".venv-models/bin/python"
JUDGES = ("channelattribution", "marketing-attribution-models", "mta")
DIVERGENCES: list[dict[str, Any]] = json.loads((GOLDEN / "oracles/models.json").read_text(encoding="utf-8"))
DIVERGENT = {(one["judge"], one["theirs"]) for one in DIVERGENCES}
LARGE, WITHIN = 0.05, 0.01  # what the specification asks of a simulation
CHANNELS = ["Direct", "Display", "Email", "Organic Search", "Paid Search", "Paid Social"]

pytestmark = pytest.mark.slow  # where it is installed: half a minute, a million drawn paths for every set

if not PYTHON.exists():
    pytest.skip("others' attribution models are not installed: make oracles", allow_module_level=True)


def drawn(seed: int) -> list[Path]:
    random = Random(seed)
    channels = random.sample(CHANNELS, random.randint(2, len(CHANNELS)))

    def path() -> Path:
        length = random.randint(1, 6)
        ages = sorted((random.uniform(0, 800) for _ in range(length)), reverse=True)
        touched = tuple(random.choices(channels, k=length))
        return Path(touched, random.randint(0, 40), random.randint(0, 90), tuple(ages))

    return [Path((channels[0],), 1, 1, (0.0,))] + [path() for _ in range(random.randint(1, 12))]


SETS = {one["id"]: paths_of(one) for one in PATH_SETS} | {f"drawn_{seed}": drawn(seed) for seed in range(20)}


@cache
def told() -> dict[str, Any]:
    """All that the judges say, from one start of their environment."""
    asked = json.dumps({name: to_builtins(paths) for name, paths in SETS.items()})
    answer = subprocess.run(
        [PYTHON, "-W", "ignore", File(__file__).with_name("models.py")],
        input=asked, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr[-2000:]
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def said_by(judge: str, id: str) -> dict[str, dict[str, float]]:
    said = told()[judge]
    if "missing" in said:
        pytest.skip(f"{said['missing']}: make oracles")
    found: dict[str, dict[str, float]] = said[id]
    return found


def close(ours: dict[str, float], theirs: dict[str, float]) -> bool:
    """A channel that they leave out has none."""
    return theirs.keys() <= ours.keys() and all(
        abs(credit - theirs.get(channel, 0.0)) <= CLOSE for channel, credit in ours.items()
    )


def scaled(credits: dict[str, float], total: float) -> dict[str, float]:
    whole = sum(credits.values())
    return {channel: total * credit / whole if whole else 0.0 for channel, credit in credits.items()}


@pytest.mark.parametrize("id", SETS)
@pytest.mark.parametrize("judge", JUDGES)
def test_credits_are_theirs_wherever_the_models_are_the_same(judge: str, id: str) -> None:
    same = {name: credits for name, credits in said_by(judge, id).items() if (judge, name) not in DIVERGENT}
    assert same
    for name, credits in same.items():
        if name.startswith("removal_effect"):
            ours = credited("markov_order1_global", SETS[id]).removal_effect or {}
        else:
            ours = credited({"linear_of_channels": "shapley_set"}.get(name, name), SETS[id]).credits
        assert close(ours, credits), name


@pytest.mark.parametrize("id", [one["id"] for one in PATH_SETS])
@pytest.mark.parametrize("one", DIVERGENCES, ids=lambda one: f"{one['judge']}-{one['theirs']}")
def test_a_model_that_is_not_ours_differs_where_it_is_said_to(one: dict[str, Any], id: str) -> None:
    theirs = said_by(one["judge"], id).get(one["theirs"])
    if theirs is None or ("time_decay" in one["ours"] and SETS[id][0].hours_before is None):
        assert id not in one["differs"]
        return
    ours = credited(one["ours"], SETS[id])
    assert close(ours.credits, scaled(theirs, ours.conversions)) == (id not in one["differs"]), one["why"]


@pytest.mark.parametrize("id", [one["id"] for one in PATH_SETS])
def test_a_simulation_comes_near_for_channels_with_much_of_the_credit(id: str) -> None:
    ours = credited("markov_order1_global", SETS[id])
    theirs = said_by("channelattribution", id).get("markov_simulated", {})
    for channel, credit in ours.credits.items():
        if credit > LARGE * ours.conversions:
            assert theirs[channel] == pytest.approx(credit, rel=WITHIN)
