from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from itertools import groupby
from pathlib import Path
from typing import Any

import html5lib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from onebyone.mail.instrument import Addresses, instrument, most_growth
from onebyone.mail.targets import read_target

BASE = "https://t.example/p"
OURS = Addresses(base=BASE, open=f"{BASE}/v1/o/T.gif", link=lambda index, target: f"{BASE}/v1/l/L{index}")
IMAGE = (
    f'<img src="{BASE}/v1/o/T.gif" width="1" height="1" alt="" border="0"'
    ' style="width:1px;height:1px;border:0;display:block">'
)
GOLDEN = Path(__file__).parents[1] / "golden/mail"
CASES = json.loads((GOLDEN / "instrument.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_golden(case: dict[str, Any]) -> None:
    done = instrument(case["in"], OURS)
    assert done.html == case["out"].replace("IMG", IMAGE)
    assert [link.target for link in done.links] == case.get("targets", [])
    assert [one.why for one in done.left] == case.get("left", [])
    assert list(done.flags) == case.get("flags", [])


@pytest.mark.parametrize(
    "wrapped",
    [
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fshop.example%2Fa&amp;data=05%7C01&amp;reserved=0",
        "https://urldefense.com/v3/__https://shop.example/a__;!!N0p!x$",
        "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fshop.example%2fa&amp;c=E,1,x&amp;typo=1",
        "https://secure-web.cisco.com/1abc/https%3A%2F%2Fshop.example%2Fa",
        "https://protect-eu.mimecast.com/s/AbC1?domain=shop.example",
    ],
)
def test_a_link_that_another_scanner_wrapped_is_a_link_and_leads_where_it_led(wrapped: str) -> None:
    done = instrument(f'<p><a href="{wrapped}">shop</a></p>', OURS)
    assert done.html.startswith(f'<p><a href="{BASE}/v1/l/L0">shop</a>')
    (link,) = done.links
    assert link.target == unescape(wrapped) and read_target(link.target) == link.target


def test_the_image_may_stand_at_the_top() -> None:
    assert (
        instrument("<html><body class=a>x</body>", OURS, position="top").html == f"<html><body class=a>{IMAGE}x</body>"
    )
    assert instrument("<!doctype html>x", OURS, position="top").html == f"<!doctype html>{IMAGE}x"


def test_without_an_address_there_is_no_image() -> None:
    done = instrument("<p>x", Addresses(base=BASE, open="", link=OURS.link))
    assert done.html == "<p>x" and done.image == "none"


def test_a_trap_is_off_by_default_and_hidden_from_people() -> None:
    trap = Addresses(base=BASE, open=OURS.open, link=OURS.link, trap=f"{BASE}/v1/l/TRAP", trap_place=0.0)
    html = instrument("<p>a</p><p>b</p>", trap).html
    assert html.startswith("<p>a<a href=") and 'rel="nofollow" aria-hidden="true" tabindex="-1"' in html
    assert "display:none" not in html and "TRAP" not in instrument("<p>a</p>", OURS).html


def test_a_trap_is_never_inside_a_link() -> None:
    trap = Addresses(base=BASE, open=OURS.open, link=OURS.link, trap=f"{BASE}/v1/l/TRAP", trap_place=0.0)
    assert instrument('<a href="#x"><p>a</p></a><p>b</p>', trap).html.startswith(
        '<a href="#x"><p>a</p></a><p>b<a href='
    )


def test_a_newsletter_passes_the_check_it_passed_before_and_keeps_its_text_and_links() -> None:
    before = (GOLDEN / "newsletter.html").read_text()
    done = instrument(before, OURS)
    html5lib.HTMLParser(strict=True).parse(before)
    html5lib.HTMLParser(strict=True).parse(done.html)
    assert _text(done.html) == _text(before)
    assert [link.target for link in done.links] == [
        "https://shop.example/?utm_source=own&utm_content=logo",
        "https://shop.example/lampen/fjord?farbe=gr%C3%BCn&copy=1",
        "https://shop.example/neu",
        "https://shop.example/kaufen",
        "https://shop.example/karte",
    ]
    assert [one.why for one in done.left] == [
        "shows_its_address", "not_http", "not_http", "unsubscribe", "marked", "not_http",
    ]  # fmt: skip
    assert done.html.count(f"{BASE}/v1/l/") == 6  # the button for Outlook, and the one for everybody else
    assert done.html.count("<img") == before.count("<img") + 1 and done.image == "added"
    assert len(done.html) - len(before) <= most_growth(6, len(OURS.open) + 4)


def _text(html: str) -> str:
    """What a person reads; comments are no text."""
    root = html5lib.parse(re.sub(r"<!--.*?-->", "", html, flags=re.S), namespaceHTMLElements=False)
    return "".join(root.itertext())


PIECES = [
    '<a href="https://a.example/1">', "</a>", "<a href='https://b.example/?a=1&amp;b=2'>",
    "<a href=https://c.example>", "<p>", "</p>", "<table><tr><td>", "</td></tr></table>", "text", "<!--", "-->",
    "<b>", "</b>", "</body>", "<body>", "<html>", "</html>", "<head>", "</head>", "<div", ">", '"', "'", "<", "&amp;",
    "é", "<style>", "</style>", "<!--[if mso]>", "<![endif]-->", "<area href='https://a.example/'>", "<select>",
    "<img src=x>", "https://d.example",
]  # fmt: skip
HREFS = ("https://a.example/1", "https://b.example/?a=1&amp;b=2", "https://c.example", "https://a.example/")
MESSAGES = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@pytest.mark.parametrize("element", ["style", "title", "script"])
def test_the_image_at_the_top_is_put_behind_a_text_that_is_no_markup(element: str) -> None:
    head = f"<{element}>p > a {{ color: red }}</{element}>"
    assert instrument(f"{head}<p>Hello</p>", OURS, position="top").html == f"{head}{IMAGE}<p>Hello</p>"


@given(MESSAGES, st.sampled_from(["top", "bottom"]))
@example('<style><a href="https://a.example/1"></style>', "top")
def test_twice_is_once(html: str, position: Any) -> None:
    once = instrument(html, OURS, position=position).html
    again = instrument(once, OURS, position=position)
    assert (again.html, again.links) == (once, ())


@given(MESSAGES)
def test_everything_else_stays_byte_for_byte(html: str) -> None:
    done = instrument(html, Addresses(base=BASE, open=OURS.open, link=lambda index, target: f"{BASE}/v1/l/@{index}@"))
    back = done.html.replace(IMAGE, "", 1 if done.image == "added" else 0)
    for link in done.links:
        back = back.replace(f"{BASE}/v1/l/@{link.index}@", "<>")
    assert _without_links(back) == _without_links(html)


def _without_links(html: str) -> str:
    for href in HREFS:
        html = html.replace(f'"{href}"', '"<>"').replace(f"'{href}'", "'<>'").replace(f"={href}>", "=<>>")
    return html


@given(MESSAGES)
@example('<b><a href="https://a.example/1"></b><body><!--')  # the link is opened again, around image and comment
@example('<b><a href="https://a.example/1"></b></body><p>text<!-- -->text')  # and around the paragraph
def test_the_tree_differs_in_links_and_the_image_alone(html: str) -> None:
    assert _tree(instrument(html, OURS).html) == _tree(html)


def _tree(html: str) -> str:
    """As html5lib sees it, without links' targets and our image; of each text and image, which formatting it has.

    The elements of formatting themselves are left out: one that the sender did not close is opened again by the parser
    before whatever comes next, and that is our image now.
    """
    root = html5lib.parse(html, namespaceHTMLElements=False)
    runs = groupby(_pieces(root, ""), key=lambda piece: piece[0])
    return "".join(f"{{{formats}}}" * bool(formats) + "".join(text for _, text in run) for formats, run in runs)


def _pieces(node: Any, formats: str) -> Iterator[tuple[str, str]]:
    """The formatting around each piece, and the piece."""
    if not isinstance(node.tag, str):
        yield "", "<!---->" if node.text.startswith("[if") else f"<!--{node.text}-->"  # read by Outlook, and rewritten
        return
    if node.tag == "img" and "/v1/o/" in node.get("src", ""):
        return
    within = "".join(sorted({*formats, node.tag})) if node.tag in ("a", "b") else formats
    if node.tag not in ("a", "b"):
        attributes = sorted((name, "-" if name == "href" else value) for name, value in node.attrib.items())
        yield formats if node.tag == "img" else "", f"<{node.tag} {attributes}>"
    yield from ((within, letter) for letter in node.text or "")
    for child in node:
        yield from _pieces(child, within)
        yield from ((within, letter) for letter in child.tail or "")
    if node.tag not in ("a", "b"):
        yield "", f"</{node.tag}>"


@given(MESSAGES)
def test_it_grows_by_a_bounded_amount(html: str) -> None:
    done = instrument(html, OURS)
    assert len(done.html) - len(html) <= most_growth(html.count("href"), len(OURS.open) + 4)


@pytest.mark.slow
def test_ten_megabytes_with_a_hundred_thousand_links() -> None:
    row = '<tr><td><a href="https://shop.example/item?id=%d">Look at this one</a></td></tr>'
    html = "<html><body><table>" + "".join(row % n for n in range(100_000)) + "x" * 2_000_000 + "</table></body></html>"
    done = instrument(html, OURS)
    assert len(done.links) == 0xFFFE and {one.why for one in done.left} == {"too_many"}
    assert done.html.endswith(f"</table>{IMAGE}</body></html>")
