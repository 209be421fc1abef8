"""An HTML message with its open image and its tracked links (specs/email-and-bots.md 7.2 and 7.4).

What is not the value of a link or the image itself stays as it is, byte for byte. Doing it twice is doing it once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Literal

from msgspec import Struct

from onebyone.mail.markup import Attribute, Gap, Tag, read_tags, value_of
from onebyone.mail.targets import read_target
from onebyone.mail.tokens import MAX_LINKS

Position = Literal["bottom", "top"]
Why = Literal[
    "not_http",  # mailto:, tel:, a fragment, a relative address, nothing
    "own",  # an address of ours: it is tracked already, or it unsubscribes
    "marked",  # data-no-track
    "unsubscribe",  # it says so
    "shows_its_address",  # the text is an address itself: another one behind it looks like a fraud
    "personal",  # a merge field of the sender inside
    "bad_target",  # nothing that a redirect may lead to
    "too_many",
]
_TEMPLATE = re.compile(r"\{\{|\}\}|\{%|<%|%%|\*\||\$\{|\[\[|%(?![0-9A-Fa-f]{2})[A-Za-z_][\w.]*%")
_LEAVING = re.compile(
    r"unsubscri|opt[-_ ]?out|abmeld|abbestell|newsletter-?austrag|d[eé]sabonn|d[eé]sinscri|cancelar.{0,3}suscri"
    r"|darse de baja|disiscri|afmeld|uitschrijv|preference[s_ -]?cent|manage.{0,12}preferences|email[-_ ]preferences",
    re.I,
)
_ADDRESS_TEXT = re.compile(r"(?:https?://\S+|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}(?:[:/?#]\S*)?)", re.I)
_TAGS = re.compile(r"<[^>]*>")
_HEAD = frozenset({"html", "head", "title", "meta", "link", "base", "style", "script"})
_TEXTS = frozenset({"title", "style", "script"})  # of them, those that hold text alone
_BLOCKS = frozenset({"p", "td", "div", "li"})
_MAX_TEXT = 500
_STYLE = "width:1px;height:1px;border:0;display:block"


class Addresses(Struct, frozen=True):
    """Where the addresses of one message lead. `base` ends in the site's prefix; texts may hold a sender's variable."""

    base: str
    open: str  # of the image; "" for a message without one
    link: Callable[[int, str], str]  # of the link with that index and target
    trap: str = ""  # of a link that no person sees; "" for none
    trap_place: float = 0.5  # where among the blocks of the message, from 0 to 1; to be drawn anew for each message


class Link(Struct, frozen=True):
    index: int
    target: str


class Left(Struct, frozen=True):
    """A link that stays as it is. `offset` counts characters from the start of the message."""

    offset: int
    why: Why


class Instrumented(Struct, frozen=True):
    html: str
    links: tuple[Link, ...] = ()
    left: tuple[Left, ...] = ()
    image: Literal["added", "present", "none"] = "none"
    flags: tuple[str, ...] = ()  # unclosed: nothing behind some place is markup; image at the top


class _Edit(Struct, frozen=True):
    start: int
    end: int
    text: str


def instrument(html: str, addresses: Addresses, *, position: Position = "bottom") -> Instrumented:
    """Never raises for what the message holds. Equal targets share one index."""
    found = list(read_tags(html))
    tags = [one for one in found if isinstance(one, Tag)]
    unclosed = any(isinstance(one, Gap) for one in found)
    indexes: dict[str, int] = {}
    edits: list[_Edit] = []
    left: list[Left] = []
    for tag, text in _links(html, tags):
        attribute = tag.find("href")
        if attribute is None:
            continue
        what = _judge(html, tag, attribute, text, addresses.base)
        if what.target and len(indexes) >= MAX_LINKS and what.target not in indexes:
            what = _Judged(why="too_many")
        if not what.target:
            left.append(Left(attribute.start, what.why))
            continue
        index = indexes.setdefault(what.target, len(indexes))
        edits.append(_href(attribute, addresses.link(index, what.target)))
    image, more = _image(html, tags, addresses, position, unclosed=unclosed)
    edits += more
    return Instrumented(
        html=_apply(html, edits),
        links=tuple(Link(index, target) for target, index in indexes.items()),
        left=tuple(left),
        image=image,
        flags=("unclosed",) if unclosed else (),
    )


def most_growth(links: int, longest_address: int) -> int:
    """The most characters that a message with that many rewritten links may gain."""
    return links * (longest_address + 2) + longest_address + len(_image_tag("")) + 200


class _Judged(Struct, frozen=True):
    target: str = ""
    why: Why = "not_http"


def _links(html: str, tags: list[Tag]) -> Iterator[tuple[Tag, str]]:
    """Each tag that may be a link, and the text a reader sees in it."""
    for at, tag in enumerate(tags):
        if tag.closes or not (tag.name in ("a", "area") or tag.name.startswith("v:")):
            continue
        text = ""
        if tag.name == "a":
            until = next((t.start for t in tags[at + 1 : at + 50] if t.name == "a"), tag.end)
            text = _TAGS.sub("", html[tag.end : min(until, tag.end + _MAX_TEXT)]).strip()
        yield tag, text


def _judge(html: str, tag: Tag, attribute: Attribute, text: str, base: str) -> _Judged:
    href = value_of(html, attribute).strip("\t\n\f\r ")
    if href.startswith(f"{base}/v1/"):
        return _Judged(why="own")
    if tag.find("data-no-track") is not None:
        return _Judged(why="marked")
    if _TEMPLATE.search(href):
        return _Judged(why="personal")
    if not href.lower().startswith(("http:", "https:")):
        return _Judged()
    if _LEAVING.search(href) or _LEAVING.search(text):
        return _Judged(why="unsubscribe")
    if _ADDRESS_TEXT.fullmatch(text):
        return _Judged(why="shows_its_address")
    target = read_target(href)
    return _Judged(target=target) if target else _Judged(why="bad_target")


def _href(attribute: Attribute, address: str) -> _Edit:
    written = escape(address)
    if not attribute.quoted and re.search(r"[\s\"'=<>`{}]", written):
        written = f'"{written}"'
    return _Edit(attribute.start, attribute.end, written)


def _image_tag(address: str) -> str:
    return f'<img src="{escape(address)}" width="1" height="1" alt="" border="0" style="{_STYLE}">'


def _trap_tag(address: str) -> str:
    style = "font-size:1px;line-height:1px;color:inherit;text-decoration:none"
    return f'<a href="{escape(address)}" rel="nofollow" aria-hidden="true" tabindex="-1" style="{style}"></a>'


def _image(
    html: str, tags: list[Tag], addresses: Addresses, position: Position, *, unclosed: bool
) -> tuple[Literal["added", "present", "none"], list[_Edit]]:
    if not addresses.open:
        return "none", []
    for tag in tags:
        source = tag.find("src") if tag.name == "img" else None
        if source is not None and value_of(html, source).strip().startswith(f"{addresses.base}/v1/o/"):
            return "present", []
    if unclosed and _body_start(tags) is None:
        return "none", []
    place = _top(html, tags) if unclosed or position == "top" else _bottom(html, tags)
    edits = [_Edit(place, place, _image_tag(addresses.open))]
    if addresses.trap:
        edits.append(_trap(tags, addresses, place))
    return "added", edits


def _trap(tags: list[Tag], addresses: Addresses, otherwise: int) -> _Edit:
    """At the end of some block that is no part of a link."""
    places, in_link = [], False
    for tag in tags:
        if tag.name == "a":
            in_link = not tag.closes
        if tag.closes and tag.name in _BLOCKS and not in_link and not tag.conditional and tag.start <= otherwise:
            places.append(tag.start)
    place = places[min(int(addresses.trap_place * len(places)), len(places) - 1)] if places else otherwise
    return _Edit(place, place, _trap_tag(addresses.trap))


def _bottom(html: str, tags: list[Tag]) -> int:
    for name in ("body", "html"):
        ends = [tag.start for tag in tags if tag.closes and tag.name == name and not tag.conditional]
        if ends:
            return ends[-1]
    return len(html)


def _top(html: str, tags: list[Tag]) -> int:
    """Where the body begins: behind <body>, else behind what belongs to a head."""
    found = _body_start(tags)
    if found is not None:
        return found
    doctype = re.match(r"\s*<!doctype[^>]*>", html, re.I)
    place = doctype.end() if doctype else 0
    held = ""  # the element whose text is no markup: nothing may be put into it
    for tag in tags:
        if held:
            if tag.closes and tag.name == held:
                held, place = "", tag.end
            continue
        if tag.name not in _HEAD or html[place : tag.start].strip():
            break
        if tag.name in _TEXTS and not tag.closes:
            held = tag.name
        else:
            place = tag.end
    return place


def _body_start(tags: list[Tag]) -> int | None:
    return next((tag.end for tag in tags if tag.name == "body" and not tag.closes and not tag.conditional), None)


def _apply(html: str, edits: list[_Edit]) -> str:
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        pieces += [html[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, html[at:]])
