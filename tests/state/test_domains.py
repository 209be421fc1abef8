"""The domains that a site may follow its visitors on."""

from __future__ import annotations

import pytest

from onebyone.state.domains import WrongDomains, check_domains
from onebyone.state.sites import Site

SITE = Site(
    id="s1", name="", prefix="b", origins=("https://www.shop.example", "https://pay.example", "http://lamp.test")
)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([], ()),
        (["", " "], ()),
        (["WWW.Shop.example", "pay.example", "shop.example"], ("shop.example", "pay.example")),
    ],
)
def test_domains_are_kept_in_their_order_each_once(given: list[str], kept: tuple[str, ...]) -> None:
    assert check_domains(given, SITE) == kept


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["shop.example"], "Name two or more"),
        (["shop.example", "evil.example"], "no domain of the site's origins"),
        (["shop.example", "hop.example"], "no domain of the site's origins"),
        (["shop.example", "example"], "no domain such as"),
        (["shop.example", "https://pay.example"], "no domain of the site's origins"),
    ],
)
def test_what_is_not_the_sites_is_refused_in_words(given: list[str], says: str) -> None:
    with pytest.raises(WrongDomains, match=says):
        check_domains(given, SITE)
