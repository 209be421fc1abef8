"""What is kept under a name, as an address: the one of a view, and the segments that pages may be narrowed by."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

from onebyone.reports.filters import FIELDS, MARKS, FilterUnreadable, read_written, takes
from onebyone.reports.segment.read import read
from onebyone.reports.segment.refer import ReferenceBroken, resolved
from onebyone.reports.segment.rule import Rule
from onebyone.reports.segment.tokens import RuleUnreadable
from onebyone.reports.segment.write import write
from onebyone.state.saved import Saved
from onebyone.state.sites import Site
from onebyone.state.users import Role, User
from onebyone.web.address import Segment
from onebyone.web.desk import Desk

PAGES: Mapping[str, str] = {  # those of which a view can be kept; of People without whom it was asked for
    "overview": "Overview", "acquisition": "Acquisition", "pages": "Pages", "engagement": "Time and scroll",
    "vitals": "Web vitals", "errors": "Errors", "events": "Events", "conversions": "Conversions",
    "conversions/days": "Conversions by day", "loss": "Loss", "attribution": "Attribution",
    "reconciliation": "Reconciliation", "ledger": "Ledger", "funnels": "Funnels", "retention": "Retention",
    "lifetime": "Lifetime value", "populations": "Populations", "days_active": "Days active",
    "experiments": "Experiments", "email": "E-mail", "explore": "Explore", "paths": "Paths",
    "traffic": "Traffic quality", "people": "People",
}  # fmt: skip
LONGEST_QUERY = 4_000
_LOST = ("after", "q", "person")  # places in a list, and what may name somebody
_DAYS = ("period", "from", "to")


def open_to(desk: Desk, site: Site, user: User) -> list[Saved]:
    """What this user may open: their own and the shared ones."""
    there = desk.shelf.all(site.id)
    return [one for one in there if not one.removed_ms and (one.shared or one.by == user.id)]


def seen_by(desk: Desk, site: Site, user: User) -> list[Saved]:
    """Their own and the shared ones, removed or not."""
    return [one for one in desk.shelf.all(site.id) if one.shared or one.by == user.id]


def may_change(saved: Saved, user: User) -> bool:
    own = saved.by == user.id and not saved.shared
    return own or user.may(saved.site, Role.EDITOR)


def segments_of(desk: Desk, site: Site) -> dict[str, Segment]:
    """By their slugs. What can no longer be read is none: its numbers would be those of everybody."""
    return segments_among(desk.shelf.all(site.id))


def segments_among(there: Sequence[Saved]) -> dict[str, Segment]:
    """The same of everything that a site keeps."""
    return {slug: one for slug, one in _segments(there).items() if isinstance(one, Segment)}


def why_not(desk: Desk, site: Site, slug: str) -> str:
    """Why a segment that is kept cannot be asked; "" of others."""
    found = _segments(desk.shelf.all(site.id)).get(slug)
    return found if isinstance(found, str) else ""


def rules_of(there: Sequence[Saved]) -> dict[str, str]:
    """The texts of the rules among what a site keeps, with all that they refer to, by the slugs of their segments."""
    found = _segments(there)
    return {slug: write(one.rule) for slug, one in found.items() if isinstance(one, Segment) and one.rule}


def asked_as(desk: Desk, site: Site, rule: Rule, slug: str = "") -> Rule:
    """A rule with those of the segments it refers to; `slug` is its own. Raises ReferenceBroken."""
    return resolved(rule, _finder(desk.shelf.all(site.id)), slug)


def _segments(there: Sequence[Saved]) -> dict[str, Segment | str]:
    find = _finder(there)
    found: dict[str, Segment | str] = {}
    for one in there:
        if one.kind != "segment" or one.removed_ms:
            continue
        try:
            rule = resolved(read(one.rule), find, one.slug) if one.rule else None
            found[one.slug] = Segment(one.slug, one.name, read_written(one.filters), rule)
        except (FilterUnreadable, RuleUnreadable):
            continue
        except ReferenceBroken as error:
            found[one.slug] = f"The segment “{one.name}” cannot be asked. {error}"
    return found


def _finder(there: Sequence[Saved]) -> Callable[[str], Rule]:
    kept = {one.slug: one for one in there if one.kind == "segment"}

    def find(slug: str) -> Rule:
        one = kept.get(slug)
        if one is None:
            near = difflib.get_close_matches(slug, kept, n=1, cutoff=0.6)
            raise ReferenceBroken(f"There is no segment “{slug}”.{f' Did you mean “{near[0]}”?' if near else ''}")
        if one.removed_ms:
            raise ReferenceBroken(f"The segment “{slug}” was removed: put it back on Saved, or refer to another.")
        if not one.rule:
            raise ReferenceBroken(f"The segment “{slug}” holds filters of pages and no rule, so nobody can be in it.")
        try:
            return read(one.rule)
        except RuleUnreadable:
            raise ReferenceBroken(f"The segment “{slug}” can no longer be read: change its text.") from None

    return find


def read_at(site: str, at: str) -> tuple[str, str] | None:
    """Page and query of an address of this site; None for one of which no view is kept."""
    path, _, query = at.partition("?")
    page = path.removeprefix(f"/s/{site}/")
    if page == path or page not in PAGES or len(query) > LONGEST_QUERY:
        return None
    return page, urlencode([(k, v) for k, v in parse_qsl(query) if k not in _LOST], safe="/.,:~!")


def address_of(view: Saved, more: Sequence[tuple[str, str]] = ()) -> str:
    """The page with the view's query; `more` on top: a key that takes one value has the new one, a filter is added."""
    ours = parse_qsl(view.query)
    new = {key for key, _ in more if not takes(FIELDS, key.rstrip(MARKS))}
    gone = new | (set(_DAYS) if new & set(_DAYS) else set())
    query = urlencode([*((k, v) for k, v in ours if k not in gone), *more], safe="/.,:~!")
    return f"/s/{view.site}/{view.page}?{query}" if query else f"/s/{view.site}/{view.page}"


def uses(segment: Saved, views: Sequence[Saved]) -> int:
    """How many views are narrowed by the segment."""
    return sum(("segment", segment.slug) in parse_qsl(one.query) for one in views if not one.removed_ms)
