"""Of a merged record: the clicks that its browser remembered go out beside the page's own, where ads may know them."""

from __future__ import annotations

import pytest

from destinations.forwarding import ALL_PERMISSIONS, an_order
from onebyone.destinations.conversion import Conversion
from onebyone.destinations.outgoing import Raw, outgoing
from onebyone.event import Permission

REMEMBERED = {"gclid": "kept", "ttclid": "kept", "scid": "s", "ga": "1.2"}


def out(permissions: int = ALL_PERMISSIONS, **about: object) -> Conversion:
    return outgoing(an_order("O1", event=about), permissions=permissions, raw=Raw(), event_id="purchase:O1")


def test_a_click_of_before_is_sent_with_the_order_and_the_pages_own_wins() -> None:
    sent = out(click_ids={"gclid": "of-the-page"}, browser_ids=REMEMBERED)
    assert sent.clicks == {"gclid": "of-the-page", "ttclid": "kept"}
    assert sent.browsers == {"scid": "s", "ga": "1.2"}


@pytest.mark.parametrize(
    ("click_ids", "browser_ids", "expected"),
    [
        ({}, {"fbc": "fb.1.7.kept"}, "fb.1.7.kept"),
        ({"fbclid": "new"}, {"fbc": "fb.1.7.kept"}, "fb.1.1700000000000.new"),
        ({}, {"fbclid": "of-a-server"}, "fb.1.1700000000000.of-a-server"),
    ],
)
def test_a_click_of_metas_leaves_as_fbc(click_ids: dict[str, str], browser_ids: dict[str, str], expected: str) -> None:
    record = an_order("O1", at_ms=1_700_000_000_000, event={"click_ids": click_ids, "browser_ids": browser_ids})
    sent = outgoing(record, permissions=ALL_PERMISSIONS, raw=Raw(), event_id="1")
    assert sent.browsers["fbc"] == expected


def test_without_permission_for_ads_none_of_it_leaves() -> None:
    sent = out(ALL_PERMISSIONS & ~Permission.ADS_STORAGE.bit, click_ids={"gclid": "x"}, browser_ids=REMEMBERED)
    assert (sent.clicks, sent.browsers) == ({}, {"ga": "1.2"})
