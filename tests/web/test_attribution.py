from __future__ import annotations

import csv
import itertools
import json
import re
from datetime import date

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace

from onebyone.reports.attribution.reductions import NAMED, get_reduction
from onebyone.reports.attribution.side_by_side import MODELS, Line, Share, Table
from onebyone.web import slopes
from onebyone.web.address import read_view
from onebyone.web.attribution_question import REDUCE
from onebyone.web.counted import ORDERS, words_of
from onebyone.web.credit_table import bodies, cut, heads, name_of, notes, path_lines, says, usual_show
from web.fakes import Place

Client = TestClient[Litestar]
DAY = date(2026, 11, 12)


def a_table(*labels: str) -> Table:
    shares = {model: Share(1.5, 1050) for model in MODELS}
    lines = [Line(label, shares) for label in labels]
    total = Share(2 + 1.5 * len(lines), 500 + 1050 * len(lines))
    return Table(lines=lines, unattributed=Share(2, 500), total=total)


def test_unattributed_stands_last_and_the_total_below_it() -> None:
    found = bodies(a_table("Email", "Direct"), MODELS, "revenue", "EUR")
    assert [line.label for line in found] == ["Email", "Direct", "Unattributed", "Total"]
    assert [line.cells[0] for line in found] == ["€10.50", "€10.50", "€5.00", "€26.00"]


def test_orders_are_shared_in_parts() -> None:
    assert bodies(a_table("Email"), MODELS, "orders", "EUR")[0].cells[0] == "1.5"


def test_beyond_what_is_shown_the_rest_is_one_line() -> None:
    found = bodies(a_table(*(f"c{n}" for n in range(30))), MODELS, "revenue", "EUR")
    assert (found[25].label, found[25].cells[0]) == ("5 more", "€52.50")


def test_the_page_says_which_order_of_markov_was_chosen_and_why() -> None:
    assert "wait too long for another" in notes(replace(a_table("Email"), losses={1: 0.5}))[-1]
    said = notes(replace(a_table("Email"), order=2, losses={1: 0.5, 2: 0.41, 3: 0.4321}))[-1]
    assert said.startswith("Markov looks at the last 2 touches") and "(log-loss 0.500, 0.410, 0.432)" in said
    assert "of one and two that tells" in notes(replace(a_table("Email"), losses={1: 0.5, 2: 0.41}))[-1]
    assert "with so few orders" in notes(replace(a_table("Email"), warnings=["Only 3."]))[-1]
    assert "standard error is 1.25 orders" in notes(replace(a_table("Email"), errors={"Email": 1.25}))[-1]


def test_every_model_has_a_name_whatever_the_order_of_markov() -> None:
    assert len({name_of(model) for model in MODELS}) == len(MODELS)
    assert name_of("markov_order3_per_path") == name_of("markov_order1_per_path")


def test_paths_that_are_not_known_are_counted() -> None:
    row = {"path": ["Email"], "orders": 1, "nulls": 30, "all_paths": 9, "all_nulls": 40}
    said = cut([row], a_table("Email"))
    assert "the 1 most frequent of 9 paths: 28.6% of orders and 75.0% of paths without one" in said
    assert cut([row | {"all_paths": 1}], a_table("Email")) == ""


def test_repeats_of_a_path_are_one_step() -> None:
    rows = [{"path": ["Email", "Email", "Direct"], "orders": 2, "revenue_minor": 500, "days": 3.4}]
    assert path_lines(rows, "EUR") == [(["Email ×2", "Direct"], "2", "€5.00", "3 days")]


def test_a_period_without_orders_says_so() -> None:
    assert (
        says(Table(lines=[], unattributed=Share(), total=Share()), "EUR")
        == "No order in this period, so there is no credit to share."
    )


@pytest.mark.parametrize(
    "query",
    ["by=person", "window=eternity", "show=joy", "reset=2", "reduce=last_0", "event=page_view", "cols=linear,luck"],
)
def test_what_an_address_cannot_mean_has_no_numbers(place: Place, admin: Client, query: str) -> None:
    assert admin.get(f"/s/{place.site.id}/attribution?{query}").status_code == 400
    assert not [name for name, _ in place.reports.asked if name in ("paths", "credits_by_rule")]


def test_the_window_of_a_platform_is_asked_of_the_reports(place: Place, admin: Client) -> None:
    admin.get(f"/s/{place.site.id}/attribution?window=meta&by=source")
    asked = [params for name, params in place.reports.asked if name in ("paths", "credits_by_rule")]
    assert [(params["window_days"], params["by"]) for params in asked] == [(7, "source")] * 2


def test_sign_ups_have_credit_in_their_own_words(place: Place, admin: Client) -> None:
    page = admin.get(f"/s/{place.site.id}/attribution?event=sign_up").text
    assert place.reports.asked_of("credits_by_rule")["event"] == place.reports.asked_of("paths")["event"] == "sign_up"
    assert '<option value="event">' not in page and '<option value="channel">' in page
    assert "Paths to a sign-up" in page and "A sign-up with no session before it" in page and ">Value</a>" in page
    assert f'href="/s/{place.site.id}/attribution">Orders' in page
    api = f"/api/v1/sites/{place.site.id}/attribution"
    assert [admin.get(api + said).json()["event"] for said in ("?event=sign_up", "")] == ["sign_up", "purchase"]
    admin.get(f"/s/{place.site.id}/attribution.csv?event=generate_lead")
    assert place.reports.asked_of("credits_by_rule")["event"] == "generate_lead"


def test_what_is_worth_nothing_is_counted() -> None:
    sign_ups = words_of("sign_up")
    free = replace(a_table("Email"), total=Share(9, 0))
    assert usual_show(sign_ups, free) == "orders" and usual_show(ORDERS, free) == "revenue"
    assert usual_show(sign_ups, a_table("Email")) == "revenue"
    assert (
        says(free, "EUR", sign_ups)
        == "9 sign-ups. Email gets the most, by the first touch and by the last non-direct one."
    )
    assert says(replace(free, lines=[], total=Share(1)), "EUR", words_of("demo")).startswith("One demo conversion,")


def test_columns_can_be_chosen_and_files_have_all(place: Place, admin: Client) -> None:
    address = f"/s/{place.site.id}/attribution"
    to = admin.get(f"{address}/columns?by=source&col=linear&col=markov_global", follow_redirects=False)
    assert to.headers["location"] == f"{address}?by=source&cols=linear,markov_global"
    page = admin.get(to.headers["location"]).text
    assert re.findall(r'<th class="n[^"]*" title="[^"]*">([^<]*)</th>', page) == ["Linear", "Markov, all"]
    assert page.count('<tr class="sum">') == 1 and page.count(" checked>") == 2
    assert len(admin.get(f"{address}.csv?cols=linear").text.splitlines()) == 1 + 6 * len(MODELS) + 1


def test_where_nobody_chose_some_columns_give_way_on_a_narrower_screen() -> None:
    found = {head.name: head.css for head in heads(MODELS, ("linear",), chosen=False)}
    assert (found["Linear"], found["First"], found["Position"]) == ("n", "n p2", "n p2 p3")
    assert {head.css for head in heads(MODELS, (), chosen=True)} == {"n p2"}


def test_what_counts_of_a_path_is_asked_of_the_reports_and_offered(place: Place, admin: Client) -> None:
    page = admin.get(f"/s/{place.site.id}/attribution?reset=1&reduce=last_7").text
    assert "after the one before it; the last 7" in page and "Views of ads are not seen here" in page
    asked = [params for name, params in place.reports.asked if name in ("paths", "credits_by_rule")]
    assert [(params["reset"], params["reduce"]) for params in asked] == [(1, "last_7")] * 2
    told = admin.get(f"/api/v1/sites/{place.site.id}/attribution?reset=1&reduce=exposure&window=meta").json()
    assert (told["reset"], told["reduce"], told["window_days"]) == (True, "exposure", 7)


def test_links_keep_what_was_chosen(place: Place, admin: Client) -> None:
    page = admin.get(f"/s/{place.site.id}/attribution?reset=1&reduce=exposure&against=linear&event=sign_up").text
    for link in re.findall(r'href="([^"]*)"[^>]*>(?:SQL|API|CSV|Parquet|Definitions)<', page):
        answer = admin.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200 and ("definitions" in link or "reset=1" in link), link
    choices = re.findall(r'href="([^"]*)"[^>]*>(?:Only those after the sign-up before|Without Direct)<', page)
    assert ["reset=1" in link and "reduce=" in link for link in choices] == [True, True]


def test_every_way_to_shorten_paths_that_is_offered_is_one() -> None:
    assert all(get_reduction(name) for name in REDUCE if name) and set(NAMED) < set(REDUCE)


def test_a_lift_test_stands_beside_the_models_and_changes_none(place: Place, admin: Client) -> None:
    address, api = (f"{at}/{place.site.id}/attribution" for at in ("/s", "/api/v1/sites"))
    query = "?lifted=Email&added=120&low=-12&high=200"
    page = admin.get(address + query).text
    assert "Email added 120 orders by the test, 95% interval −12 to 200" in page
    told = admin.get(api + query).json()
    first = next(one for one in told["lift"] if one["model"] == "first_touch")
    assert (first["credited"], first["value"]) == (431, pytest.approx(120 / 431))
    assert (first["low"], first["high"]) == (pytest.approx(-12 / 431), pytest.approx(200 / 431))
    assert admin.get(api).json() | {"lift": told["lift"]} == told
    assert admin.get(api + "?lifted=Nowhere&added=120").json()["lift"] == []
    for wrong in ("added=many", "added=3&low=4", "added=3&high=nan"):
        assert admin.get(f"{address}?lifted=Email&{wrong}").status_code == 400


def test_the_file_has_a_row_for_each_label_and_model(place: Place, admin: Client) -> None:
    lines = admin.get(f"/s/{place.site.id}/attribution.csv").text.splitlines()
    assert lines[0] == "label,model,orders,revenue_minor,standard_error"
    assert len(lines) == 1 + 6 * len(MODELS) + 1


def test_json_has_the_rows_of_the_file_and_says_what_they_do_not_prove(place: Place, admin: Client) -> None:
    told = admin.get(f"/api/v1/sites/{place.site.id}/attribution?window=meta&by=source").json()
    assert (told["by"], told["window"]) == ("source", "meta") and "proves a cause" in told["says"]
    lines = admin.get(f"/s/{place.site.id}/attribution.csv").text.splitlines()[1:]
    assert [f"{row['label']},{row['model']}" for row in told["rows"]] == [
        ",".join(line.split(",")[:2]) for line in lines
    ]
    assert admin.get(f"/api/v1/sites/{place.site.id}/attribution?window=eternity").status_code == 400


@pytest.mark.parametrize(("name", "report"), [("attribution", "credits_by_rule"), ("attribution/paths", "paths")])
def test_its_files_are_asked_what_the_page_is_asked(place: Place, admin: Client, name: str, report: str) -> None:
    query = "?by=source&window=meta&reset=1&reduce=last_3&channel=Email"
    admin.get(f"/s/{place.site.id}/attribution{query}")
    asked = place.reports.asked_of(report)
    for form in ("csv", "parquet"):
        assert admin.get(f"/s/{place.site.id}/{name}.{form}{query}").status_code == 200
        assert place.reports.asked_of(report) | {"limit": 0} == asked | {"limit": 0}
    sql = admin.get(f"/s/{place.site.id}/{name}.sql{query}").text
    assert "SET param_reduce = 'last_3';" in sql and "SET param_window_days = '7';" in sql and "= ..." not in sql
    assert admin.get(f"/s/{place.site.id}/{name}.sql?window=eternity").status_code == 400


def test_the_file_of_types_has_every_model_too(place: Place, admin: Client) -> None:
    text = admin.get(f"/s/{place.site.id}/attribution.parquet").text
    assert all(f"'{model}'" in text for model in (*MODELS[:6], "shapley_rate_scaled", "unattributed"))


def test_paths_in_a_file_are_written_in_one_cell(place: Place, admin: Client) -> None:
    text = admin.get(f"/s/{place.site.id}/attribution/paths.csv").text
    rows = list(csv.DictReader(text.splitlines()))
    assert list(rows[0]) == ["path", "orders", "revenue_minor", "nulls", "days", "all_paths", "all_nulls"]
    assert (json.loads(rows[1]["path"]), rows[1]["orders"]) == (["Paid Search", "Direct"], "540")


def test_json_says_which_order_was_chosen_and_has_the_paths(place: Place, admin: Client) -> None:
    told = admin.get(f"/api/v1/sites/{place.site.id}/attribution").json()
    assert min(told["log_loss"], key=told["log_loss"].get) == str(told["markov_order"])
    assert told["paths"][0]["path"] == ["Organic Search"] and told["paths"][0]["orders"] == 612


def a_line(label: str, first: float, linear: float) -> Line:
    return Line(label, {model: Share(linear if model == "linear" else first) for model in MODELS})


def drawn(*lines: Line) -> str:
    table = Table(lines=list(lines), unattributed=Share(), total=Share(9))
    return str(slopes.slopes(table, slopes.Pair("first_touch", "linear"), "orders", "EUR"))


def test_two_models_are_slopes_and_none_where_there_is_nothing() -> None:
    found = drawn(a_line("Email", 8, 2), a_line("<b>", 1, 7), a_line("Direct", 2, 2))
    assert found.count("<line") == 3 and found.count('class="up"') == 1 and "&lt;b&gt;: 1.0, 7.0" in found
    assert drawn(a_line("Email", 0, 0)) == drawn() == ""


def test_names_of_slopes_do_not_lie_on_one_another() -> None:
    found = drawn(*(a_line(f"c{n}", 5, 0.01 * n) for n in range(12)))
    ends = [float(y) for y in re.findall(r'<line[^>]* y1="([\d.]+)"', found)]
    starts = [float(y) for y in re.findall(r'<line[^>]* y2="([\d.]+)"', found)]
    for heights in (sorted(ends), sorted(starts)):
        assert len(heights) == slopes.MOST and min(b - a for a, b in itertools.pairwise(heights)) >= 17.9
        assert heights[0] > 0 and heights[-1] < 290


def test_a_model_that_a_table_is_too_large_for_is_not_drawn_and_no_mistake() -> None:
    """An address keeps its models where its rows become campaigns, of which there may be too many to weigh."""
    view = read_view("/s/x/attribution", [("against", "markov_global")], today=DAY, since=DAY, more=("against",))
    small = replace(a_table("Email"), models=(*MODELS[:6], "shapley_set"))
    assert slopes.read_pair(view, small) == slopes.Pair("last_non_direct", "linear")
    assert slopes.read_pair(view, a_table("Email")).against == "markov_order1_global"


def test_the_chosen_models_are_drawn_and_stay_on_a_phone(place: Place, admin: Client) -> None:
    page = admin.get(f"/s/{place.site.id}/attribution?model=first_touch&against=markov_global").text
    assert 'aria-label="First and Markov, all, drawn"' in page
    assert re.findall(r'<th class="n" title="[^"]*">([^<]*)</th>', page) == ["First", "Markov, all"]
    assert admin.get(f"/s/{place.site.id}/attribution?against=luck").status_code == 400
