"""The form of a site."""

from __future__ import annotations

import pytest
from msgspec import structs

from onebyone.state.sites import LossRules, Site
from onebyone.web.site_form import SiteForm, changed, check, form_of, guessed, origin, origins

GOOD = SiteForm(name="Nordlight", origins="https://nordlight.example", zone="Europe/Berlin", currency="EUR")
SITE = Site(id="s1", name="Old", prefix="bcd", origins=("https://old.example",))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nordlight.example", "https://nordlight.example"),
        ("https://shop.example/path?x=1", "https://shop.example"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("nix", None),
        ("ftp://a.example", None),
        ("https://user@a.example", None),
        ("https://a.example:port", None),
        ("javascript://alert(1)", None),
    ],
)
def test_an_address_is_taken_as_people_type_it(text: str, found: str | None) -> None:
    assert origin(text) == found


def test_zone_and_currency_are_guessed_from_the_ending_and_never_overrule() -> None:
    swiss = guessed(SiteForm(origins="laden.ch"))
    assert (swiss.zone, swiss.currency) == ("Europe/Zurich", "CHF")
    assert guessed(SiteForm(origins="laden.ch", zone="Asia/Tokyo", currency="JPY")).currency == "JPY"
    assert (guessed(SiteForm()).zone, guessed(SiteForm()).currency) == ("UTC", "EUR")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Give the site a name"),
        ("name", "x" * 81, "80 characters"),
        ("origins", "", "Enter the address"),
        ("origins", "https://a.example nix", "“nix” is no address"),
        ("zone", "Berlin", "“Berlin” is no time zone"),
        ("currency", "EURO", "“EURO” is no currency"),
        ("conversions", "purchase <b>", "“<b>” is no event name"),
        ("excluded_referrers", "pay pal", "is no host"),
    ],
)
def test_each_mistake_has_its_sentence(field: str, value: str, said: str) -> None:
    wrong = check(SiteForm(**{**{name: getattr(GOOD, name) for name in GOOD.__struct_fields__}, field: value}))
    assert list(wrong) == [field] and said in wrong[field]


def test_a_good_form_changes_the_site_and_comes_back_the_same() -> None:
    assert check(GOOD) == {}
    form = SiteForm(
        name="Nordlight",
        origins="nordlight.example\nhttps://nordlight.example\nhttp://localhost:1",
        zone="Europe/Berlin",
        currency="EUR",
        conversions="purchase sign_up purchase",
        excluded_referrers="paypal.com",
    )
    site = changed(SITE, form, 1)
    assert site.origins == origins(form) == ("https://nordlight.example", "http://localhost:1")
    assert site.conversions == ("purchase", "sign_up") and site.excluded_referrers == ("paypal.com",)
    assert changed(site, form_of(site), 2) == site
    only_failed = changed(site, structs.replace(form, server_mode="fallback"), 2)
    assert only_failed.loss.server_mode == "fallback" and changed(only_failed, form, 3).loss.server_mode == "fallback"


def test_that_the_server_reports_every_order_holds_from_the_moment_it_is_said() -> None:
    complete = structs.replace(GOOD, server_mode="complete")
    site = changed(SITE, complete, 7)
    assert site.loss == LossRules(every_order_since_ms=7) and form_of(site).server_mode == "complete"
    assert changed(site, complete, 9).loss == site.loss == changed(site, GOOD, 9).loss
    assert changed(site, structs.replace(GOOD, server_mode="always"), 9).loss == LossRules()
