from __future__ import annotations

import os

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.mail.markup import Gap, Tag, read_tags, value_of

PIECES = [
    "<a href=x>", '<a href="y>z">', "<a\nhref = 'q'>", "</a>", "<!-- <a> -->", "<!-->", "<!--", "-->", "<style>",
    "</style>", "<title>", "</title>", "text", "<", ">", "</", "<p>", "</p >", "<area href=1 href=2>", "&amp;",
    "<a/href=n>", "<a =b>",
    "<![CDATA[<a>]]>", "<?php <a> ?>", "<br/>", '"', "'", "<a b='c'd>",
]  # fmt: skip

MANY_CHARS = 10_000_000 if os.environ.get("PROVE") else 2_000_000


def _ours(text: str) -> list[tuple[str, dict[str, str]]]:
    found = []
    for tag in read_tags(text):
        if isinstance(tag, Tag) and not tag.closes and not tag.conditional:
            named: dict[str, str] = {}
            for attribute in tag.attributes:
                named.setdefault(attribute.name, value_of(text, attribute))
            found.append((tag.name, named))
    return found


def _standard(text: str) -> list[tuple[str, dict[str, str]]]:
    """By html5lib's tokenizer, told what a tree builder would tell it about raw text."""
    tokens = html5lib._tokenizer.HTMLTokenizer(text)
    found = []
    for token in tokens:
        if token["type"] in (3, 5):  # start, empty
            found.append((token["name"], dict(token["data"])))
            if token["name"] == "style":
                tokens.state = tokens.rawtextState
            elif token["name"] == "title":
                tokens.state = tokens.rcdataState
    return found


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_tags_are_those_of_the_html_standard(text: str) -> None:
    assert _ours(text) == _standard(text)


def test_links_for_outlook_alone_are_found_in_their_comment() -> None:
    text = '<!--[if mso]><v:roundrect href="https://a.example/"></v:roundrect><![endif]--><!-- <a href=x> -->'
    tags = [tag for tag in read_tags(text) if isinstance(tag, Tag)]
    assert [(tag.name, tag.conditional) for tag in tags] == [("v:roundrect", True), ("v:roundrect", True)]


def test_what_is_never_closed_hides_the_rest() -> None:
    for text in ("<p>a<!-- b <a href=x>", "<p>a<style>b<a href=x>", '<p>a<a href="x>', "<p>a<plaintext><a>"):
        assert isinstance(list(read_tags(text))[-1], Gap)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("?a=1&amp;copy=2", "?a=1&copy=2"),
        ("?a=1&copy=2", "?a=1&copy=2"),
        ("&copy", "©"),
        ("&notit;", "&notit;"),
        ("&#x26;&#38;", "&&"),
        ("&amp", "&"),
        ("&unknown;", "&unknown;"),
    ],
)
def test_references_in_attributes_follow_the_rules_for_attributes(written: str, value: str) -> None:
    text = f'<a href="{written}">'
    tag = next(iter(read_tags(text)))
    assert isinstance(tag, Tag)
    assert value_of(text, tag.attributes[0]) == value


@pytest.mark.slow
@pytest.mark.timeout(240)  # a second or two for ten megabytes of each; quadratic would be hours
def test_megabytes_of_anything_take_a_moment() -> None:
    for piece in (
        "<!--",
        "<a ",
        "</",
        "<a href='",
        "<style>",
        "<",
        '<a b="c" ',
        "<title></titl",
        "<!",
        "&amp;<p>x</p>",
    ):
        assert sum(1 for _ in read_tags(piece * (MANY_CHARS // len(piece)))) >= 0
