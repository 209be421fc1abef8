"""The script's modules: one file of `src/modules` each, in the script only where a site turned it on."""

from __future__ import annotations

from collections.abc import Iterator

from onebyone.state.tag_settings import TagSettings

GATE = "consent"
READERS = (
    "consent_event", "tcf", "gpp", "klaro", "cookieconsent", "onetrust", "cookiebot", "usercentrics", "cookieyes",
    "complianz", "wordpress", "didomi", "google",
)  # fmt: skip
"""Who may tell the gate of a choice. Order is meaning: of two answers the earlier one's counts."""


CHOICE, CHOICE_BUTTON = "choice", "choice_button"  # our own banner's halves in the script


def modules_of(settings: TagSettings) -> tuple[str, ...]:
    """What stands in a site's script, in the order in which it starts. Unknown names are left out."""
    return tuple(_gate(settings))


def _gate(settings: TagSettings) -> Iterator[str]:
    if settings.gated:
        yield GATE
    if settings.banner.on:
        yield CHOICE
        if settings.banner.button:
            yield CHOICE_BUTTON
    elif settings.consent.on:
        yield from (reader for reader in READERS if reader in settings.consent.readers)
