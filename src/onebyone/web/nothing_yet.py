"""Pages of a site that never got a hit: what each will answer. Zeros would look like data."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "conversions": "Here will stand each order, lead and sign-up: who reported it, how its copies were joined,"
    " and why it is counted once.",
    "attribution": "Here will stand which channels and campaigns get the credit for your orders, by every model"
    " side by side, to the cent.",
    "ledger": "Here will stand what became of every hit that was received: kept, dropped with its reason, or waiting.",
    "acquisition": "Here will stand where people come from: channels, sources, campaigns and referrers, with the"
    " orders they led to.",
    "pages": "Here will stand which pages people see, where they come in, how long they stay and what"
    " goes wrong there.",
    "events": "Here will stand every event that is sent, how often, and what it carries.",
    "funnels": "Here will stand how many visitors go from one step to the next, and where they stop.",
    "retention": "Here will stand how many of those who came once come back and buy, week by week,"
    " and what a customer is worth over time.",
    "experiments": "Here will stand which variant of a page is better, by how much at least and at most, and whether"
    " enough people saw it to say so.",
    "email": "Here will stand who read your messages and who clicked, with machines told apart from people.",
    "explore": "Here will stand a table of your own: a row for each value of any property, and a column for whatever"
    " you want counted, summed or averaged; and the ways that people take to a conversion.",
    "people": "Here will stand the people who were here, across the browsers they use, and everything they did.",
    "consent": "Here will stand what people allowed, by country and day, and what was not kept because they did not.",
    "traffic": "Here will stand how much of your traffic is people and how much machines, and why.",
}  # of the menu's pages; Overview, Loss and Reconciliation have their own
