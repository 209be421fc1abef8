"""One file a page: what it asks, and in which words it answers."""

from onebyone.web.pages import (
    attribution,
    breakdown,
    fate,
    files,
    find,
    funnels,
    ledger,
    live,
    overview,
    people,
    retention,
    script,
    settings,
    sites,
    start,
    system,
)

ROUTES = (
    *sites.ROUTES,
    *start.ROUTES,
    *overview.ROUTES,
    *attribution.ROUTES,
    *breakdown.ROUTES,
    *funnels.ROUTES,
    *retention.ROUTES,
    *people.ROUTES,
    *live.ROUTES,
    *fate.ROUTES,
    *ledger.ROUTES,
    *files.ROUTES,
    *script.ROUTES,
    *settings.ROUTES,
    *find.ROUTES,
    *system.ROUTES,
)
