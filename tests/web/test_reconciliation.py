"""The page Reconciliation: imports, the mapping screen, the ladder, and what a bad file costs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.reports.catalogue import Reports
from onebyone.store.engine import Embedded
from onebyone.web.reconciling import MODELS
from reports.reconciliation.daily import export
from reports.reconciliation.planted import META
from reports.reconciliation.world import Sizes, exported, load, people, planted_steps
from web.fakes import Place
from web.pages import form_secret

Client = TestClient[Litestar]
EXPORTS = Path(__file__).parents[1] / "golden" / "exports"
CLICKED = int(datetime(2026, 11, 3, 11, tzinfo=UTC).timestamp() * 1000)
HEAD = "Campaign name,Campaign ID,By Day,Ad group name,Purchases\n"
ORDER = {
    "id": "a", "at": "2026-11-03T12:00:00.000Z", "status": "counted", "order_id": "o1", "currency": "USD", "gross": 900,
    "net": 900, "in_browser": True, "permissions": 65_535, "accepted": [], "told": [],
    "visits": [[CLICKED, "linkedin", "cpc", "autumn", "Paid Social"]],
}  # fmt: skip


def send(client: Client, place: Place, body: bytes, name: str = "export.csv", **fields: str) -> str:
    answer = client.post(
        f"/s/{place.site.id}/reconciliation/imports",
        data={"_csrf": form_secret(client), **fields},
        files={"file": (name, body, "text/csv")},
    )
    assert answer.status_code in (200, 400), answer.text
    return answer.text


def test_an_empty_page_teaches_what_to_do(place: Place, admin: Client) -> None:
    page = admin.get(f"/s/{place.site.id}/reconciliation").text
    assert "Why does the platform say something else?" in page and "export CSV" in page


def test_an_export_becomes_a_ladder(place: Place, admin: Client) -> None:
    place.reports.answers["reconciliation_orders"] = lambda params: [ORDER]
    page = send(admin, place, (EXPORTS / "linkedin.csv").read_bytes(), "linkedin.csv")
    assert "2 rows of linkedin imported" in page and "LinkedIn Campaign Manager" in page
    assert "Not explained" in page and "by name" in page
    assert place.users.trail(place.site.id)[0].what == "export_imported"
    answer = admin.get(f"/api/v1/sites/{place.site.id}/reconciliation").json()
    (ladder,) = [one["ladder"] for one in answer["platforms"]]
    assert (ladder["ours"]["orders"], ladder["theirs"]["orders"], ladder["residual"]["orders"]) == (1, 5, 2)
    rows = admin.get(f"/s/{place.site.id}/reconciliation.csv").text.splitlines()
    assert len(rows) == 12 and rows[1].startswith("linkedin,2026-11-01,2026-11-30,ours,1.0")
    typed = admin.get(f"/s/{place.site.id}/reconciliation.parquet").text
    assert typed.count("'linkedin'") == 11 and str(rows[0].split(",")) in typed
    place.reports.down.add("*")
    files = [admin.get(f"/s/{place.site.id}/reconciliation.{form}").status_code for form in ("csv", "parquet")]
    assert files == [503, 503]


@pytest.mark.slow
def test_the_page_and_the_api_name_planted_causes_of_a_real_store(place: Place, admin: Client, store: Embedded) -> None:
    some = [one for one in people(Random(3), Sizes(a_browser=10)) if one.kind is META]
    load(store, place.site.id, some)
    real = Reports(store)
    place.reports.answers["reconciliation_orders"] = lambda params: real.run_dicts("reconciliation_orders", **params)
    place.reports.answers["campaign_ids"] = lambda params: real.run_dicts("campaign_ids", **params)
    place.reports.answers["order_copies"] = lambda params: real.run_dicts("order_copies", **params)
    page = send(admin, place, export(META, exported(META, some)), zone=META.zone)
    answer = admin.get(f"/api/v1/sites/{place.site.id}/reconciliation").json()
    (ladder,) = [one["ladder"] for one in answer["platforms"]]
    steps = {step["name"]: step["orders"] for step in (*ladder["steps"], ladder["residual"])}
    assert steps == planted_steps(META, some)
    assert "Meta Ads Manager" in page and "by id" in page and "by name" in page


def test_a_file_of_unknown_columns_is_mapped_once(place: Place, admin: Client) -> None:
    body = (EXPORTS / "unknown.csv").read_bytes()
    page = send(admin, place, body, "herbst.csv")
    assert "Which column is which?" in page and "Bestellungen" in page and "1.234,56" in page
    held = page.split('name="held" value="')[1].split('"')[0]
    fields = {"held": held, "platform": "herbstnetz", "col.first": "Datum", "col.campaign": "Kampagne",
              "col.conversions": "Bestellungen", "col.value": "Umsatz"}  # fmt: skip
    address = f"/s/{place.site.id}/reconciliation/imports"
    done = admin.post(address, data={"_csrf": form_secret(admin), **fields})
    assert "2 rows of herbstnetz imported" in done.text
    assert "2 rows of earlier imports were replaced" in send(admin, place, body, "herbst.csv")
    assert "no longer here" in admin.post(address, data={"_csrf": form_secret(admin), **fields}).text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "The file is empty"),
        ((HEAD + "Caf\u00e9,1,2026-11-01,,1\n").encode("latin-1"), "no UTF-8"),
        (b"PK\x03\x04", "workbook"),
        (b"Campaign name,Start date,End date,CVR,Purchases\nA,2026-11-30,2026-11-01,,1\n", "before it begins"),
    ],
)  # fmt: skip
def test_a_bad_file_is_answered_with_a_sentence(place: Place, admin: Client, body: bytes, says: str) -> None:
    page = send(admin, place, body)
    assert "Nothing was imported." in page and says in page
    assert place.platform_claims.imports(place.site.id) == []


def test_a_form_without_a_file_or_with_a_wrong_zone_says_so(place: Place, admin: Client) -> None:
    address = f"/s/{place.site.id}/reconciliation/imports"
    answer = admin.post(address, data={"_csrf": form_secret(admin)})
    assert answer.status_code == 400 and "Choose a CSV file first" in answer.text
    assert "is no time zone" in send(admin, place, (EXPORTS / "tiktok.csv").read_bytes(), zone="Mars")


def test_ten_thousand_campaigns_make_a_page(place: Place, admin: Client) -> None:
    rows = "".join(f"Campaign {n},{n + 1},2026-11-01,,1\n" for n in range(10_000))
    page = send(admin, place, (HEAD + rows).encode())
    assert "10,000 rows of tiktok imported" in page and "9,800 more, in the API" in page


def test_days_that_have_just_ended_are_not_added_up(place: Place, admin: Client) -> None:
    page = send(admin, place, (EXPORTS / "linkedin.csv").read_bytes())
    assert "LinkedIn Campaign Manager: the days have just ended" in page and "times as many" not in page
    (one,) = admin.get(f"/api/v1/sites/{place.site.id}/reconciliation").json()["platforms"]
    assert not one["settled"]


def test_any_model_that_shares_single_orders_can_be_ours(place: Place, admin: Client) -> None:
    send(admin, place, (EXPORTS / "linkedin.csv").read_bytes())
    address = f"/s/{place.site.id}/reconciliation?model="
    for name in (*MODELS, "time_decay", "position_30_40_30"):
        assert admin.get(address + name).status_code == 200, name
    assert 'aria-current="true">position 30 40 30<' in admin.get(address + "position_30_40_30").text
    assert "learns from all paths" in admin.get(address + "markov").text


def test_a_campaign_is_matched_by_hand_and_an_import_removed(place: Place, admin: Client) -> None:
    send(admin, place, (EXPORTS / "tiktok.csv").read_bytes())
    base, secret = f"/s/{place.site.id}/reconciliation", form_secret(admin)
    fields = {"_csrf": secret, "platform": "tiktok", "theirs": "Winter Drop", "ours": "wd-26"}
    assert admin.post(f"{base}/match", data=fields, follow_redirects=False).status_code == 303
    assert place.platform_claims.said(place.site.id) == {"tiktok": {"Winter Drop": "wd-26"}}
    assert admin.post(f"{base}/imports/1/forget", data={"_csrf": secret}).status_code == 200
    assert place.platform_claims.rows(place.site.id) == []
    assert admin.post(f"{base}/imports/1/forget", data={"_csrf": secret}).status_code == 404


def test_a_viewer_reads_and_may_not_import(place: Place, viewer: Client) -> None:
    address = f"/s/{place.site.id}/reconciliation"
    assert "Import file" not in viewer.get(address).text
    assert viewer.post(f"{address}/imports", data={"_csrf": form_secret(viewer)}).status_code == 403


def test_a_form_of_another_page_is_refused(place: Place, admin: Client) -> None:
    answer = admin.post(f"/s/{place.site.id}/reconciliation/imports", files={"file": ("a.csv", b"x", "text/csv")})
    assert answer.status_code == 403


def test_a_store_that_does_not_answer_leaves_the_page_alive(place: Place, admin: Client) -> None:
    send(admin, place, (EXPORTS / "tiktok.csv").read_bytes())
    place.reports.down.add("reconciliation_orders")
    page = admin.get(f"/s/{place.site.id}/reconciliation")
    assert page.status_code == 200 and "The store does not answer" in page.text
    assert admin.get(f"/api/v1/sites/{place.site.id}/reconciliation").status_code == 503


@pytest.mark.parametrize("query", ["model=luck", "from=2026-11-30&to=2026-11-01", "nonsense=1"])
def test_an_address_that_makes_no_sense_shows_no_numbers(place: Place, admin: Client, query: str) -> None:
    assert admin.get(f"/s/{place.site.id}/reconciliation?{query}").status_code in (200, 400)
