"""Looks at the console: serves the fakes' shop and takes pictures of its pages.

python -m web.preview DIRECTORY [page ...] [--empty] [--phone-light ...]      from tests/; all sizes where none is named
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from browser.chromium import CHROMIUM_ARGS, find_chromium
from web.boards import SLUG, add_board
from web.claims import add_claims
from web.deliveries import add_deliveries
from web.fakes import FakeReports, Place
from web.kept_segments import add_segment
from web.letters import add_letters
from web.mails import add_mails
from web.month import HIT, nothing
from web.serving import serving

SIZES = {"phone": (390, 844, 2.0), "middle": (1100, 900, 1.0), "wide": (1440, 900, 1.0)}


def pages(site: str) -> dict[str, str]:
    return {
        "sites": "/", "overview": f"/s/{site}/overview", "hours": f"/s/{site}/overview?period=today&step=hour",
        "conversions": f"/s/{site}/conversions",
        "days": f"/s/{site}/conversions/days",
        "live": f"/s/{site}/live", "fate": f"/s/{site}/fate/NL-48213", "unknown": f"/s/{site}/fate/NL-9",
        "ledger": f"/s/{site}/ledger", "letter": f"/s/{site}/ledger/letters/{HIT}/0",
        "letters": f"/s/{site}/ledger/letters?reason=value_impossible", "acquisition": f"/s/{site}/acquisition",
        "acquisition_lines": f"/s/{site}/acquisition?lines=sources:newsletter;email,google;cpc,google;organic",
        "pages_lines": f"/s/{site}/pages?period=90d&lines=pages:nordlight.example;/,nordlight.example;/cart",
        "acquisition_sorted": f"/s/{site}/acquisition?sort=campaigns:-revenue_minor,sources:source",
        "campaigns": f"/s/{site}/acquisition?table=campaigns&sort=-orders",
        "pages": f"/s/{site}/pages",
        "engagement": f"/s/{site}/engagement", "vitals": f"/s/{site}/vitals", "errors": f"/s/{site}/errors",
        "events": f"/s/{site}/events", "event": f"/s/{site}/events/about?event=add_to_cart",
        "property": f"/s/{site}/events/property?prop=search_term",
        "email": f"/s/{site}/email",
        "orders": f"/s/{site}/behind/orders?by=channel&is=Email",
        "missed": f"/s/{site}/behind/orders?by=loss&is=server-only,browser,Chrome&event=purchase",
        "cohort": f"/s/{site}/behind/visitors?by=cohort&is=2026-11-02,1&again=purchase",
        "narrowed": f"/s/{site}/overview?value>=50&via=server-only",
        "visitors": f"/s/{site}/behind/visitors?by=landing&is=nordlight.example,/",
        "eventlist": f"/s/{site}/behind/events?event=page_view&traffic=all",
        "verdicts": f"/s/{site}/behind/events?by=verdict&is=automated,rule,crawler.verified",
        "kept": f"/s/{site}/behind/events?by=kept",
        "loads": f"/s/{site}/behind/events?by=loads&is=page,nordlight.example,/,phone",
        "readers": f"/s/{site}/behind/recipients?by=mail&is={1:032x},openers",
        "explore": f"/s/{site}/explore",
        "explore_two": f"/s/{site}/explore?by=country,prop.theme&cols=people:page_view,events,"
        "conversions,revenue,sum:scroll:prop.percent,last::page,last_at",
        "explore_values": f"/s/{site}/explore?by=first_ever.country,last_before.prop.theme",
        "explore_pages": f"/s/{site}/explore?by=page&cols=events:page_view,people:page_view,revenue",
        "paths": f"/s/{site}/paths",
        "dashboards": f"/s/{site}/dashboards", "dashboard": f"/s/{site}/dashboards/{SLUG}",
        "loss": f"/s/{site}/loss",
        "message": f"/s/{site}/email/messages/{1:032x}",
        "attribution": f"/s/{site}/attribution?lifted=Email&added=120&low=40&high=200", "funnels": f"/s/{site}/funnels",
        "funnel_split": f"/s/{site}/funnels?steps=page_view,add_to_cart,begin_checkout,purchase&by=prop.plan",
        "retention": f"/s/{site}/retention", "retention_all": f"/s/{site}/retention?entry=recurring&show=earned",
        "lifetime": f"/s/{site}/lifetime?period=12m", "experiments": f"/s/{site}/experiments?spend=1200",
        "populations": f"/s/{site}/populations", "days_active": f"/s/{site}/days_active",
        "segment": f"/s/{site}/segments?example=0", "segment_new": f"/s/{site}/segments",
        "segment_kept": f"/s/{site}/segments/buyers",
        "rights": f"/s/{site}/rights",
        "persons": f"/s/{site}/people?cols=last,country,views",
        "person": f"/s/{site}/people/3672583452883726997?order=NL-48213", "regions": f"/s/{site}/experiments/regions",
        "reconciliation": f"/s/{site}/reconciliation",
        "trail": f"/s/{site}/settings/trail",
        "destinations": f"/s/{site}/destinations",
        "destination": f"/s/{site}/destinations/meta",
        "destination_refused": f"/s/{site}/destinations/meta?show=refused",
        "destination_stopped": f"/s/{site}/destinations/linkedin",
        "destination_paused": f"/s/{site}/destinations/ga4",
        "destination_new": f"/s/{site}/destinations/tiktok",
        "destination_setup": f"/s/{site}/destinations/google_data_manager/setup",
        "destination_setup_meta": f"/s/{site}/destinations/meta/setup",
        "consent": f"/s/{site}/consent", "start": f"/s/{site}/start", "general": f"/s/{site}/settings/general",
        "script": f"/s/{site}/settings/script", "traffic": f"/s/{site}/traffic",
        "sessions": f"/s/{site}/settings/sessions", "keeping": f"/s/{site}/settings/keeping",
        "consentrules": f"/s/{site}/settings/consent",
        "alarms": f"/s/{site}/settings/alarms", "alarm": f"/s/{site}/settings/alarms?kind=block_rate",
        "exports": f"/s/{site}/settings/exports",
        "keys": f"/s/{site}/settings/keys", "people": f"/s/{site}/settings/people", "system": "/system",
        "account": "/account",
        "definitions": f"/s/{site}/definitions/overview", "api": "/api/v1",
        "find": f"/find?q=co&site={site}", "login": "/login",
        "filter": f"/s/{site}/overview?chanel=Email", "nothing": "/nothing",
    }  # fmt: skip


def sign_in(context: BrowserContext, place: Place, base: str, user: str = "") -> None:
    """As that user; the first admin where none is named."""
    page = context.new_page()
    page.goto(f"{base}/login?token={place.users.make_link(user or place.users.first_admin().id)}")
    page.wait_for_url(f"{base}/")
    page.close()


def main() -> None:
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    place = Place(Path(tempfile.mkdtemp()), FakeReports(nothing()) if "--empty" in sys.argv else None)
    if "--empty" not in sys.argv:
        add_mails(place)
        add_deliveries(place)
        add_board(place)
        add_segment(place)
        add_letters(place)
        add_claims(place)
    wanted = [name.removeprefix("--") for name in sys.argv[2:] if name.endswith(("-light", "-dark"))]
    names = [name for name in sys.argv[2:] if not name.startswith("--")] or list(pages(""))
    with serving(place) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGS))
        for size, (width, height, scale) in SIZES.items():
            for theme in ("light", "dark"):
                if wanted and f"{size}-{theme}" not in wanted:
                    continue
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    device_scale_factor=scale,
                    color_scheme="dark" if theme == "dark" else "light",
                )
                sign_in(context, place, base)
                page = context.new_page()
                for name in names:
                    page.goto(base + pages(place.site.id)[name])
                    if name == "message":  # and whom it names first
                        page.screenshot(path=directory / f"recipients-{size}-{theme}.png", full_page=True)
                        page.click(".mails a")
                    page.screenshot(path=directory / f"{name}-{size}-{theme}.png", full_page=True)
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
