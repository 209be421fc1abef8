"""One file a page: what it asks, and in which words it answers."""

from onebyone.web.pages import fate, find, ledger, live, overview, settings, sites, start, system

ROUTES = (
    *sites.ROUTES,
    *start.ROUTES,
    *overview.ROUTES,
    *live.ROUTES,
    *fate.ROUTES,
    *ledger.ROUTES,
    *settings.ROUTES,
    *find.ROUTES,
    *system.ROUTES,
)
