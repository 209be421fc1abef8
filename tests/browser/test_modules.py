"""The script's modules in Chromium: what each reports, and what none of them ever does."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, Route

from browser.chromium import as_person, settle
from browser.modules import Site, props, unique, visit
from browser.stub import SITE
from onebyone.tags.modules import MODULES

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with as_person(browser) as context:
        yield context.new_page()


ROUTES = """<script>const go = (path) => { history.pushState(0, "", path); document.title = path }</script>"""


@pytest.mark.parametrize("api", ["navigation", "history"])
def test_each_route_of_an_application_is_one_view(page: Page, with_modules: Site, api: str) -> None:
    site = with_modules("spa", body=ROUTES)
    if api == "history":
        page.add_init_script(
            "delete window.navigation; Object.defineProperty(window, 'navigation', {value: undefined})"
        )
    page.goto(f"{site.url}/a")
    settle(page)
    for step in ("go('/lamps')", "history.replaceState(0, '', '/lamps?sort=price')", "go('/lamps?sort=price')"):
        page.evaluate(f"{step}; new Promise((done) => setTimeout(done, 50))")
    page.evaluate("history.replaceState(0, '', '/lamps/fjord'); new Promise((done) => setTimeout(done, 50))")
    page.evaluate("onebyone('event', 'on_it'); void setTimeout(() => history.back())")
    page.wait_for_url("**/lamps?sort=price")
    site.wait(lambda: len(unique(site, "page_view")) == 4, "four views")
    seen = [(event["nav"], event["page"]["url"], event["page"]["referrer"]) for event in unique(site, "page_view")]
    at = [url.removeprefix(site.url) for _, url, _ in seen]
    assert at == ["/a", "/lamps", "/lamps/fjord", "/lamps?sort=price"]
    assert [nav for nav, _, _ in seen] == ["navigate", "spa", "spa", "spa"]
    assert seen[1][2] == f"{site.url}/a" and seen[2][2].endswith("/lamps?sort=price")
    assert site.events("on_it")[0]["seq"] == 1, "numbers begin with each view"


def test_a_query_may_be_no_other_page(page: Page, with_modules: Site) -> None:
    site = with_modules("spa", body=ROUTES, spa_query=False)
    page.goto(f"{site.url}/a")
    page.evaluate("go('/a?x=1'); new Promise((done) => setTimeout(done, 50)).then(() => onebyone('event', 'end'))")
    site.wait(lambda: site.events("end"), "the end")
    assert len(unique(site, "page_view")) == 1


LINKS = """<a id="out" href="https://other.example/x?y=1" target="_blank">Other <b>shop</b></a>
  <a id="own" href="https://news.shop.example/">Own</a><a id="file" href="/list.PDF?v=2">List</a>
  <a id="named" href="/export" download>Export</a><a id="mail" href="mailto:a@b.example">Mail</a>
  <script>onclick = (event) => { window.prevented = event.defaultPrevented; event.preventDefault() }</script>"""


def test_outbound_links_and_downloads_are_told_and_not_touched(page: Page, with_modules: Site) -> None:
    site = with_modules("outbound", "downloads", body=LINKS)
    visit(page, f"{site.url}/a")
    for link in ("out", "own", "file", "named", "mail"):
        page.click(f"#{link}")
        assert page.evaluate("window.prevented") is False
    page.focus("#out")
    page.keyboard.press("Enter")
    out = props(site, "click", 2)
    assert len(out) == 2 and out[0] == out[1]
    assert out[0] == {
        "link_url": "https://other.example/x?y=1",
        "link_domain": "other.example",
        "link_text": "Other shop",
        "outbound": True,
    }
    one, two = props(site, "file_download", 2)
    assert (one["file_name"], one["file_extension"], two["file_name"]) == ("list.PDF", "pdf", "export")


def test_a_middle_click_is_one_too(page: Page, with_modules: Site) -> None:
    site = with_modules("outbound", body='<a id="out" href="https://other.example/">Other</a>')
    page.context.route("https://other.example/", lambda route: route.fulfill(body="x"))
    visit(page, f"{site.url}/a")
    page.click("#out", button="middle")
    page.click("#out", button="right")
    assert len(props(site, "click")) == 1


@pytest.mark.parametrize("how", ["status", "meta"])
def test_an_error_page_says_so_once(page: Page, with_modules: Site, how: str) -> None:
    body = '<meta name="ps-status" content="410">' if how == "meta" else ""
    site = with_modules("not_found", "spa", body=body + ROUTES)
    if how == "status":
        page.route("**/a", lambda route: route.fulfill(response=route.fetch(), status=404))
    page.goto(f"{site.url}/a")
    page.evaluate("go('/b'); new Promise((done) => setTimeout(done, 50)).then(() => onebyone('event', 'end'))")
    site.wait(lambda: site.events("end"), "the end")
    assert props(site, "page_error") == [{"status": 404 if how == "status" else 410}]


def test_scrolling_is_told_by_marks_and_with_the_time_spent(page: Page, with_modules: Site) -> None:
    site = with_modules("scroll", "engagement", body='<p style="height: 4000px">long', scroll_marks=(25, 50, 90))
    visit(page, f"{site.url}/a")
    page.evaluate("scrollTo(0, 1600); new Promise((done) => setTimeout(done, 1200))")
    assert props(site, "scroll", 2) == [{"percent_scrolled": 25}, {"percent_scrolled": 50}]
    page.evaluate("location.href = 'about:blank'")
    (spent,) = props(site, "user_engagement")
    assert 1000 <= spent["engagement_time_msec"] < 20_000 and 50 <= spent["percent_scrolled"] < 90


def test_time_is_counted_only_while_the_page_is_seen_and_somebody_is_there(page: Page, with_modules: Site) -> None:
    site = with_modules("engagement", "spa", body=ROUTES)
    page.clock.install()
    page.goto(f"{site.url}/a")
    for _ in range(20):  # a minute with somebody there, then four without
        page.clock.run_for(3_000)
        page.keyboard.press("Shift")
    page.clock.run_for(240_000)
    page.evaluate("go('/b')")
    for _ in range(30):  # an answer that came late is followed by a timer; the next page may tell its own
        page.clock.run_for(2_000)
        if len(unique(site, "user_engagement")) >= 4:
            break
    props(site, "user_engagement", 4)
    first = [each for each in unique(site, "user_engagement") if each["page"]["url"] == f"{site.url}/a"]
    told = [each["props"]["engagement_time_msec"] for each in first]
    assert [round(ms / 15_000) for ms in told] == [1, 2, 4, 6] and told == sorted(told)


FORM = """<form id="order" name="checkout" action="/thanks?token=1"><input name="email" type="email">
  <input name="card" type="password"><button>Go</button></form>
  <form id="secret" data-ps-mask><input name="x"></form>"""


def test_forms_tell_names_and_never_what_was_typed(page: Page, with_modules: Site) -> None:
    site = with_modules("forms", "clicks", "errors", "debug", body=FORM)
    visit(page, f"{site.url}/a")
    page.fill("[name=x]", "hidden-words")
    page.fill("[name=email]", "ann@example.com")
    page.fill("[name=card]", "4111111111111111")
    page.click("text=Go")
    page.wait_for_url("**/thanks**")
    named = {"form_id": "order", "form_name": "checkout", "form_destination": "/thanks"}
    assert props(site, "form_start") == [{**named, "first_field": "email"}]
    assert props(site, "form_submit") == [named] and props(site, "form_success") == [named]
    sent = json.dumps([{**event, "page": None} for event in site.events()])
    assert "ann@" not in sent and "4111111" not in sent and "hidden" not in sent and "secret" not in sent
    assert site.events("form_abandon") == []


def test_a_form_given_up_and_one_answered_in_the_page(page: Page, with_modules: Site) -> None:
    site = with_modules("forms", body=FORM.replace('<form id="order"', '<form id="order" onsubmit="done()"'))
    site.pages["/a"] += "<script>function done() { event.preventDefault();"
    site.pages["/a"] += "document.body.append(Object.assign(document.createElement('p'), {id: 'thanks'}));"
    site.pages["/a"] += "document.querySelector('#thanks').setAttribute('data-ps-success', '') }</script>"
    visit(page, f"{site.url}/a")
    page.click("text=Go")
    assert len(props(site, "form_success")) == 1
    page.goto(f"{site.url}/b")
    site.pages["/a"] = FORM
    visit(page, f"{site.url}/a")
    page.fill("[name=email]", "ann@example.com")
    page.evaluate("location.href = 'about:blank'")
    (given_up,) = props(site, "form_abandon")
    assert given_up["last_field"] == "email" and len(props(site, "form_success")) == 1


CLICKS = """<main><button class="big round blue" id="">Buy  now</button><p id="text">Some text</p>
  <input id="field" value="typed"><div contenteditable id="editor">typed</div>
  <div data-ps-mask><button id="masked">Ann's account</button></div>
  <button id="holds">For <span data-ps-mask>Ann</span></button></main>"""


def test_clicks_say_where_and_what_but_nothing_private(page: Page, with_modules: Site) -> None:
    site = with_modules("clicks", "rage_clicks", body=CLICKS)
    visit(page, f"{site.url}/a")
    for target in ("text=Buy", "#text", "#field", "#editor", "#masked"):
        page.click(target)
    page.click("#holds", position={"x": 8, "y": 8})
    page.evaluate("new Promise((done) => setTimeout(done, 1100))")
    page.click("#text", click_count=3, delay=10)
    told = props(site, "element_click", 6)
    assert told[0] == {"selector": "html > body > main > button.big.round", "role": "button", "text": "Buy now"}
    assert [each["selector"] for each in told[1:3]] == ["p#text", "button#holds"] and told[2]["text"] == ""
    assert props(site, "rage_click") == [{"selector": "p#text"}] and "Ann" not in json.dumps(told)


def test_what_a_click_means_is_found_out_after_it_and_belongs_to_the_page_it_was_on(
    page: Page, with_modules: Site
) -> None:
    site = with_modules("clicks", body="<button onclick=\"history.pushState(0, '', '/next')\">Go</button>")
    visit(page, f"{site.url}/a")
    settle(page)
    page.evaluate("addEventListener('click', () => (window.kept = localStorage.length))")  # as the last to hear of it
    page.click("text=Go")
    site.wait(lambda: site.events("element_click"), "the click")
    assert page.evaluate("kept") == 0, "nothing is written while a click is answered"
    assert site.events("element_click")[0]["page"]["url"] == f"{site.url}/a"


def test_web_vitals_are_measured_and_again_out_of_the_cache(page: Page, with_modules: Site) -> None:
    body = '<button onclick="for (const end = performance.now() + 80; performance.now() < end;);">Slow</button>'
    site = with_modules("web_vitals", body=body)
    visit(page, f"{site.url}/a")
    page.evaluate(
        "new Promise((done) => setTimeout(() => { const p = document.createElement('p'); p.style.height = '300px';"
        "document.body.prepend(p); setTimeout(done, 600) }, 600))"
    )
    page.click("text=Slow")
    page.evaluate("new Promise((done) => setTimeout(done, 300))")
    page.goto(f"{site.url}/b")
    (first,) = props(site, "web_vitals")
    assert first["inp"] >= 80 and 0 < first["cls"] < 1 and first["lcp"] >= first["fcp"] >= first["ttfb"] >= 0
    page.evaluate("void setTimeout(() => history.back())")
    page.wait_for_url("**/a", wait_until="commit")
    page.evaluate("new Promise((done) => setTimeout(done, 500))")
    page.evaluate("location.href = 'about:blank'")
    site.wait(lambda: any(e["nav"] == "bfcache" for e in site.events("web_vitals")), "the second measure")
    again = next(event["props"] for event in site.events("web_vitals") if event["nav"] == "bfcache")
    assert again["cls"] == 0 and again["lcp"] < 1000 and "inp" not in again and "ttfb" not in again


ECOMMERCE = json.dumps(
    [
        {"event": "view_item", "ecommerce": {"currency": "EUR", "value": 10, "items": [{"item_id": "L1"}]}},
        {"ecommerce": None},
        {"ecommerce": {"currencyCode": "EUR", "detail": {"products": [{"id": "L2", "name": "Lamp", "price": "5"}]}}},
        {
            "event": "done",
            "ecommerce": {
                "currencyCode": "SEK",
                "purchase": {
                    "actionField": {"id": "NL-7", "revenue": "129.90", "tax": "20", "coupon": "X"},
                    "products": [{"id": "L2", "price": 64.95, "quantity": 2}],
                },
            },
        },
        {"event": "something_else"},
    ]
)


def test_e_commerce_is_read_from_the_data_layer_in_all_its_shapes(page: Page, with_modules: Site) -> None:
    site = with_modules("ecommerce", body=f"<script>dataLayer = {ECOMMERCE}</script>")
    page.goto(f"{site.url}/a")
    page.evaluate(
        "(function () { dataLayer.push(arguments) })('event', 'purchase', {transaction_id: 'NL-8', value: 3,"
        "currency: 'EUR', items: []}); dataLayer.push({event: 'add_to_cart', ecommerce: {value: 1}}); 0"
    )
    viewed = props(site, "view_item", 2)
    assert viewed[0] == {"currency": "EUR", "value": 10, "items": [{"item_id": "L1"}]}
    item = {"item_id": "L2", "item_name": "Lamp", "price": "5"}
    assert viewed[1] == {"currency": "EUR", "items": [item]}
    site.wait(lambda: len(unique(site, "purchase")) == 2, "both purchases")
    old, new = unique(site, "purchase")
    assert old["event_id"] == "purchase:NL-7" and new["event_id"] == "purchase:NL-8"
    assert old["order"] == {
        "id": "NL-7", "value": 129.9, "currency": "SEK", "coupon": "X", "tax": "20",
        "items": [{"item_id": "L2", "price": 64.95, "quantity": 2}],
    }  # fmt: skip
    assert props(site, "add_to_cart") == [{"value": 1}]
    assert {event["name"] for event in site.events()} == {"page_view", "view_item", "purchase", "add_to_cart"}


SPOKEN = [
    ("event", "purchase", {"transaction_id": "NL-9", "value": 5, "currency": "EUR", "send_to": "AW-1/x"}),
    ("event", "page_view", {}),
    ("event", "sign_up", {"method": "mail", "event_id": "s-1"}),
    ("config", "G-1", {"user_id": "u-7"}),
    ("set", "user_data", {"email": "a@b.example"}),
    ("js", 1),
]


@pytest.mark.parametrize("snippet", [True, False])
def test_calls_of_gtag_are_taken_once_and_nothing_of_googles_is_loaded(
    page: Page, with_modules: Site, snippet: bool
) -> None:
    stub = "<script>dataLayer = []; function gtag() { dataLayer.push(arguments) }; gtag('event', 'early')</script>"
    site = with_modules("ecommerce", "gtag", body=stub if snippet else "")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.url}/a")
    page.wait_for_function("!!window.onebyone_1")
    page.evaluate("(calls) => calls.forEach((call) => gtag(...call))", SPOKEN)
    page.evaluate("new Promise((done) => gtag('event', 'went', {event_callback: done}))")
    site.wait(lambda: site.events("went"), "the last call")
    site.wait(lambda: len(unique(site, "identify")) == 2, "who it is")
    (order,) = unique(site, "purchase")
    assert order["event_id"] == "purchase:NL-9" and order["order"] == {"id": "NL-9", "value": 5, "currency": "EUR"}
    assert order["props"] == {} and unique(site, "sign_up")[0]["event_id"] == "s-1"
    assert len(unique(site, "page_view")) == 1 and len(unique(site, "early")) == snippet
    first, second = unique(site, "identify")
    assert first["user_id"] == "u-7" and second["user_data"] == {"email": "a@b.example"}
    assert all(url.startswith(site.url) for url in asked)


META = """<script>n = window.fbq = function () {
    n.callMethod ? n.callMethod.apply(n, arguments) : n.queue.push(arguments) };
  n.queue = []; fbq("init", "123", {em: "a@b.example"}); fbq("track", "PageView")</script>"""


@pytest.mark.parametrize("pixel", [True, False])
def test_calls_of_fbq_are_taken_under_their_event_id_and_reach_metas_pixel_as_before(
    page: Page, with_modules: Site, pixel: bool
) -> None:
    site = with_modules("fbq", body=META if pixel else "")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.url}/a")
    page.wait_for_function("!!window.onebyone_1")
    page.evaluate("""() => {
      window.reached = [];
      fbq.callMethod = (...call) => reached.push(call);
      fbq("track", "Purchase", {value: 9, currency: "EUR", contents: [{id: "L1", quantity: 2, item_price: 4.5}]},
        {eventID: "e-1"});
      fbq("trackSingle", "123", "AddToCart", {content_ids: ["L1"], order_id: 0});
      fbq("trackCustom", "Wished", {search_string: "lamp"});
    }""")
    site.wait(lambda: site.events("Wished"), "the last call")
    (order,) = unique(site, "purchase")
    assert order["event_id"] == "e-1"
    assert order["order"] == {
        "value": 9, "currency": "EUR", "items": [{"item_id": "L1", "price": 4.5, "quantity": 2}],
    }  # fmt: skip
    assert props(site, "AddToCart") == [{"items": [{"item_id": "L1"}]}]
    assert props(site, "Wished") == [{"search_term": "lamp"}]
    assert [event["user_data"] for event in unique(site, "identify")] == [{"email": "a@b.example"}] * pixel
    assert page.evaluate("reached.length") == (3 if pixel else 0), "a page without Meta's pixel has nobody else to tell"
    assert len(unique(site, "page_view")) == 1 and all(url.startswith(site.url) for url in asked)


def test_faults_of_the_page_are_told_once_each_and_ten_at_most(page: Page, with_modules: Site) -> None:
    site = with_modules("errors")
    page.goto(f"{site.url}/a")
    page.evaluate("""() => {
      const throwing = (text) => setTimeout(() => { throw new Error(text) });
      throwing("one"); throwing("one"); Promise.reject(new Error("two"));
      document.body.append(Object.assign(new Image(), {src: "/missing.png?token=1", onerror: () =>
        { for (let i = 0; i < 20; i++) throwing("many " + i) }})) }""")
    page.route("**/missing.png**", lambda route: route.abort())
    told = props(site, "exception", 4)
    page.evaluate("new Promise((done) => setTimeout(done, 1500))")
    told = props(site, "exception", 4)
    kinds = [each["kind"] for each in told]
    assert kinds.count("promise") == 1 and sum("one" in each["description"] for each in told) == 1
    assert len(told) <= 10 and all("token" not in json.dumps(each) for each in told)


def test_what_the_browser_says_of_a_page_is_told_too(page: Page, with_modules: Site) -> None:
    site = with_modules("errors")
    page.goto(f"{site.url}/a")
    page.evaluate("(() => { for (let i = 0; i < 2; i++) new XMLHttpRequest().open('GET', '/x', false) })()")
    (told,) = props(site, "exception")
    assert told["kind"] == "deprecation" and "XMLHttpRequest" in told["description"]


def test_one_message_from_two_places_is_two_faults(page: Page, with_modules: Site) -> None:
    site = with_modules("errors")
    page.goto(f"{site.url}/a")
    page.evaluate("""() => { for (let i = 0; i < 2; i++) {
      Promise.reject(new Error("same"));
      (function elsewhere() { Promise.reject(new Error("same")) })() } onebyone("event", "end") }""")
    site.wait(lambda: site.events("end"), "the end")
    assert len(props(site, "exception", 2)) == 2


@pytest.mark.parametrize("when", ["idle", "left"])
def test_what_no_view_needs_begins_when_the_page_has_a_moment_or_is_left(
    page: Page, with_modules: Site, when: str
) -> None:
    site = with_modules("not_found", "clicks", body='<meta name="ps-status" content="404"><button>Buy</button>')
    page.add_init_script("window.requestIdleCallback = (work) => { window.idle = work }")
    page.goto(f"{site.url}/a")
    page.click("text=Buy")
    site.wait(lambda: site.events("page_view"), "the view")
    assert {event["name"] for event in site.events()} == {"page_view"}
    if when == "idle":
        page.evaluate("idle()")
        page.click("text=Buy")
        assert len(props(site, "element_click")) == 1
    else:
        page.goto("about:blank")
    assert props(site, "page_error") == [{"status": 404}], "the view was before, and is told all the same"


def test_without_cookies_nothing_is_kept_whatever_is_chosen(page: Page, with_modules: Site) -> None:
    site = with_modules()
    site.site = replace(site.site, visitor_cookie=False)
    site.headers = {"Set-Cookie": "ob_v=abc; Path=/"}
    page.goto(f"{site.url}/a")
    page.evaluate("onebyone('consent', {analytics: 'granted'}); onebyone('event', 'more')")
    site.wait(lambda: site.events("more"), "both")
    page.evaluate("new Promise((done) => setTimeout(done, 200))")
    assert page.context.cookies() == [] and page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert site.batches[-1].body["consent"] == {"analytics": "granted"}


@pytest.mark.parametrize("asked", [True, False])
def test_debugging_prints_what_is_sent_and_what_became_of_it(page: Page, with_modules: Site, asked: bool) -> None:
    site = with_modules("debug")
    printed: list[str] = []
    page.on("console", lambda said: printed.append(said.text))
    page.goto(f"{site.url}/a" + ("?onebyone_debug" if asked else ""))
    settle(page)
    text = "\n".join(printed)
    assert ("will be sent: page_view" in text and "sends page_view" in text and "ok page_view" in text) is asked


def test_everything_at_once_on_a_hostile_page_keeps_the_page_and_the_events(page: Page, with_modules: Site) -> None:
    site = with_modules(*MODULES, body=LINKS + FORM + CLICKS)
    page.add_init_script(
        "window.dataLayer = {push: 1}; history.pushState = () => { throw new Error('mine') };"
        "window.ResizeObserver = undefined; window.PerformanceObserver = undefined; Array.prototype.extra = 1"
    )
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    visit(page, f"{site.url}/a")
    page.click("text=Buy")
    page.click("#file")
    site.wait(lambda: site.events("file_download") and site.events("element_click"), "the events")
    assert faults == [] and len(unique(site, "page_view")) == 1


CONTENT = """
<link rel="canonical" href="/lamps/fjord?utm_source=x#top"><meta property="og:type" content="product">
<meta property="og:title" content="Fjord"><meta property="product:retailer_item_id" content="F-1">
<script type="application/ld+json">{not json</script>
<script type="application/ld+json">{"@type": "BreadcrumbList"}</script>
<script type="application/ld+json">{"@graph": [{"@type": "WebPage"}, {"@type": ["Product"], "sku": "F-1",
 "name": "Fjord", "brand": {"@type": "Brand", "name": "Nordlight"}, "offers": [{"@type": "Offer", "price": "129.00",
 "priceCurrency": "EUR", "availability": "https://schema.org/InStock"}]}]}</script>
"""


def test_a_page_view_says_what_the_page_says_of_itself(page: Page, with_modules: Site) -> None:
    site = with_modules("content", body=CONTENT)
    page.goto(f"{site.url}/a")
    assert props(site, "page_view") == [
        {
            "page_language": "", "page_canonical": f"{site.url}/lamps/fjord", "og_type": "product", "og_title": "Fjord",
            "product_retailer_item_id": "F-1", "product_sku": "F-1", "product_name": "Fjord",
            "product_brand": "Nordlight", "product_price": "129.00", "product_priceCurrency": "EUR",
            "product_availability": "https://schema.org/InStock",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("left", [False, True], ids=["read to its end", "left before"])
def test_a_view_waits_for_what_the_page_says_behind_the_script_unless_it_is_left(
    page: Page, with_modules: Site, left: bool
) -> None:
    early = f'<script async src="/{SITE.prefix}/s.js"></script><script src="/slow.js"></script>'
    site = with_modules("content", body=early + CONTENT)
    held: list[Route] = []
    page.route("**/slow.js", lambda route: held.append(route))
    page.goto(f"{site.url}/a", wait_until="commit")
    page.wait_for_function("!!window.onebyone_1")
    page.evaluate("onebyone('event', 'early')")
    site.wait(lambda: site.events("early"), "what does not wait")
    assert site.events("page_view") == []
    if left:
        page.goto("about:blank")
    else:
        held[0].fulfill(body="")
    (view,) = props(site, "page_view")
    assert view.get("product_sku") == (None if left else "F-1")


def test_a_page_that_says_nothing_of_itself_is_viewed_all_the_same(page: Page, with_modules: Site) -> None:
    site = with_modules("content", body="<script type='application/ld+json'>[null]</script>")
    page.goto(f"{site.url}/a")
    assert props(site, "page_view") == [{"page_language": ""}]
