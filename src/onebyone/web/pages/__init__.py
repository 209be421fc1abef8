"""One file a page: what it asks, and in which words it answers."""

from onebyone.web.pages import (
    attribution,
    breakdown,
    email,
    fate,
    files,
    find,
    funnels,
    ledger,
    live,
    overview,
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
    *email.ROUTES,
    *live.ROUTES,
    *fate.ROUTES,
    *ledger.ROUTES,
    *files.ROUTES,
    *script.ROUTES,
    *settings.ROUTES,
    *find.ROUTES,
    *system.ROUTES,
)
