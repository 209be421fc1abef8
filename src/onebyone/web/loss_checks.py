"""Whether the Loss page may be believed: what its assumptions show of themselves, and other ways to ask."""

from __future__ import annotations

from msgspec import Struct

from onebyone.reports.capture import add
from onebyone.reports.clustered import Share, gap_share, log_share
from onebyone.reports.missed import ENOUGH, Breakdown, Group
from onebyone.web import numbers
from onebyone.web.desk import Answer
from onebyone.web.loss_view import Made, beyond, range_of, rate_of, unseen_range
from onebyone.web.loss_words import ASSUMES, GROUPS, REFUSALS, STATUSES, noun

MOST_SERVER_MISSES = 0.01  # of what browsers saw: above, the server is not complete
_MOST_WEAK = 0.1  # of what is on both lists


class Check(Struct, frozen=True):
    """Whether an assumption holds, as far as the figures can tell."""

    glyph: str
    tone: str
    title: str
    text: str


class Way(Struct, frozen=True, kw_only=True):
    """Another way to ask the same, with its own answer or its refusal."""

    name: str
    about: str
    text: str
    range: str = numbers.NONE
    glyph: str = "full"
    tone: str = "ok"


def checks(whole: Group, event: str, shown: Breakdown, by: str) -> list[Check]:
    if whole.refused:
        words = REFUSALS[whole.refused]
        return [Check(words.glyph, words.tone, f"{words.title}.", f"{words.happened} {words.to_do}")]
    found = [_complete(whole, event), _joined(whole), _declined(whole, event)]
    found += [_silent(whole, event)] if whole.silent else []
    if whole.design_effect > 1.05:
        width = f"The intervals are {whole.design_effect**0.5:.2f} times as wide as for independent {noun(event)}."
        found.append(Check("full", "ok", "Some people are in it more than once.", width))
    found.append(_alike(shown, by))
    return found


def ways(whole: Group, event: str, by_browser: Breakdown, gaps: Answer, log: Answer) -> list[Way]:
    found = [_first_way(whole, event), _overlap(whole, event), _strata(by_browser, event)]
    return [*found, _log(log), _gaps(gaps), _third(whole, event)]


def made_of_ways(gaps: Answer, log: Answer) -> list[Made]:
    """The sums of those ways that have a figure."""
    found = (("Server log", log_share(log.rows), "log"), ("Gaps in the numbering", gap_share(gaps.rows), "gaps"))
    return [
        Made(name, f"{_sum(one)} = {numbers.percent(100 * one.share)}", ASSUMES[key])
        for name, one, key in found
        if one.share is not None and one.of >= ENOUGH
    ]


def _sum(one: Share) -> str:
    return f"{numbers.count(one.part)} that never came ÷ {numbers.count(one.of)}"


def _complete(whole: Group, event: str) -> Check:
    share = whole.rates.server_miss_rate or 0.0
    said = f"{numbers.count(whole.seen.browser_only)} of the browser’s {noun(event)} lack a server copy"
    text = f"{said} ({numbers.percent(100 * share)})."
    if share <= MOST_SERVER_MISSES:
        return Check("full", "ok", "The server reports all of them, not only the failed ones.", text)
    return Check("half", "wa", "The server is not complete.", f"{text} Above 1% look for the cause.")


def _joined(whole: Group) -> Check:
    weak, both = whole.matched_weakly, whole.seen.both
    text = f"{numbers.share(both - weak, both)} by order or event id, {numbers.count(weak)} by weak match."
    if weak <= _MOST_WEAK * both:
        return Check("full", "ok", "Copies are joined correctly.", text)
    return Check("half", "wa", "Many copies are joined by a weak match.", f"{text} Send the order id from both sides.")


def _declined(whole: Group, event: str) -> Check:
    text = f"{numbers.count(whole.declined)} {noun(event, whole.declined)} are left out here."
    if whole.withheld:
        text += (
            f" Of {numbers.count(whole.withheld)} a browser told, and nothing but their number was kept; as many are "
            "taken off those that only your server reported."
        )
    return Check("full", "ok", "Declined statistics are not a loss.", text if whole.declined else "Nobody declined.")


def _silent(whole: Group, event: str) -> Check:
    text = (
        f"Of {numbers.count(whole.silent)} missed {noun(event, whole.silent)} nobody knows the person’s choice; where "
        "a page waits for it, they may have declined. Send the choice with what your server reports."
    )
    return Check("half", "wa", "Some may have declined.", text)


def _alike(shown: Breakdown, by: str) -> Check:
    """Whether the intervals of the groups part anywhere."""
    head = GROUPS[by][0].lower()
    if not shown.is_told or len(shown.shown) < 2:
        return Check("open", "of", f"Whether rates differ by {head} is not known.", "Too little is told of them.")
    intervals = [group.block_rate_95 for group in shown.shown if group.block_rate_95]
    if max(one.low for one in intervals) > min(one.high for one in intervals):
        return Check("half", "wa", f"Rates differ by {head}.", "The overall rate is a mix; read them one by one.")
    return Check("full", "ok", f"No difference by {head} is larger than chance.", "")


def _first_way(whole: Group, event: str) -> Way:
    about = f"{noun(event)}, used here"
    if whole.refused:
        words = REFUSALS[whole.refused]
        about = f"{noun(event)}, {words.title.lower()}"
        return Way(name="Server and browser", about=about, text=numbers.NONE, glyph=words.glyph, tone=words.tone)
    return Way(name="Server and browser", about=about, text=rate_of(whole), range=range_of(whole.block_rate_95))


def _overlap(whole: Group, event: str) -> Way:
    words = STATUSES[whole.estimate.status]
    unseen = whole.estimate.unseen
    return Way(
        name="Seen by neither",
        about=f"{noun(event)}, from overlap: {words.title.lower()}",
        text=numbers.NONE if unseen is None else numbers.count(unseen),
        range=unseen_range(whole) or numbers.NONE,
        glyph=words.glyph,
        tone=words.tone,
    )


def _strata(shown: Breakdown, event: str) -> Way:
    name = "Seen by neither, browser by browser"
    if not shown.is_told or len(shown.shown) < 2:
        about = f"{noun(event)}, refused: too few tell their browser"
        return Way(name=name, about=about, text=numbers.NONE, glyph="slash", tone="of")
    summed = add(group.estimate for group in (*shown.shown, *shown.hidden))
    union = sum(group.seen.union for group in (*shown.shown, *shown.hidden))
    return Way(
        name=name,
        about=f"{noun(event)}, each browser’s estimate added; of {numbers.count(union)} that tell theirs",
        text=numbers.count(summed.total - union),
        range=beyond(summed.interval_95, union),
    )


def _log(answer: Answer) -> Way:
    """Pages that the web server delivered against those that the tag saw: no order needed, and no server of orders."""
    name = "Server log"
    found, delivered = log_share(answer.rows), sum(row["delivered"] for row in answer.rows)
    if answer.error:
        return Way(name=name, about="the store does not answer", text=numbers.NONE, glyph="x", tone="ba")
    if found.share is not None and found.share_95 is not None and found.of >= ENOUGH:
        about = (
            f"page views, {numbers.count(found.part)} of {numbers.count(found.of)} pages delivered to readers who also "
            f"fetched a style sheet, machines left out; of {numbers.count(delivered)} in all"
        )
        return Way(name=name, about=about, text=numbers.percent(100 * found.share), range=range_of(found.share_95))
    why = f"{numbers.count(found.of)} of {ENOUGH} pages delivered to readers who also fetched a style sheet"
    if not delivered:
        why = "no access log of these days was imported (onebyone import-log)"
    elif found.part < 0:
        why = "the tag saw more pages than the log delivered, so the log is not of all of them"
    return Way(name=name, about=f"page views, refused: {why}", text=numbers.NONE, glyph="slash", tone="of")


def _gaps(answer: Answer) -> Way:
    """What was lost after the tag had loaded: the browser made it, and it never came."""
    name = "Gaps in the tag’s numbering"
    found = gap_share(answer.rows)
    if answer.whole_only:
        about = "events, not narrowed: it counts what was dropped too, which keeps too little"
        return Way(name=name, about=about, text=numbers.NONE, glyph="slash", tone="of")
    if answer.error:
        return Way(name=name, about="the store does not answer", text=numbers.NONE, glyph="x", tone="ba")
    if found.of < ENOUGH or found.share_95 is None:
        about = f"events, refused: {numbers.count(found.of)} of {ENOUGH} that a share needs"
        return Way(name=name, about=about, text=numbers.NONE, glyph="slash", tone="of")
    return Way(
        name=name,
        about=f"events between two that came, {numbers.count(found.part)} of {numbers.count(found.of)}: lost after "
        "the tag had loaded; at least, for a page’s end is not seen",
        text=numbers.percent(100 * (found.share or 0.0)),
        range=range_of(found.share_95),
    )


def _third(whole: Group, event: str) -> Way:
    name = "Third list: imported"
    if whole.three is None or whole.three.likely is None:
        few = f"only {whole.third_shared} on it and another list" if whole.third else "none was imported"
        about = f"{noun(event)}, refused: {few}"
        return Way(name=name, about=about, text=numbers.NONE, glyph="slash", tone="of")
    best, likely, union = whole.three.fits[0], whole.three.likely, whole.three.union
    return Way(
        name=name,
        about=f"{noun(event)} that no list holds, by {best.model}; at least "
        f"{numbers.count(whole.three.chao_lower_bound - union)} (Chao)",
        text=numbers.count(best.unseen),
        range=f"{numbers.count(likely.low - union)} – {numbers.count(likely.high - union)}",
    )
