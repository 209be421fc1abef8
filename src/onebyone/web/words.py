"""The one catalogue: each reason, actor, fate and way in, in plain words. What happened, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from onebyone.event import COPIES, Actor, Fate, Reason, Via
from onebyone.state.users import Role


class Words(Struct, frozen=True):
    """`glyph` and `tone` are the square of the visual system and its colour class."""

    title: str
    happened: str
    to_do: str
    glyph: str = "x"
    tone: str = "ba"


def _copy(title: str, happened: str, to_do: str) -> Words:
    return Words(title, happened, to_do, "copy", "of")


REASONS: Mapping[Reason, Words] = {
    Reason.DUPLICATE_EVENT: _copy(
        "Sent again by the network",
        "The same event id arrived once more: the sender got no answer in time and repeated it.",
        "Nothing to do. The first one counts.",
    ),
    Reason.ORDER_JOINED: Words(
        "Joined by order id",
        "The same order arrived through another way in. Browser and server copy are one order.",
        "Nothing to do. This is what the second copy is for.",
        "merge",
        "ac",
    ),
    Reason.ORDER_RELOADED: _copy(
        "Thank-you page reloaded",
        "The page of this order was reloaded and reported the order once more.",
        "Nothing to do. The order is counted once.",
    ),
    Reason.ORDER_BACK_FORWARD: _copy(
        "Back button",
        "The page of this order came back by the back button and reported the order once more.",
        "Nothing to do. The order is counted once.",
    ),
    Reason.ORDER_REPEATED: _copy(
        "Order repeated",
        "The same order id arrived once more; how the page came up is not known.",
        "Nothing to do, unless your shop gives two different orders the same id.",
    ),
    Reason.OPEN_REPEATED: _copy(
        "E-mail fetched again",
        "The same fetch for the same recipient, from the same place within half a minute.",
        "Nothing to do. It counts once, with the number of its repetitions.",
    ),
    Reason.PAGE_RELOADED: _copy(
        "Page reloaded",
        "No order id and no event id, but the same visitor, page and value within 30 minutes after a reload.",
        "Send an order id or an event id with this event, then nothing has to be guessed.",
    ),
    Reason.TOKEN_INVALID: Words(
        "E-mail token invalid",
        "The token in the address was forged, cut off by a mail program, of another kind, or signed by a key that is "
        "too old.",
        "Nothing to do for single ones. If all of a mailing are invalid, the sender's template cuts or encodes them.",
    ),
    Reason.MESSAGE_UNKNOWN: Words(
        "E-mail unknown",
        "Signed by this installation, but the message or its recipient is not in the state.",
        "Nothing to do if it was erased. Else look whether an older copy of the state was restored.",
    ),
    Reason.MEASURING_STOPPED: Words(
        "Not to be measured",
        "The person allows no measuring of opens. The image was answered, and nothing of the fetch was kept.",
        "Nothing to do.",
        "half",
        "of",
    ),
    Reason.OPEN_DAY_KEPT: Words(
        "Only the day kept",
        "Of this recipient's opens only the day of the last one may be kept; it was written down.",
        "Nothing to do. More needs the person's consent.",
        "half",
        "of",
    ),
    Reason.MATCHED_WEAKLY: Words(
        "Matched by person and time",
        "No id in common, but browser and server reported the same kind of event of one person within 5 minutes.",
        "Send the same event id, or the order id, with both copies, then nothing has to be guessed.",
        "merge",
        "wa",
    ),
    Reason.ADJUSTMENT_REPEATED: _copy(
        "Refund, cancellation or edit repeated",
        "The same adjustment of this order arrived once more.",
        "Nothing to do. If it was another one, send an adjustment id with each.",
    ),
    Reason.UNKNOWN_SITE: Words(
        "Unknown site",
        "The hit names a site that does not exist here.",
        "Compare the snippet in the page with the one under Set up.",
    ),
    Reason.UNAUTHORIZED: Words(
        "No valid key",
        "Server events arrived without a key, or with one that was revoked.",
        "Create a server key under Settings and send it as “Authorization: Bearer”.",
    ),
    Reason.ORIGIN_NOT_ALLOWED: Words(
        "Another origin",
        "A page of an origin that is not this site's spoke for it.",
        "If the page is yours, add its origin under Settings.",
    ),
    Reason.BODY_UNREADABLE: Words(
        "Body unreadable",
        "The body is no JSON, holds invalid Unicode, or is nested too deep.",
        "Open the dead letter, compare it with the documentation, and send it corrected.",
    ),
    Reason.BODY_TOO_LARGE: Words(
        "Body too large", "The body is larger than the limit.", "Send fewer events in one request."
    ),
    Reason.TOO_MANY_EVENTS: Words(
        "Too many events",
        "One request carried more events than the limit; those beyond it were left out.",
        "Send them in several requests.",
    ),
    Reason.WRONG_SHAPE: Words(
        "Wrong shape",
        "The JSON is readable, but a field is not of the kind the documentation says.",
        "The detail names the field. Correct the sender.",
    ),
    Reason.NAME_MISSING: Words(
        "No event name", "The event has no name.", "Give it one, for example “page_view” or “purchase”."
    ),
    Reason.VALUE_TOO_LONG: Words(
        "Id or name too long",
        "An id or a name is longer than its limit; cut, it could be taken for another.",
        "Shorten it at the sender.",
    ),
    Reason.VALUE_IMPOSSIBLE: Words(
        "Impossible amount or currency",
        "An amount is not a number, or a currency is not in ISO 4217.",
        "Send amounts as decimals, like 89.00, and currencies as three letters, like EUR.",
    ),
    Reason.TIME_TOO_OLD: Words(
        "Too old",
        "The server says that this happened more than 400 days ago.",
        "Check the unit of the time: milliseconds, or RFC 3339. Older data is taken by an import.",
    ),
    Reason.TIME_IN_FUTURE: Words(
        "In the future",
        "The server says that this happens more than 10 minutes from now.",
        "Check the clock and the time zone of the sender.",
    ),
    Reason.LINE_UNREADABLE: Words(
        "Line unreadable",
        "A line of the access log is not in a format that is known here.",
        "Import the log in combined or JSON format.",
    ),
    Reason.NOT_A_PAGE: Words(
        "Not a page", "The line is about an image, a style sheet or a feed.", "Nothing to do. Only pages are views."
    ),
    Reason.NOT_A_VIEW: Words("Not a view", "The request was not a GET, so nobody looked at a page.", "Nothing to do."),
    Reason.ANSWER_ERROR: Words(
        "Answered with an error",
        "Your web server answered with an error, so no page was seen.",
        "Nothing to do here. The web server's own log says why.",
    ),
    Reason.ANSWER_REDIRECT: Words(
        "Redirected", "Your web server sent the visitor on; the next line is the page.", "Nothing to do."
    ),
    Reason.ANSWER_PARTIAL: Words(
        "No whole page", "Your web server answered with a part, or with nothing to show.", "Nothing to do."
    ),
    Reason.CONSENT_WITHHELD: Words(
        "Not allowed by the person",
        "The person did not allow statistics, and where they are nothing more than a counted page view may be kept.",
        "Nothing to do. What your own server reports is counted all the same.",
    ),
    Reason.SUPPRESSED: Words(
        "Erased or objected",
        "It arrived after this person was erased from the records, or had objected to them.",
        "Nothing to do. Nothing of it was kept.",
    ),
    Reason.ERASED: Words(
        "Erased",
        "Its person asked to be forgotten. What it said is gone; that it came is still counted.",
        "Nothing to do.",
    ),
}

ACTORS: Mapping[Actor, Words] = {
    Actor.HUMAN: Words("Person", "Nothing speaks against a person.", "Nothing to do.", "full", "ac"),
    Actor.HUMAN_PROXIED: Words(
        "Person behind a relay",
        "A person, through a relay that hides their address.",
        "Nothing to do. The place is the relay's.",
        "full",
        "ac",
    ),
    Actor.MACHINE_PREFETCH: Words(
        "Prefetch",
        "A browser or mail program fetched it ahead of time; nobody has looked yet.",
        "Nothing to do. It stays out of people's figures.",
        "dash",
        "ma",
    ),
    Actor.MACHINE_SCANNER: Words(
        "Scanner",
        "A security scanner opened it, to check it for somebody.",
        "Nothing to do. It stays out of people's figures.",
        "grid",
        "ma",
    ),
    Actor.MACHINE_DECLARED: Words(
        "Machine",
        "A crawler or tool that says so in its name.",
        "Nothing to do. It stays out of people's figures.",
        "grid",
        "ma",
    ),
    Actor.SUSPECT: Words(
        "Unclear",
        "Some signs speak for a machine, not enough to be sure.",
        "Read its reasons. It counts as a person unless it pretends to be another.",
        "half",
        "wa",
    ),
    Actor.INVALID: Words(
        "Not valid",
        "The hit contradicts itself: no browser sends this.",
        "Nothing to do. It stays out of people's figures.",
        "x",
        "ba",
    ),
}

FATES: Mapping[Fate, Words] = {
    Fate.KEPT: Words("kept", "It is an event and in the reports.", "Nothing to do.", "full", "ok"),
    Fate.DROPPED: Words("dropped", "It is no event; the reason says why.", "Read the reason.", "x", "ba"),
    Fate.FAILED: Words(
        "failed",
        "A step broke on it. It is kept among the dead letters, with the traceback.",
        "Report the traceback; after the repair a replay takes it in.",
        "x",
        "ba",
    ),
    Fate.WAITING: Words(
        "waiting",
        "It is stored on disk and has not been looked at yet.",
        "Wait some seconds. If it stays, look at System.",
        "open",
        "of",
    ),
}

VIAS: Mapping[Via, Words] = {
    Via.IMAGE: Words(
        "Image", "Seen by the image, without script.", "Add the script, to see more than the address.", "full", "ac"
    ),
    Via.TAG: Words("Tag", "Seen by the tag in the page.", "Nothing to do.", "full", "ac"),
    Via.SERVER: Words("Server", "Reported by your own server.", "Nothing to do.", "full", "ac"),
    Via.CONSENT: Words(
        "Choice", "A banner or a consent platform posted what was chosen.", "Nothing to do.", "full", "ac"
    ),
    Via.OPEN: Words("E-mail", "Seen by the image in an e-mail.", "Nothing to do.", "full", "ac"),
    Via.LINK: Words("E-mail link", "Seen by a link of an e-mail.", "Nothing to do.", "full", "ac"),
    Via.UNSUBSCRIBE: Words("Unsubscribe", "Asked for by an e-mail's way out.", "Nothing to do.", "full", "ac"),
    Via.IMPORT: Words("Import", "Read from an access log.", "Nothing to do.", "full", "ac"),
}

RULES: Mapping[str, str] = {  # of the verdict, by id: what was noticed
    "spoof": "says it is a known crawler, from an address that is not the crawler's",
    "req.method": "asked with another method than a mail program or a browser does",
    "ua.list": "its name is on a list of machines",
    "ua.client": "a mail program or a browser, when and where people read",
    "ua.office": "an Office program looks at the link before the browser opens it",
    "ua.image_proxy": "an image proxy, which follows no links",
    "time.instant": "sooner after sending than anybody reads",
    "time.fast": "within seconds after sending: perhaps a scanner",
    "net.dc_early": "from a data centre, within ten minutes after sending",
    "net.dc_late": "from a data centre, later than ten minutes after sending",
    "burst.recipients": "the same source fetched several people's e-mails within seconds",
    "burst.links": "the same source followed several links within seconds",
    "click.trap": "it followed a link that no person sees",
    "click.plain": "a click with nothing against it",
    "hdr.navigate": "a browser that does not say that somebody goes there",
    "page.engaged": "somebody acted on the page behind the link",
    "page.arrived": "the page behind the link was reached, and its script ran",
    "tampered": "the address was altered on its way",
    "else": "nothing known speaks for a person or a machine",
    "crawler.verified": "its address is one of those that the crawler's operator publishes",
    "crawler.unverified": "whether its address is the crawler's is not known yet",
    "guard.bot_phone": "a phone whose model is called a bot: a person",
    "guard.cubot": "a phone of the maker Cubot: a person, whatever the name looks like",
    "guard.in_app_browser": "the browser inside an app: a person",
    "guard.lynx": "Lynx, a browser for text: a person",
    "guard.mail_app": "a mail app with a browser of its own: a person",
    "guard.viber": "the browser inside Viber: a person",
    "hdr.accept_not_image": "asks for an image and does not say that it takes one",
    "hdr.headless_brand": "names itself a headless browser in its client hints",
    "hdr.hints_disagree": "its client hints contradict its user agent",
    "hdr.no_fetch_metadata": "a browser of this version says what it fetches for; this one does not",
    "hdr.no_hints": "a Chrome of this version sends client hints; this one does not",
    "hdr.no_language": "asks for no language",
    "hdr.sec_purpose": "the browser says that it fetches ahead (Sec-Purpose)",
    "hdr.purpose": "the browser says that it fetches ahead (Purpose)",
    "hdr.x_moz": "the browser says that it fetches ahead (X-Moz)",
    "hdr.x_purpose": "the browser says that it shows a preview (X-Purpose)",
    "history.person": "somebody moved in this browser on an earlier day: a person",
    "js.interaction": "somebody moved, scrolled or typed on the page: a person",
    "js.never_visible": "the page was never visible",
    "js.no_languages": "the browser speaks no language",
    "js.no_size": "the browser's window has no size",
    "js.webdriver": "the page's script saw that a program drives the browser",
    "list.crawler_user_agents": "its name is in the list crawler-user-agents",
    "list.is_bot": "its name is in the list is-bot",
    "lists": "its name is in a list of machines",
    "net.dc": "comes out of a data centre",
    "rate.intervals": "views pages at equal distances",
    "rate.no_engagement": "views page after page and nobody moves",
    "rate.views": "views more pages a minute than a person reads",
    "trap": "found a page that only a link nobody can see leads to",
    "ua.ai_user_fetch": "an assistant fetches the page because somebody asked it to",
    "ua.ancient_firefox": "a Firefox of a version that nobody has used for years",
    "ua.android_runtime": "the Android runtime fetched it, not a browser",
    "ua.apple_mpp": "Apple Mail Privacy Protection fetched it",
    "ua.background_service": "a service in the background fetched it",
    "ua.empty": "it does not say what it is",
    "ua.gmail_prefetch": "Gmail fetched the image before the mail was opened",
    "ua.gmail_proxy": "Gmail's image proxy, after the mail was opened",
    "ua.impossible": "a browser and a system, or two browsers, that do not exist together",
    "ua.impossible_platform": "a browser and a system that do not exist together",
    "ua.mail_client": "a mail program",
    "ua.mail_proxy": "a mail provider's image proxy",
    "ua.mail_scanner": "a scanner that checks mails for somebody",
    "ua.office_discovery": "an Office program looks at the link before it opens",
    "ua.old_major": "a browser more than two years behind",
    "ua.outlook": "Outlook",
    "ua.page_printer": "a program that makes pictures of pages",
    "ua.prefetch_service": "a service that fetches pages ahead",
    "ua.too_long": "it says more about itself than any browser does",
    "ua.yahoo_proxy": "Yahoo's image proxy, after the mail was opened",
}

ROLES: Mapping[Role, str] = {
    Role.VIEWER: "reads reports",
    Role.EDITOR: "also says what counts as a conversion",
    Role.PUBLISHER: "also changes what runs on the pages",
    Role.ADMIN: "also changes sites, keys and people",
}


SIGHT = (  # the right to see personal data, as the form that gives it says
    "It opens the ids that your site sends, addresses of pages with their parameters, who an e-mail went to, and "
    "numbers of fewer than 10 people. Without it people are p_8KD2, and such numbers are hidden everywhere."
)
TOO_FEW = Words(
    "Hidden",
    "Fewer than 10 people are behind this, so they are not listed.",
    "Choose a longer period or fewer filters, or ask an admin for the right to see personal data.",
    "slash",
    "of",
)


def of_reason(reason: str) -> Words:
    """Also for an exception's name, which a failed sighting has instead of a reason."""
    if reason in Reason.__members__.values():
        return REASONS[Reason(reason)]
    return Words(f"Failed: {reason}", FATES[Fate.FAILED].happened, FATES[Fate.FAILED].to_do)


def of_actor(actor: str) -> Words:
    return ACTORS[Actor(actor)]


def of_rule(rule: str) -> str:
    """What a rule of the verdict noticed; an unknown one by its own name."""
    return RULES.get(rule) or rule.replace("_", " ")


def of_fate(fate: str, reason: str, actor: str) -> Words:
    """The square and the word a row of hits ends with: "kept", "joined", "not counted", "dropped", "failed"."""
    if fate == Fate.KEPT:
        machine = actor in (Actor.MACHINE_DECLARED, Actor.MACHINE_SCANNER, Actor.MACHINE_PREFETCH)
        return _named(FATES[Fate.KEPT], "kept, as machine" if machine else "kept")
    if fate == Fate.DROPPED and reason in COPIES:
        word = "joined" if reason == Reason.ORDER_JOINED else "not counted"
        return _named(REASONS[Reason(reason)], word)
    return FATES[Fate(fate)]


def _named(words: Words, title: str) -> Words:
    return Words(title, words.happened, words.to_do, words.glyph, words.tone)
