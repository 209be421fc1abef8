from __future__ import annotations

from pathlib import Path

import pytest

from fakes.state import a_database
from onebyone.collect.registry import Registry, cookie_domain
from onebyone.state.keys import Keys
from onebyone.state.sites import Sites


def test_a_change_of_the_state_is_seen_and_an_unreadable_state_changes_nothing(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    sites, keys = Sites(engine), Keys(engine)
    registry = Registry(sites, keys, lambda site: {f"/{site.prefix}/s.js": site.id.encode()})
    assert registry.refresh() is True and registry.known.by_id == {}
    assert registry.refresh() is False
    site = sites.add("A", ["https://a.example"])
    key = keys.add(site.id, "key")
    assert registry.refresh() is True
    assert registry.known.scripts == {f"/{site.prefix}/s.js": site.id.encode()}
    assert registry.site_of_key(f"Bearer {key}") == registry.site_of_key(f"bearer  {key} ") == site.id
    assert [registry.site_of_key(text) for text in ("", key, f"Basic {key}", "Bearer x")] == ["", "", "", ""]
    engine.dispose()
    (tmp_path / "state.db").write_bytes(b"not a database" * 500)
    assert registry.refresh() is False and site.id in registry.known.by_id


@pytest.mark.parametrize(
    ("host", "origins", "domain"),
    [
        ("t.shop.example.com", ("https://www.example.com",), "example.com"),
        ("t.shop.co.uk", ("https://shop.co.uk",), "shop.co.uk"),
        ("shop.example.com", ("https://shop.example.com",), ""),
        ("t.other.com", ("https://example.com",), ""),
        ("127.0.0.1:8000", ("http://127.0.0.1:8002",), ""),
        ("[::1]:8000", ("http://localhost:8002",), ""),
        ("t.example.com:8443", ("https://example.com:8444",), "example.com"),
        ("", ("https://example.com",), ""),
    ],
)
def test_the_cookies_domain_is_what_host_and_site_share(host: str, origins: tuple[str, ...], domain: str) -> None:
    assert cookie_domain(host, origins) == domain
