"""HTML as a list of pieces that together are every byte of it.

The tokenizer of the HTML Standard as far as tags need it: no tree, no repair, one pass. A tree builder would lose the
very bytes that must stay, and html.parser knows no positions of attributes (docs/decisions/0024).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.entities import html5

from msgspec import Struct

_SPACE = "\t\n\f\r "
_NAME = re.compile(rf"[^{_SPACE}/>]+")
_SKIP = re.compile(rf"[{_SPACE}/]*")
_GAP = re.compile(rf"[{_SPACE}]*")
_ATTRIBUTE = re.compile(rf"=?[^{_SPACE}/>=]*")
_BARE = re.compile(rf"[^{_SPACE}>]*")
_LETTER = re.compile(r"[A-Za-z]")
_COMMENT_END = re.compile(r"--!?>")
_CONDITION = re.compile(r"\[if [^\]>]*\]>", re.I)
_RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title"})
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9A-Fa-f]+;?|([A-Za-z][A-Za-z0-9]*)(;?)(=?))")


class Attribute(Struct, frozen=True):
    """`start` and `end` enclose the value as it is written, without quotes."""

    name: str  # lower case
    start: int
    end: int
    quoted: bool


class Tag(Struct, frozen=True):
    """A start or end tag. Only those that are complete are tags; in a comment, only in one for some programs."""

    name: str  # lower case
    closes: bool
    start: int
    end: int
    attributes: tuple[Attribute, ...] = ()
    conditional: bool = False

    def find(self, name: str) -> Attribute | None:
        """The first of that name, which is the one that counts."""
        return next((one for one in self.attributes if one.name == name), None)


class Gap(Struct, frozen=True):
    """Why nothing behind this place can be a tag: an unclosed comment, tag or style."""

    start: int


def read_tags(text: str) -> Iterator[Tag | Gap]:
    """Every tag, in order; those inside conditional comments too. A Gap is the last thing, if there is one."""
    return _read(text, 0, len(text), conditional=False)


def value_of(text: str, attribute: Attribute) -> str:
    """The attribute's value with its character references read, by the rules for attributes: `&copy=` stays."""
    return _REFERENCE.sub(_resolve, text[attribute.start : attribute.end])


def _resolve(found: re.Match[str]) -> str:
    name, semicolon, equals = found[1], found[2], found[3]
    if name is None:
        return unescape(found[0])
    if semicolon:
        return html5.get(f"{name};", f"&{name};") + equals
    return found[0] if equals else html5.get(name, f"&{name}")


def _read(text: str, at: int, end: int, *, conditional: bool) -> Iterator[Tag | Gap]:
    while True:
        at = text.find("<", at, end)
        if at < 0:
            return
        if text.startswith("<!--", at, end):
            body, after = _comment(text, at, end)
            if after > 0:
                yield from _conditional(text, at + 4, body)
        elif _LETTER.match(text, at + 1, end) or (text.startswith("</", at, end) and _LETTER.match(text, at + 2, end)):
            tag = _tag(text, at, end, conditional=conditional)
            after = -1 if tag is None else tag.end
            if tag is not None:
                yield tag
                after = after if tag.closes else _behind_raw(text, tag, end)
        elif text.startswith(("<!", "<?", "</"), at, end):
            after = text.find(">", at, end) + 1 or -1
        else:
            after = at + 1
        if after < 0:
            if not conditional:
                yield Gap(at)
            return
        at = after


def _comment(text: str, at: int, end: int) -> tuple[int, int]:
    """Where the comment's content ends, and what follows it begins; -1 if it has no end."""
    for short in ("<!-->", "<!--->"):
        if text.startswith(short, at, end):
            return at + 4, at + len(short)
    found = _COMMENT_END.search(text, at + 4, end)
    return (end, -1) if found is None else (found.start(), found.end())


def _conditional(text: str, start: int, end: int) -> Iterator[Tag | Gap]:
    found = _CONDITION.match(text, start, end)
    return _read(text, found.end(), end, conditional=True) if found else iter(())


def _tag(text: str, at: int, end: int, *, conditional: bool) -> Tag | None:
    closes = text[at + 1] == "/"
    found = _NAME.match(text, at + 1 + closes, end)
    if found is None:
        return None
    name, place = found[0].lower(), found.end()
    attributes: list[Attribute] = []
    while True:
        place = _after(_SKIP, text, place, end)
        if place >= end:
            return None
        if text[place] == ">":
            return Tag(name, closes, at, place + 1, tuple(attributes), conditional)
        attribute, place = _attribute(text, place, end)
        if attribute is None:
            return None
        attributes.append(attribute)


def _attribute(text: str, at: int, end: int) -> tuple[Attribute | None, int]:
    """None if a quote is never closed: then this is no tag, nor is anything behind it."""
    after_name = _after(_ATTRIBUTE, text, at, end)
    name = text[at:after_name].lower()
    place = _after(_GAP, text, after_name, end)
    if place >= end or text[place] != "=":
        return Attribute(name, after_name, after_name, False), after_name
    place = _after(_GAP, text, place + 1, end)
    quote = text[place : place + 1] if place < end else ""
    if quote and quote in "\"'":
        close = text.find(quote, place + 1, end)
        return (None, end) if close < 0 else (Attribute(name, place + 1, close, True), close + 1)
    close = _after(_BARE, text, place, end)
    return Attribute(name, place, close, False), close


def _after(pattern: re.Pattern[str], text: str, at: int, end: int) -> int:
    found = pattern.match(text, at, end)
    return at if found is None else found.end()


def _behind_raw(text: str, tag: Tag, end: int) -> int:
    """Where markup goes on: behind the text of a style and the like, whose end tag is read as a tag again."""
    if tag.name == "plaintext":
        return -1
    if tag.name not in _RAW:
        return tag.end
    found = re.compile(rf"</{tag.name}(?=[{_SPACE}/>])", re.I).search(text, tag.end, end)
    return -1 if found is None else found.start()
