"""One file a page: what it asks, and in which words it answers."""

from onebyone.web.pages import fate, files, find, ledger, live, overview, settings, sites, start, system

ROUTES = (
    *sites.ROUTES,
    *start.ROUTES,
    *overview.ROUTES,
    *live.ROUTES,
    *fate.ROUTES,
    *ledger.ROUTES,
    *files.ROUTES,
    *settings.ROUTES,
    *find.ROUTES,
    *system.ROUTES,
)
