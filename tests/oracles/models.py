"""What others' models make of paths, run in the environment of `make oracles`: paths by name in, credits out, as JSON.

A process of its own: these packages need pandas, which the store runs without; they print; and one of them is GPL.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

SIMULATED = 10**6  # paths that channelattribution draws

Paths = Sequence[Mapping[str, Any]]
Credits = dict[str, float]


def of_channelattribution(paths: Paths) -> dict[str, Credits]:
    import ChannelAttribution as theirs  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    frame = pd.DataFrame([(">".join(one["path"]), one["conversions"], one["nulls"]) for one in paths])
    frame.columns = ["path", "won", "lost"]
    rules = theirs.heuristic_models(frame, "path", "won", flg_pro=False).set_index("channel_name")
    found = {
        "first_touch": rules["first_touch"].to_dict(),
        "last_touch": rules["last_touch"].to_dict(),
        "linear": rules["linear_touch"].to_dict(),
    }
    if _won(paths):
        said = {"var_null": "lost", "nsim_start": SIMULATED, "seed": 1, "verbose": False, "flg_pro": False}
        chain = theirs.markov_model(frame, "path", "won", **said)
        found["markov_simulated"] = chain.set_index("channel_name")["total_conversions"].to_dict()
    return found


def of_mta(paths: Paths) -> dict[str, Credits]:
    import mta  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    rows = [(" > ".join(one["path"]), one["conversions"], one["nulls"]) for one in paths]
    frame = pd.DataFrame(rows, columns=["path", "total_conversions", "total_null"])
    model = mta.MTA(frame, allow_loops=True, add_timepoints=False, normalize_by_default=False)
    found = {}
    for name, key, method, said in (
        ("first_touch", "first_touch", "first_touch", {}),
        ("last_touch", "last_touch", "last_touch", {}),
        ("linear", "linear", "linear", {"share": "proportional"}),
        ("linear_of_channels", "linear", "linear", {"share": "same"}),
        ("shapley_set", "shapley", "shapley", {}),
        ("position_40_20_40", "pos_based", "position_based", {"first_weight": 40, "last_weight": 40}),
        ("position_30_40_30", "pos_based", "position_based", {"first_weight": 30, "last_weight": 30}),
        ("time_decay", "time_decay", "time_decay", {}),
        ("markov", "markov", "markov", {}),
    ):
        getattr(model, method)(**said)
        found[name] = {channel: float(credit) for channel, credit in model.attribution[key].items()}
    return found


def of_marketing_attribution_models(paths: Paths) -> dict[str, Credits]:
    import mam  # noqa: PLC0415
    import polars as pl  # noqa: PLC0415

    rows = [
        (" > ".join(one["path"]), times, won)
        for one in paths
        for times, won in ((one["conversions"], True), (one["nulls"], False))
        if times
    ]
    frame = pl.DataFrame(rows, schema=["path", "occurrences", "won"], orient="row")
    model = mam.MAM(frame, "grouped_journey", "path", "won")
    chain, kept = model.run_markov(), model.run_markov(transition_to_same_state=True)
    return {
        "first_touch": _summed(model.run_first_click()),
        "last_touch": _summed(model.run_last_click()),
        "linear": _summed(model.run_linear()),
        "position_40_20_40": _summed(model.run_position_based()),
        "removal_effect": chain.metadata["removal_effect"]["removal_effect"].to_dict(),
        "removal_effect_with_loops": kept.metadata["removal_effect"]["removal_effect"].to_dict(),
        "markov_order1_per_path": _summed(chain),
        **({"shapley_rate": _summed(model.run_shapley(max_size=None))} if _won(paths) else {}),
        **_decayed(mam, pl, paths),
    }


def _decayed(mam: Any, pl: Any, paths: Paths) -> dict[str, Credits]:
    """A row for each conversion, because they take ages of single journeys alone."""
    aged = [one for one in paths if one.get("hours_before") for _ in range(one["conversions"])]
    if not aged:
        return {}
    rows = [
        (str(number), " > ".join(one["path"]), " > ".join(map(str, one["hours_before"])), True)
        for number, one in enumerate(aged)
    ]
    frame = pl.DataFrame(rows, schema=["journey_id", "path", "hours", "won"], orient="row")
    model = mam.MAM(frame, "journey", "path", "won", time_till_conv_colname="hours")
    return {f"time_decay_half_life_{h}h": _summed(model.run_time_decay(half_life_hours=h)) for h in (168, 24)}


def _won(paths: Paths) -> bool:
    """Two of the models fail where nobody converts."""
    return any(one["conversions"] for one in paths)


def _summed(result: Any) -> Credits:
    """First and last click count lost journeys too, with a value of 0."""
    frame = result.to_polars()
    return {str(row["channels"]): float(row["attribution"]) for row in frame.iter_rows(named=True)}


JUDGES: dict[str, Callable[[Paths], dict[str, Credits]]] = {
    "channelattribution": of_channelattribution,
    "marketing-attribution-models": of_marketing_attribution_models,
    "mta": of_mta,
}


def main() -> None:
    asked: dict[str, Paths] = json.load(sys.stdin)
    found: dict[str, dict[str, Any]] = {}
    for judge, credits in JUDGES.items():
        with contextlib.redirect_stdout(io.StringIO()):
            try:
                found[judge] = {name: credits(paths) for name, paths in asked.items()}
            except ModuleNotFoundError as error:
                found[judge] = {"missing": str(error)}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
