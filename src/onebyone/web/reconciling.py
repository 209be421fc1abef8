"""Comparing claims with orders for a page or the API: what was asked, and what came of it."""

from __future__ import annotations

from msgspec import Struct

from onebyone.reports.attribution.named import SHORT, UnknownModel, get_rule
from onebyone.reports.attribution.side_by_side import BY_RULE
from onebyone.reports.reconciliation.compare import Asked, Reconciliation
from onebyone.reports.reconciliation.gather import kept_of, reconcile
from onebyone.reports.reconciliation.platforms import read_platforms
from onebyone.state.sites import Site
from onebyone.store import BadParameter, QueryRefused, StoreUnavailable
from onebyone.telemetry import Log
from onebyone.web.address import NotUnderstood, View
from onebyone.web.credit_table import NAMES, name_of
from onebyone.web.desk import Answer, Desk, error_id

MODELS = ("last_non_direct", "last_touch", "first_touch", "linear", *BY_RULE[4:], "shapley_set")  # as tabs
PLATFORMS = read_platforms()


class Outcome(Struct, frozen=True):
    """`failed` if the store could not say."""

    found: Reconciliation | None = None
    failed: Answer = Answer()


def days_said(view: View) -> bool:
    """Without days all that was imported is compared."""
    return any(key in view.given for key in ("period", "from", "to"))


def model_of(view: View) -> str:
    """In full; besides MODELS an address may name all that the command line takes. Raises NotUnderstood."""
    name = view.given.get("model") or MODELS[0]
    try:
        get_rule(name)
    except UnknownModel as error:
        raise NotUnderstood(f"{error}. ", "Show the page without it", view.link(model="")) from error
    return SHORT.get(name, name)


def model_names(chosen: str) -> dict[str, str]:
    """MODELS in words, and what was chosen besides."""
    return {model: name_of(model)[0] if model in NAMES else model.replace("_", " ") for model in (*MODELS, chosen)}


def compared(desk: Desk, site: Site, view: View) -> Outcome:
    """Blocks. The world being unwell is a value."""
    asked = Asked(
        site_zone=site.zone,
        rule=get_rule(model_of(view)),
        today=desk.today(site.zone),
        first=view.period.first if days_said(view) else None,
        last=view.period.last if days_said(view) else None,
        said=desk.platform_claims.said(site.id),
    )
    kept = kept_of(desk.platform_claims.rows(site.id))
    try:
        return Outcome(reconcile(desk.reports, site.id, kept, PLATFORMS, asked))
    except (StoreUnavailable, QueryRefused, BadParameter) as error:
        answer = Answer(error=error_id(), too_large=not isinstance(error, StoreUnavailable))
        Log().warning("report_failed", report="reconciliation", why=type(error).__name__, error=answer.error)
        return Outcome(failed=answer)
