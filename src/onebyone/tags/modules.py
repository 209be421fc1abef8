"""The script's modules: one file of `src/modules` each, in the script only where a site turned it on."""

from __future__ import annotations

from collections.abc import Iterator

from onebyone.state.sites import Site

GATE = "consent"
CHOICE, CHOICE_BUTTON = "choice", "choice_button"  # our own banner's halves in the script
COOKIELESS = "cookieless"
CONTAINER, DEBUG, DEBUG_CONTAINER = "container", "debug", "debug_container"
LINKER = "linker"
FRAMES = "frames"
READERS = (
    "consent_event", "tcf", "gpp", "klaro", "cookieconsent", "onetrust", "cookiebot", "usercentrics", "cookieyes",
    "complianz", "wordpress", "didomi", "google",
)  # fmt: skip
"""Who may tell the gate of a choice. Order is meaning: of two answers the earlier one's counts."""

MODULES = (
    "debug", "spa", "not_found", "outbound", "downloads", "scroll", "engagement", "forms", "clicks", "rage_clicks",
    "dead_clicks", "web_vitals", "ecommerce", "errors", "content", "gtag", "fbq",
)  # fmt: skip
"""What a script may report beside page views and calls."""

HABITS = ("gtag", "fbq")
"""Of these, the ones that take calls written for somebody else's pixel."""


ORDER = (
    "cookieless", "pressed", "forms", "scroll", "not_found", "spa", "links", "layer", "downloads", "rage_clicks",
    "dead_clicks", "locate", "frames", "clicks", "outbound", "linker", "ecommerce", "consent", "choice",
    "choice_button", "consent_event", "content", "gtag", "fbq", "tcf", "growing", "web_vitals", "engagement",
    "gpp", "klaro", "cookieconsent", "onetrust", "cookiebot", "usercentrics", "cookieyes", "complianz",
    "wordpress", "didomi", "errors", "google", "debug", "debug_container", "container",
)  # fmt: skip
"""How they stand in a script and start. A part is before who stands on it, the gate before whoever reads a choice,
debugging before what it prints, a container behind everything. The rest is as packs smallest: likes near likes."""

PARTS = {
    "locate": {"tcf", "gpp"},
    FRAMES: {"tcf", "gpp"},
    "layer": {"google", "ecommerce", "gtag"},
    "links": {"outbound", "downloads"},
    "pressed": {"clicks", "rage_clicks", "dead_clicks"},
    "growing": {"engagement", "web_vitals"},
}
"""What several modules stand on, and which: it is in the script once."""


def modules_of(site: Site) -> tuple[str, ...]:
    """What stands in a site's script, in the order in which it starts. Unknown names are left out."""
    chosen = set(_chosen(site))
    parts = {part for part, users in PARTS.items() if not users.isdisjoint(chosen)}
    return tuple(name for name in ORDER if name in chosen | (parts if site.tag.frames else parts - {FRAMES}))


def _chosen(site: Site) -> Iterator[str]:
    settings = site.tag
    if not site.visitor_cookie:
        yield COOKIELESS
    if settings.gated:
        yield GATE
    if settings.banner.on:
        yield CHOICE
        if settings.banner.button:
            yield CHOICE_BUTTON
    elif settings.consent.on:
        yield from (reader for reader in READERS if reader in settings.consent.readers)
    if site.linked:
        yield LINKER
    yield from (module for module in MODULES if module in settings.modules)
    if site.container.number:
        if DEBUG in settings.modules:
            yield DEBUG_CONTAINER
        yield CONTAINER
