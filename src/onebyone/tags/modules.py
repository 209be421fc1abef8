"""The script's modules: one file of `src/modules` each, in the script only where a site turned it on."""

from __future__ import annotations

from onebyone.state.tag_settings import TagSettings

GATE = "consent"
READERS = (
    "consent_event", "tcf", "gpp", "klaro", "cookieconsent", "onetrust", "cookiebot", "usercentrics", "cookieyes",
    "complianz", "wordpress", "didomi", "google",
)  # fmt: skip
"""Who may tell the gate of a choice. Order is meaning: of two answers the earlier one's counts."""


def modules_of(settings: TagSettings) -> tuple[str, ...]:
    """What stands in a site's script, in the order in which it starts. Unknown names are left out."""
    gate = settings.consent
    return (GATE, *(reader for reader in READERS if reader in gate.readers)) if gate.on else ()
