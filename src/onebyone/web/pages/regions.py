"""A lift test by regions: what did a campaign add where it ran?"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from litestar import Response, get, post
from msgspec import Struct

from onebyone.money import amount, minor_units
from onebyone.reports.attribution.credit import NOT_CAUSAL
from onebyone.reports.attribution.geo import GeoLift, geo_lift
from onebyone.reports.attribution.geo_file import COLUMNS, read_totals
from onebyone.reports.attribution.lift import cost_per_incremental
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import numbers
from onebyone.web.access import Ask, Form, TheSite
from onebyone.web.attribution_question import BY
from onebyone.web.counted import words_of
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.export_form import uploaded
from onebyone.web.frame import frame, page

MAX_BYTES = 4 * 1024 * 1024
_SEED = 1  # the same rows give the same answer
_FIELDS = ("rows", "test", "start", "spend", "event")


class Told(Struct, frozen=True, kw_only=True):
    """`first_day` and `last_day` are those of its periods where these are days, else ""."""

    regions: str
    effect: str
    added: str
    interval: str
    p_value: str
    cost: str
    first_day: str
    last_day: str
    found: GeoLift


class Refused(ValueError):
    """Nothing is measured; the message says why."""


@get("/s/{site_id:str}/experiments/regions", sync_to_thread=True, include_in_schema=False)
def regions(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    return _page(request, desk, site, {})


@post(
    "/s/{site_id:str}/experiments/regions/measure",
    sync_to_thread=True,
    include_in_schema=False,
    status_code=200,
    request_max_body_size=MAX_BYTES,
)
def measure_regions(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[str]:
    """Keeps nothing: the rows are pasted or sent, and measured."""
    typed = {name: str(form.get(name, "")) for name in _FIELDS}
    try:
        file = uploaded(form)
        text = file[1].decode("utf-8-sig") if file else typed["rows"]
        return _page(request, desk, site, typed, told=measure(text, typed, site))
    except UnicodeDecodeError:
        return _page(request, desk, site, typed, wrong="The file is no text in UTF-8.")
    except Refused as error:
        return _page(request, desk, site, typed, wrong=str(error))


def measure(text: str, typed: dict[str, str], site: Site) -> Told:
    """Raises Refused."""
    chosen = [name.strip() for name in typed["test"].split(",") if name.strip()]
    start, spent = typed["start"].strip(), amount(typed["spend"]) if typed["spend"].strip() else None
    if typed["spend"].strip() and spent is None:
        raise Refused("What it cost is an amount of money, such as 1200.50.")
    if not text.strip():
        raise Refused("Paste the rows, or choose a file.")
    try:
        totals = read_totals(text)
        if start not in totals.periods:
            raise Refused(f"There is no period “{start}”. They go from {totals.periods[0]} to {totals.periods[-1]}.")
        before = totals.periods.index(start)
        found = geo_lift(totals.regions, chosen, before=before, random=Random(_SEED))
    except Refused:
        raise
    except ValueError as error:
        raise Refused(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    days = _is_day(start) and _is_day(totals.periods[-1])
    spent_minor = None if spent is None else minor_units(spent, site.currency)
    cost = None if spent_minor is None else cost_per_incremental(spent_minor, found.incremental)
    return Told(
        regions=", ".join(chosen),
        effect=f"{'+' if found.effect > 0 else ''}{numbers.percent(100 * found.effect)}",
        added=numbers.count(found.incremental),
        interval="" if found.low is None else f"{numbers.count(found.low)} to {numbers.count(found.high)}",
        p_value=f"{found.p_value:.3f}",
        cost=""
        if spent_minor is None
        else "nothing added"
        if cost is None
        else numbers.money(round(cost), site.currency),
        first_day=start if days else "",
        last_day=totals.periods[-1] if days else "",
        found=found,
    )


ROUTES = (regions, measure_regions)


def _cost(minor: float | None, currency: str) -> str:
    return "nothing added" if minor is None else numbers.money(round(minor), currency)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _page(
    request: Ask, desk: Desk, site: Site, typed: dict[str, Any], *, told: Told | None = None, wrong: str = ""
) -> Response[str]:
    return page(
        desk,
        "regions.html",
        frame(request, desk, "A test by regions", site=site, page="experiments"),
        status=400 if wrong else 200,
        typed=typed,
        told=told,
        wrong=wrong,
        columns=COLUMNS,
        kinds=[words_of(event) for event in site.conversions],
        counted=words_of(typed.get("event") or site.conversions[0]),
        by=BY,
        may_edit=request.user.may(site.id, Role.EDITOR),
        not_causal=NOT_CAUSAL,
    )
