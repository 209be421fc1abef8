"""Addresses of pages as they may leave."""

from __future__ import annotations

import pytest

from onebyone.destinations.pages import is_personal, safe_page


@pytest.mark.parametrize("text", ["jane@example.com", "for jane.doe@example.co.uk!", "+44 20 7946 0958"])
def test_what_is_personal(text: str) -> None:
    assert is_personal(text)


@pytest.mark.parametrize("text", ["", "2 @ 3.50", "@shop", "1700000000", "T-1001", "C++", "a" * 100_000, "@" * 100_000])
def test_what_is_not(text: str) -> None:
    assert not is_personal(text)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/p?gclid=1&q=a%20b&FBCLID=2#top", "https://a.example/p?q=a%20b#top"),
        ("https://a.example/p?gclid=1#top", "https://a.example/p#top"),
        ("https://a.example/p?e=jane%40example.com&q=1", "https://a.example/p?q=1"),
        ("https://a.example/p?back=%2Fp%3Fe%3Djane%2540example.com", "https://a.example/p"),
        ("https://a.example/p?tel=%2B442079460958", "https://a.example/p"),
        ("https://a.example/u/jane@example.com/x?q=1", "https://a.example/"),
        ("https://jane@shop.example.com/x", "https://shop.example.com/"),
        ("https://a.example/p#jane@example.com", "https://a.example/p"),
        ("mailto:jane@example.com", ""),
        ("https://a.example/", "https://a.example/"),
        ("", ""),
    ],
)
def test_an_address_without_ids_and_persons(url: str, expected: str) -> None:
    assert safe_page(url, with_ids=False) == expected


def test_ids_of_clicks_that_may_stay() -> None:
    assert safe_page("https://a.example/?gclid=1&&q", with_ids=True) == "https://a.example/?gclid=1&q"
