"""The stylesheet keeps what the specification measured: contrast, and no request to anywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import onebyone.web

STATIC = Path(onebyone.web.__file__).parent / "static"
CSS = (STATIC / "console.css").read_text()
TOKENS = {
    name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", CSS)
}
TEXT = 4.5
MARK = 3.0


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_as_wcag_says() -> None:
    assert round(contrast("#ffffff", "#000000"), 1) == 21.0
    assert round(contrast(TOKENS["bg"][0], TOKENS["ink-3"][0]), 1) == 5.4


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize(
    "ground", ["bg", "sunk", "hover", "raise", "accent-soft", "fill", "miss-soft", "warn-soft", "bad-soft"]
)
def test_text_is_readable_on_every_ground(ground: str, theme: int) -> None:
    for ink in ("ink", "ink-2", "ink-3"):
        assert contrast(TOKENS[ink][theme], TOKENS[ground][theme]) >= 4.6, (ink, ground)


@pytest.mark.parametrize("theme", [0, 1])
def test_coloured_text_is_readable_and_marks_are_seen(theme: int) -> None:
    for ink in ("accent", "miss-ink", "ok", "bad", "warn-ink", "machine"):
        assert contrast(TOKENS[ink][theme], TOKENS["bg"][theme]) >= TEXT, ink
    for mark in ("miss", "warn", "off", "edge", "c1", "c2", "c3", "c4", "c6"):
        assert contrast(TOKENS[mark][theme], TOKENS["bg"][theme]) >= MARK - 0.05, mark
    assert contrast(TOKENS["warn-ink"][theme], TOKENS["warn-soft"][theme]) >= TEXT
    assert contrast(TOKENS["bg"][theme], TOKENS["ink"][theme]) >= TEXT  # the primary button


def test_nothing_in_the_stylesheet_or_the_script_asks_another_host() -> None:
    assert "url(" not in CSS and "@import" not in CSS
    script = (STATIC / "console.js").read_text()
    assert "//" not in re.sub(r"^\s*//.*$", "", script, flags=re.M).replace("/*", "")


def test_every_vendored_file_has_its_licence() -> None:
    licences = (STATIC / "vendor" / "LICENSES.txt").read_text()
    assert "htmx 4.0.1" in licences and "Zero-Clause BSD" in licences
