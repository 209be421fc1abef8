"""The table of what is kept on a visitor's device names everything that the code names, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from onebyone.collect import kept_clicks, meta_cookies, visitors
from onebyone.identity.vendor_ids import COOKIES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "on-the-device.md").read_text(encoding="utf-8")
TABLE, READ = TEXT.split("Read where they are found")
SCRIPT = "".join(file.read_text() for file in sorted((ROOT / "src/onebyone/tags/src").rglob("*.js")))


def names(text: str) -> set[str]:
    return set(re.findall(r"`([^` ]+)`", text))


def test_every_cookie_and_key_of_ours_is_in_the_table() -> None:
    rows = {name for row in re.findall(r"^\| (`.+?) \|", TABLE, re.MULTILINE) for name in names(row)}
    ours = {kept_clicks.COOKIE, visitors.COOKIE, visitors.CONSENT_COOKIE, *re.findall(r"\bob_[a-z]\b", SCRIPT)}
    assert rows == ours | {"_fbp", "_fbc", "ob:SITE:…"} and '"ob:" + CONFIG.site' in SCRIPT


def test_times_are_those_of_the_code() -> None:
    for name, seconds in (
        (visitors.COOKIE, visitors.MAX_AGE_S),
        (visitors.CONSENT_COOKIE, visitors.CONSENT_MAX_AGE_S),
        (kept_clicks.COOKIE, kept_clicks.MAX_AGE_S),
        ("_fbp", meta_cookies.MAX_AGE_S),
    ):
        row = next(line for line in TABLE.splitlines() if line.startswith(f"| `{name}`"))
        assert f"| {seconds // 86_400} days" in row


def test_every_cookie_of_a_vendor_that_is_read_is_named() -> None:
    assert names(READ) - {"analytics", "ads_storage"} == {*COOKIES, "_ga_…"}
