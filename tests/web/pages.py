"""Every page a signed-in admin can look at."""

from __future__ import annotations

import re

from litestar import Litestar
from litestar.testing import TestClient

PAGES = (
    "/",
    "/s/{site}/start",
    "/s/{site}/overview",
    "/s/{site}/overview?period=today&step=hour",
    "/s/{site}/overview?metric=conversion-rate&compare=none&traffic=all",
    "/s/{site}/live",
    "/s/{site}/fate/NL-48213",
    "/s/{site}/ledger",
    "/s/{site}/acquisition",
    "/s/{site}/acquisition?table=campaigns&sort=-revenue_minor",
    "/s/{site}/pages?sort=pages:entries,landing_pages:path&compare=previous",
    "/s/{site}/behind/orders?by=channel&is=Email",
    "/s/{site}/behind/visitors?by=landing&is=nordlight.example,/",
    "/s/{site}/behind/events?event=page_view&traffic=all",
    "/s/{site}/behind/drops?reason=order_joined",
    "/s/{site}/behind/orders?by=loss&is=server-only,browser,Chrome&event=purchase",
    "/s/{site}/behind/visitors?by=cohort&is=2026-11-02,1&again=purchase",
    "/s/{site}/loss",
    "/s/{site}/loss?by=country&event=generate_lead&step=week",
    "/s/{site}/attribution",
    "/s/{site}/reconciliation",
    "/s/{site}/reconciliation?model=linear&period=lm",
    "/s/{site}/attribution?by=campaign&window=meta&show=orders&reset=1&reduce=no_direct&lifted=Email&added=120&low=40&high=200",
    "/s/{site}/pages?traffic=all",
    "/s/{site}/engagement",
    "/s/{site}/vitals",
    "/s/{site}/errors?period=7d",
    "/s/{site}/events",
    "/s/{site}/events/about?event=purchase",
    "/s/{site}/saved",
    "/s/{site}/segments",
    "/s/{site}/segments?example=0",
    "/s/{site}/definitions/segments",
    "/s/{site}/overview?compare=year&match=date&country=DE,AT&channel!=Email",
    "/s/{site}/funnels?steps=page_view,add_to_cart,purchase&within=7d",
    "/s/{site}/funnels?steps=page_view,add_to_cart,purchase&by=last_before.prop.plan",
    "/s/{site}/retention?unit=month&show=revenue&again=purchase",
    "/s/{site}/lifetime?period=12m",
    "/s/{site}/lifetime?unit=week&since=visit&k=4",
    "/s/{site}/populations",
    "/s/{site}/populations?unit=day",
    "/s/{site}/days_active",
    "/s/{site}/experiments",
    "/s/{site}/experiments?planned=20000&goal=sign_up&spend=1200",
    "/s/{site}/dashboards",
    "/s/{site}/email",
    "/s/{site}/explore",
    "/s/{site}/explore?by=first_ever.country,last_before.prop.theme&cols=people,conversions",
    "/s/{site}/explore?by=page,country&cols=people,events:page_view,mean:scroll:prop.percent,last::page,last_at:purchase",
    "/s/{site}/paths",
    "/s/{site}/paths?first=page_view&steps=last&prop=prop.theme&within=7d&sort=-rate",
    "/s/{site}/people",
    "/s/{site}/people?q=gold&period=7d",
    "/s/{site}/people?cols=last,country,views",
    "/s/{site}/consent",
    "/s/{site}/consent?person=0123456789abcdef0123456789abcdef&period=7d",
    "/s/{site}/traffic",
    "/s/{site}/traffic?period=7d",
    "/s/{site}/settings/general",
    "/s/{site}/settings/script",
    "/s/{site}/settings/sessions",
    "/s/{site}/settings/consent",
    "/s/{site}/settings/alarms",
    "/s/{site}/settings/alarms?kind=block_rate",
    "/s/{site}/settings/exports",
    "/s/{site}/settings/keeping",
    "/s/{site}/settings/keys",
    "/s/{site}/settings/people",
    "/s/{site}/settings/trail",
    "/s/{site}/conversions",
    "/s/{site}/conversions?via=tag&sort=-net",
    "/s/{site}/conversions/days?dated=adjustment",
    "/s/{site}/fate/NL-9",
    "/s/{site}/people/3672583452883726997",
    "/s/{site}/destinations",
    "/s/{site}/destinations/meta",
    "/s/{site}/destinations/meta/setup",
    "/s/{site}/destinations/webhook/setup",
    "/s/{site}/definitions/overview",
    "/s/{site}/rights",
    "/s/{site}/overview?chanel=Email",
    "/find",
    "/find?q=over",
    "/system",
    "/account",
    "/api/v1",
)

UNANSWERED = ("/s/{site}/fate/NL-9", "/s/{site}/destinations/meta", "/s/{site}/overview?chanel=Email")  # 404, 404, 400
ANSWERED = tuple(address for address in PAGES if address not in UNANSWERED)


def form_secret(client: TestClient[Litestar], address: str = "/account") -> str:
    """What a form of that page carries to prove where it comes from."""
    found = re.search(r'name="_csrf" value="([0-9a-f]+)"', client.get(address).text)
    assert found, address
    return found[1]
