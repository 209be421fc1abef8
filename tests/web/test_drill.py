"""Every number of a report that counts rows is a link, and the list it leads to says the same number.

A number that leads nowhere stands in `WITHOUT` with its reason.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator, Mapping, Sequence

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec import Struct

from onebyone.reports.catalogue import Reports
from onebyone.store.engine import Embedded
from onebyone.web.numbers import share
from store.rows import put
from web.claims import add_claims
from web.deliveries import add_deliveries
from web.drill_shop import QUERY, letter, rows
from web.fakes import Place
from web.kept_segments import add_segment
from web.test_behind import asking

Client = TestClient[Litestar]
PAGES = ("loss?by=browser", "loss?by=country&step=day", "retention?again=purchase", "funnels?steps=page_view,purchase",
         "errors", "engagement", "consent", "ledger", "attribution")  # fmt: skip
ALL = (*PAGES, "overview", "acquisition", "pages", "events", "attribution?by=source&show=orders&reset=1",
       "people", "explore",
       "destinations", "email", "segments", "traffic", "conversions",
       "conversions/days", "lifetime", "populations", "days_active",
       "paths", "experiments", "reconciliation", "vitals", "live")  # fmt: skip
NO_ROWS = "it counts no rows of the store"
WITHOUT: Mapping[tuple[str, str], str] = {  # (page, column or figure): why no list is behind it
    ("errors", "Different"): "faults, each of which is a row of its own below",
    ("engagement", "Measured"): "loads that told a time, of several events each",
    ("ledger", "Received"): "kept and dropped together",
    ("ledger", "a sum"): "of all time",
    ("attribution", "Orders"): "a path is the list's own question, its channels are links",
    ("events", "With order"): "a part of the events of its row, which is a link",
    ("events", "With value"): "a part of the events of its row, which is a link",
    ("events", "Seen"): "of a property: its row leads to its values",
    ("events", "Values"): NO_ROWS,
    ("events", "For example"): NO_ROWS,
    ("people", "Browsers"): "its row leads to the person with all of them",
    ("explore", "People"): "whoever is asked by a question of one's own is asked again as a segment",
    ("email", "Machine opens"): "of all messages: those of each are links",
    ("email", "Not measurable"): "of all messages, and of whom nothing was seen",
    ("experiments", "Expected"): NO_ROWS,
    **{
        ("destinations", state): "its row leads to the destination with what became of each delivery"
        for state in ("Accepted", "Waiting", "Retrying", "Refused", "Not eligible", "Not allowed")
    },
    ("reconciliation", "Orders"): "only the comparison with the platform's file knows which they are",
    ("reconciliation", "Claimed"): "lines of the platform's file",
    ("reconciliation", "Days"): NO_ROWS,
    ("reconciliation", "Rows"): "lines of the platform's file",
    ("conversions", "Times seen"): "its row leads to its story with each copy",
    ("conversions", "Copies not counted"): "each is in the story of its record",
    ("conversions/days", "Counted"): "by the state of that day, which is no list now",
    ("live", "a sum"): "of this minute: it changes before a list is opened",
}
OF_OTHER_PATHS = ("Markov, all", "Markov, each", "Shapley, rates", "Shapley, sets")  # their list says so
MOST = 3  # lists of a page that are opened
MOST_OF_COLUMN = 20  # with PROVE=1
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh]\b([^>]*)>(.*?)</t[dh]>", re.DOTALL)
_FIGURE = re.compile(r'<div><span class="k">(.*?)</span><span class="v">(.*?)</span>', re.DOTALL)
_LINK = re.compile(r'<a\b[^>]*href="(/s/[^"]+/behind/[^"]+)"[^>]*>(.*?)</a>', re.DOTALL)


class Number(Struct, frozen=True):
    head: str
    text: str
    href: str = ""
    of: str = ""  # what it is a share of, or what it counts in words


def numbers_of(text: str) -> Iterator[Number]:
    """Whole numbers in tables, and whatever leads to a list."""
    for table in _TABLE.findall(text):
        head, *body = _ROW.findall(table)
        heads = [_plain(cell) for _, cell in _CELL.findall(head)]
        if "<thead" not in table:
            heads, body = ["a sum", ""], [head, *body]
        for row in body:
            first = ""
            for name, (tag, cell) in zip(heads, _CELL.findall(row), strict=False):
                said, link, title = _plain(cell), _LINK.search(cell), re.search(r'title="([^"]*)"', tag)
                number = re.sub(r"(?<=\d)[+−–-].*|new$|gone$", "", said).lstrip("−")
                first = first or (number if link else "")
                if len(links := _LINK.findall(cell)) > 1:  # people / machines / unclear
                    yield from (Number(name, _plain(text), html.unescape(href)) for href, text in links)
                elif link:
                    yield Number(name, number, html.unescape(link[1]), title[1] if title else first)
                elif "<a " not in cell and re.fullmatch(r"[1-9][\d,]*", number):
                    yield Number(name, number)
    for name, figure in _FIGURE.findall(text):
        if "<a " not in figure and re.fullmatch(r"[1-9][\d,]*", said := _plain(figure)):
            yield Number(_plain(name), said)
    for link in _LINK.finditer(_TABLE.sub("", text)):
        yield Number("", _plain(link[2]), html.unescape(link[1]))


def _told_why(page: str, head: str) -> bool:
    return any(page == of and head.startswith(column) for of, column in WITHOUT)


def _plain(cell: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", cell)).strip()


def of_each_column(linked: Sequence[Number]) -> list[Number]:
    """The first and the last, for they are few where a column is long."""
    of: dict[str, list[Number]] = {}
    for one in linked:
        of.setdefault(one.head, []).append(one)
    half = MOST_OF_COLUMN // 2
    return [one for those in of.values() for one in (those[:half] + those[half:][-half:])]


def wrong_with(client: Client, one: Number) -> str:
    """ "" if the list says the number."""
    answer = client.get(one.href)
    found = re.search(r"<h1>[^<]+</h1><p>([^<]+)</p>", answer.text)
    if answer.status_code != 200 or not found:
        return f"{answer.status_code}"
    listed = [part.replace(",", "") for part in re.findall(r"(?<![\w.])\d[\d,]*(?![\w%])", found[1])]
    if counted := re.match(r"([\d,]+) of [\d,]+ came back", one.of):
        return "" if counted[1].replace(",", "") == listed[0] else found[1]
    if one.text.endswith("%"):
        return "" if share(int(listed[0]), int(one.of.replace(",", ""))) == one.text else found[1]
    if one.head in OF_OTHER_PATHS and "is no sum of these" in found[1]:
        return ""
    if re.fullmatch(r"€?[\d,.]+", one.text):
        whole = re.escape(one.text.removesuffix(".0"))
        return "" if re.search(rf"(?<![\d.,]){whole}(?!\d)", found[1]) else found[1]
    return "" if int(listed[0]) else "nobody"


@pytest.mark.timeout(1200)
def test_the_list_behind_every_number_says_that_number(place: Place, admin: Client, store: Embedded) -> None:
    """Of every page with PROVE=1."""
    put(store, rows(place.site.id))
    place.mail.add_message(letter(place.site.id))
    add_segment(place)
    add_deliveries(place)
    add_claims(place)
    real = Reports(store, clock=lambda: place.clock_now)
    place.reports.answers = {name: asking(real, name) for name in real.names()}
    wrong, walked = [], 0
    for page in ALL if os.environ.get("PROVE") else PAGES:
        name = page.partition("?")[0]
        answer = admin.get(f"/s/{place.site.id}/{page}{'&' if '?' in page else '?'}{QUERY}")
        if answer.status_code != 200:
            wrong.append(f"{page}: {answer.status_code}")
        text = answer.text
        found = list(dict.fromkeys(numbers_of(text)))
        linked = [one for one in found if one.href]
        wrong += [
            f"{page}: {one.head} {one.text} is no link" for one in found if not (one.href or _told_why(name, one.head))
        ]
        few = of_each_column(linked) if os.environ.get("PROVE") else linked[:MOST]
        walked += len(few)
        wrong += [f"{page}: {one.head} {one.text} {why}" for one in few if (why := wrong_with(admin, one))]
    assert not wrong, "\n".join(wrong)
    assert walked > 20
