"""Segments as sentences: people who did something, how often and when. Built in rows or written as a text."""

from __future__ import annotations

from datetime import timedelta

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from msgspec import Struct
from msgspec.structs import replace

from onebyone.reports.segment.read import read
from onebyone.reports.segment.refer import ReferenceBroken, bare
from onebyone.reports.segment.rule import FIELDS, Rule
from onebyone.reports.segment.tokens import RuleUnreadable
from onebyone.reports.segment.write import in_line, write
from onebyone.state.saved import LONGEST_NAME, MOST, Saved, TooMany
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.store import Param
from onebyone.web import numbers, segment_form, segment_words
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.desk import Answer, Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.library import offered
from onebyone.web.saved import asked_as, rules_of
from onebyone.web.segment_days import Days, as_seen, days, digest_of
from onebyone.web.segment_form import Row
from onebyone.web.segment_words import Wrong

EXAMPLES = (
    ("Here in the last 30 days", "people who did anything in the last 30 days"),
    (
        "Left something in the cart",
        "people who did add_to_cart without purchase since in the last 7 days",
    ),
    ("Bought in half a year, to leave out of campaigns", "people who did purchase in the last 180 days"),
    ("A second purchase is due", "people who last did purchase 30 to 60 days ago"),
    (
        "Bought twice, gave nothing back",
        "people who did purchase at least 2 times in the last 90 days and did not refund",
    ),
    ("New this week", "people who first did anything in the last 7 days"),
    ("Comes back every week", "people who did page_view in at least 3 of the last 4 weeks"),
    ("Bought, and then no more", "people who did purchase 60 to 180 days ago but not in the last 60 days"),
    (
        "Looked, and put it in the cart in one visit",
        "people who did view_item then add_to_cart in one session within 30 minutes in the last 30 days",
    ),
)
_SPARE = 2  # empty rows that stand below the others


class Draft(Struct, frozen=True, kw_only=True):
    """What stands on the page: a rule, or what is wrong with what was typed. `asked`: with what it refers to."""

    rule: Rule | None = None
    asked: Rule | None = None
    text: str = ""
    join: str = "all"
    rows: list[Row] = []
    as_rows: bool = True  # whether the rows can say it
    wrong: Wrong | None = None
    name: str = ""
    slug: str = ""
    said: str = ""


@get("/s/{site_id:str}/segments", sync_to_thread=True, include_in_schema=False)
def new_segment(request: Ask, desk: TheDesk, site: TheSite, example: FromQuery[str] = "") -> Response[str]:
    """Of one that is not kept yet. `example` fills it with one of those below."""
    known = example in map(str, range(len(EXAMPLES)))
    return _page(request, desk, site, _complete(desk, site, _of_text(EXAMPLES[int(example)][1])) if known else Draft())


@get("/s/{site_id:str}/segments/{slug:str}", sync_to_thread=True, include_in_schema=False)
def segment_page(request: Ask, desk: TheDesk, site: TheSite, slug: FromPath[str]) -> Response[str]:
    kept = _get(desk, site, slug)
    draft = replace(_of_text(kept.rule), name=kept.name, slug=slug)
    return _page(request, desk, site, _complete(desk, site, draft))


@post("/s/{site_id:str}/segments/check", sync_to_thread=True, include_in_schema=False)
def check(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[str]:
    """How many people it holds for. What was typed stands in no address: it may name somebody."""
    draft = _complete(desk, site, _typed(form))
    return _page(request, desk, site, draft, status=400 if draft.wrong else 200)


@post("/s/{site_id:str}/segments/save", sync_to_thread=True, include_in_schema=False)
def save(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[str]:
    """Under its name, in the place of the one that was opened if that has a rule."""
    need(request, site, Role.EDITOR)
    draft = _complete(desk, site, _typed(form))
    if draft.rule is None or draft.wrong:
        return _page(request, desk, site, draft, status=400)
    if not draft.name or len(draft.name) > LONGEST_NAME or not draft.name.isprintable():
        return _page(
            request, desk, site, replace(draft, said=f"Give it a name of 1 to {LONGEST_NAME} letters."), status=400
        )
    before = _get(desk, site, draft.slug) if draft.slug else None
    kept = Saved(
        site=site.id, kind="segment", slug=draft.slug, name=draft.name, by=request.user.id, by_name=request.user.name,
        rule=write(draft.rule), made_ms=int(desk.clock().timestamp() * 1000),
    )  # fmt: skip
    try:
        if before is None:
            kept = desk.shelf.add(kept)
        else:
            desk.shelf.change(before, lambda _: kept)
    except TooMany:
        return _page(
            request, desk, site, replace(draft, said=f"A site keeps {MOST} of them: remove one first."), status=400
        )
    what = "segment_changed" if before else "segment_saved"
    desk.users.note(request.user.name, site.id, what, f"{kept.name}: {in_line(draft.rule)}"[:500])
    said = "Saved. It stands under “Segment” on every page that takes it."
    return _page(request, desk, site, replace(draft, slug=kept.slug, said=said), saved=True)


ROUTES = (new_segment, segment_page, check, save)


def _get(desk: Desk, site: Site, slug: str) -> Saved:
    """Raises NotFoundException, also for a segment that is filters alone: those are changed on a report."""
    kept = [one for one in desk.shelf.all(site.id) if (one.kind, one.slug) == ("segment", slug) and one.rule]
    if not kept or kept[0].removed_ms:
        raise NotFoundException("There is no such segment with a rule here.")
    return kept[0]


def _typed(form: Form) -> Draft:
    """Of the rows, or of the text where that was sent."""
    name, slug = " ".join(str(form.get("name", "")).split())[: LONGEST_NAME + 1], str(form.get("slug", ""))[:64]
    if form.get("from") == "text":
        return replace(_of_text(str(form.get("text", ""))), name=name, slug=slug)
    join, rows = segment_form.typed(form)
    try:
        rule = segment_form.rule_of(join, rows)
    except RuleUnreadable as error:
        return Draft(join=join, rows=rows, wrong=segment_words.wrong(error), name=name, slug=slug)
    return Draft(rule=rule, text=write(rule), join=join, rows=rows, name=name, slug=slug)


def _complete(desk: Desk, site: Site, draft: Draft) -> Draft:
    """With what it refers to, or what is wrong with that."""
    if draft.rule is None:
        return draft
    try:
        return replace(draft, asked=asked_as(desk, site, draft.rule, draft.slug))
    except ReferenceBroken as error:
        return replace(draft, wrong=Wrong(str(error), "", ""))


def _of_text(text: str) -> Draft:
    try:
        rule = bare(read(text))
    except RuleUnreadable as error:
        return Draft(text=text, as_rows=False, wrong=segment_words.wrong(error))
    found = segment_form.rows_of(rule)
    join, rows = found or ("all", [])
    return Draft(rule=rule, text=write(rule), join=join, rows=rows, as_rows=found is not None)


def _by_day(request: Ask, desk: Desk, site: Site, draft: Draft) -> Days | None:
    """Of a rule as it is kept; of one that is being changed nothing was counted."""
    text = write(draft.asked) if draft.asked else ""
    if text not in rules_of(desk.shelf.all(site.id)).values():
        return None
    return days(as_seen(desk.segment_sizes.all(site.id, digest_of(text)), sees=request.user.sees_people(site.id)))


def _page(
    request: Ask, desk: Desk, site: Site, draft: Draft, *, status: int = 200, saved: bool = False
) -> Response[str]:
    now = desk.clock()
    asked: dict[str, Param] = {
        "site": site.id,
        "now": now,
        "traffic": "people",
        "zone": site.zone,
        "currency": site.currency,
    }
    sizes = desk.ask("segment_sizes", **asked, filters=[write(draft.asked)]) if draft.asked else Answer()
    seen = desk.ask("event_names", **asked, **{"from": now - timedelta(days=30), "to": now})
    title = draft.name if draft.slug and draft.name else "New segment"
    return page(
        desk,
        "segment.html",
        frame(request, desk, title, site=site, page="saved"),
        status=status,
        title=title,
        draft=draft,
        saved=saved,
        sizes=sizes,
        says=numbers.said(segment_words.says(sizes.rows)) if draft.asked and not sizes.error else "",
        lines=segment_words.lines(draft.rule, sizes.rows) if draft.rule else [],
        rows=[*draft.rows, *[Row()] * _SPARE][: segment_form.MOST_ROWS],
        names=offered(desk, site, seen.rows),
        examples=EXAMPLES,
        fields=FIELDS,
        form=segment_form,
        by_day=_by_day(request, desk, site, draft),
        clock=desk.data_to(site.zone),
    )
