"""The flags of events in plain words: what was noticed, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from onebyone.web.words import Words

FLAGS: Mapping[str, Words] = {
    "style_sheet": Words(
        "style sheet fetched",
        "By the access log the same visitor fetched a style sheet that day, as browsers do.",
        "Nothing to do. The Loss page counts such pages alone.",
        "full",
        "ok",
    ),
    "clock": Words(
        "clock not believed",
        "The sender's clock was off or missing, so the time of arrival stands.",
        "Send the time at which the event happened and the time at which it was sent.",
        "half",
        "wa",
    ),
    "not_an_id": Words(
        "an id that is none",
        "An id was a placeholder, like “undefined” or “0”, and was left out so that it joins nothing.",
        "Correct the template that fills the id.",
        "half",
        "wa",
    ),
    "link_invalid": Words(
        "link not believed",
        "The page was reached with a token between domains that is altered, or made for another domain or browser.",
        "Nothing to do: the visit counts, and joins nobody. Many of them mean that somebody tries.",
        "half",
        "wa",
    ),
    "link_expired": Words(
        "link too late",
        "The page was reached with a token between domains that was more than two minutes old.",
        "Nothing to do: the visit counts, and joins nobody.",
        "half",
        "wa",
    ),
    "link_reused": Words(
        "link used twice",
        "The page was reached with a token between domains that an earlier visit had used.",
        "Nothing to do: the visit counts, and joins nobody. Addresses that are passed on carry such tokens.",
        "half",
        "wa",
    ),
    "not_a_url": Words(
        "an address that is none",
        "The page's address could not be read, so the event has no page.",
        "Send the whole address, with https:// in front.",
        "half",
        "wa",
    ),
    "event_id_reused": Words(
        "event id used twice",
        "Another order has the same event id; the order ids decided that they are two.",
        "Give each event an id of its own.",
        "half",
        "wa",
    ),
    "value_conflict": Words(
        "copies disagree about the value",
        "Two copies name different amounts. The server's counts.",
        "Compare what the tag and the server read the value from.",
        "half",
        "wa",
    ),
    "currency_conflict": Words(
        "copies disagree about the currency",
        "Two copies name different currencies. The server's counts; nothing was converted.",
        "Compare what the tag and the server read the currency from.",
        "half",
        "wa",
    ),
    "over_refunded": Words(
        "refunded more than it was worth",
        "The refunds of this order add up to more than its value. What is left counts as nothing, not less.",
        "Look for a refund that was sent twice under two adjustment ids.",
        "half",
        "wa",
    ),
    "refund_currency": Words(
        "refund in another currency",
        "A refund or an edit names another currency than the order, and was not applied.",
        "Send it in the currency of the order.",
        "half",
        "wa",
    ),
    "adjustment_id_missing": Words(
        "adjustment without an id",
        "A refund, cancellation or edit has no id: the same kind and amount on the same day counts once.",
        "Send an adjustment id with each.",
        "half",
        "wa",
    ),
    "not_from_server": Words(
        "adjustment by a browser",
        "A browser asked to refund, cancel or edit an order. Anybody could, so it changed nothing.",
        "Send adjustments from your server.",
        "half",
        "wa",
    ),
    "consent_unreadable": Words(
        "consent not readable",
        "A consent string was broken, worthless or hostile, and was taken for a refusal.",
        "Decode the string with “onebyone consent decode”, and correct the platform that writes it.",
        "half",
        "wa",
    ),
    "tampered": Words(
        "altered on its way",
        "The address names a message and a recipient of ours, but its signature does not fit: a scanner altered it.",
        "Nothing to do. It is kept as a machine's.",
        "half",
        "wa",
    ),
    "before_sending": Words(
        "before it was sent",
        "It arrived before the time at which the e-mail was said to be handed over.",
        "Report the time of sending when it is over, by the clock of your mail server.",
        "half",
        "wa",
    ),
    "forwarded_likely": Words(
        "probably forwarded",
        "People read it in more than three places, so others than the recipient did. They are not identified.",
        "Nothing to do.",
        "half",
        "wa",
    ),
    "gateway": Words(
        "through a mail gateway",
        "The link came through the address of a security gateway; people click through these, too.",
        "Nothing to do.",
        "half",
        "wa",
    ),
    "currency_missing": Words(
        "currency missing",
        "An amount came without a currency; the site's own was taken.",
        "Send the currency with each amount.",
        "half",
        "wa",
    ),
}


def of_flag(flag: str) -> Words:
    """A flag may carry its subject after a colon."""
    known = FLAGS.get(flag.partition(":")[0])
    return known or Words(flag.replace("_", " "), "The pipeline marked the event so.", "Read its story.", "half", "wa")
