"""The Loss page's words: each refusal and each status of an estimate, and what every figure assumes."""

from __future__ import annotations

from collections.abc import Mapping

from onebyone.reports.capture import Status
from onebyone.reports.missed import ENOUGH, ENOUGH_PEOPLE, Refusal
from onebyone.web.words import Words

_NOUNS = {"purchase": ("order", "orders"), "generate_lead": ("lead", "leads"), "sign_up": ("sign-up", "sign-ups")}
GROUPS: Mapping[str, tuple[str, str]] = {  # by: its name, and what a server must send for it to be known
    "browser": ("Browser", "device.user_agent"),
    "version": ("Browser version", "device.user_agent"),
    "os": ("System", "device.user_agent"),
    "device": ("Device", "device.user_agent"),
    "country": ("Country", "ip"),
    "host": ("Page host", "page.url"),
}
REFUSALS: Mapping[Refusal, Words] = {
    "no_conversions": Words(
        "Nothing to measure yet",
        "Nobody reported one in this period.",
        "Choose a longer period, or another event.",
        "open",
        "of",
    ),
    "no_server_source": Words(
        "No server source",
        "Only browsers report these. What a browser never sent can be known from another source alone.",
        "Send them from your server too.",
        "slash",
        "of",
    ),
    "no_browser_source": Words(
        "No browser source",
        "Your server reports these, and no browser did. That is no blocking: the tag is not on the page that shows "
        "them, or it does not report them.",
        "Put the tag on that page, and let it report this event.",
        "slash",
        "wa",
    ),
    "server_is_fallback": Words(
        "Your server reports only what the browser missed",
        "Then nothing is on both lists, and nothing can be estimated.",
        "Send all of them from your server, and say so in the settings.",
        "slash",
        "wa",
    ),
    "no_overlap": Words(
        "Nothing was reported by both",
        "Either your server reports only what the browser missed, or the two name the same one by different ids. "
        "Both look like total loss, so no rate is shown.",
        "Send all of them from your server, with the order id or event id that the page uses.",
        "slash",
        "wa",
    ),
    "too_few": Words(
        "Too few",
        f"Below {ENOUGH} reports of your server a rate would say more than is known.",
        "Wait, or choose a longer period.",
        "open",
        "of",
    ),
    "too_few_people": Words(
        "Too few people",
        f"Below {ENOUGH_PEOPLE} people a figure could point at one of them.",
        "Choose a longer period.",
        "open",
        "of",
    ),
}
STATUSES: Mapping[Status, Words] = {
    "ok": Words("Estimated", "From how many are on both lists.", "", "full", "ok"),
    "low_overlap": Words(
        "Few on both lists", "Fewer than 7 are on both lists: read the interval, not the figure.", "", "half", "wa"
    ),
    "no_overlap": Words("No estimate", "Nothing is on both lists.", "", "slash", "of"),
    "identical": Words("Both lists are equal", "Nothing points at any that neither saw.", "", "full", "ok"),
    "one_source_contains_other": Words(
        "One list holds the other",
        "Nothing on the one is missing from the other, so nothing points at any that neither saw.",
        "",
        "full",
        "ok",
    ),
    "no_server_source": Words("No estimate", "There is one list only.", "", "slash", "of"),
    "server_is_fallback": Words(
        "No estimate", "The lists exclude each other: the server reports only what the browser missed.", "", "slash",
        "of",
    ),
}  # fmt: skip
ASSUMES: Mapping[str, str] = {
    "missed": "Your server reports every one, or a choice of them that has nothing to do with browsers; and the copies "
    "of one are joined. Wider than Wilson's interval where one person is in it more than once.",
    "gain": "The same. It says what counting both adds to a count by browsers alone; it is no sale that was won.",
    "money": "What only the server reported, at its latest value, refunds taken off.",
    "neither": "The same things in the same days, joined correctly, each with a chance on both lists, and one list "
    "failing does not make the other fail. Where both fail together, as on a page that was left, it is too low.",
    "strata": "As above, within each browser. Where browsers are missed differently, nearer the truth than one "
    "estimate of all.",
    "log": "The log is of every page, readers load a style sheet with a page as often as others, and what crawlers and "
    "fetches ahead left is small: a log does not name the latter. A page out of a cache is in neither. Refused "
    "statistics look like a loss where nothing is collected then.",
    "gaps": "What the tag numbered, it meant to send. Only gaps between two events that came are known.",
    "third": "As above for three lists; pairs may depend on each other, all three together may not.",
}


def noun(event: str, n: int = 2) -> str:
    one, many = _NOUNS.get(event, ("conversion", "conversions"))
    return one if n == 1 else many
