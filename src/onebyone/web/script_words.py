"""What the switches of a site's script say: a name, and what turning it on means."""

from __future__ import annotations

MODULES = {
    "spa": ("Routes of a single-page application", "One page view for each address, without a load of the page."),
    "outbound": ("Links to other sites", "Event click, with the link's address and text."),
    "downloads": ("Downloads", "Event file_download, for links to files with the endings below."),
    "not_found": (
        "Error pages",
        "Event page_error, with the status your server answered. Safari does not tell it: there the page says it with"
        ' <meta name="ps-status" content="404">.',
    ),
    "scroll": ("Scroll depth", "Event scroll, once for each mark below."),
    "engagement": ("Time spent", "Event user_engagement: how long the page was seen, in front, with somebody there."),
    "forms": ("Forms", "Events form_start, form_submit, form_success, form_abandon. Names of fields, never contents."),
    "clicks": (
        "Every click",
        "Event element_click: what was pressed and its text. Never fields, nor what is inside data-ps-mask.",
    ),
    "rage_clicks": ("Rage clicks", "Event rage_click: three clicks within a second on one spot."),
    "dead_clicks": (
        "Dead clicks",
        "Event dead_click: what looks like a button or link was pressed, and for three seconds nothing came of it.",
    ),
    "web_vitals": ("Web vitals", "Event web_vitals: LCP, CLS, INP, FCP and TTFB as people had them."),
    "ecommerce": (
        "E-commerce of the data layer",
        "What the page already pushes for Google, in GA4's and the older shapes. Orders are counted once however often"
        " they are told.",
    ),
    "errors": (
        "Errors of the page",
        "Event exception: script errors, files that did not load, what the browser refused; ten a page at most.",
    ),
    "content": (
        "Content of the page",
        "With each page view: canonical address, language, Open Graph, and a product's linked data (JSON-LD). The view"
        " waits until the page is read to its end, or left.",
    ),
    "gtag": (
        "Calls of gtag()",
        "What the page says to Google with gtag('event', …) is counted here, too. Google's script is not loaded.",
    ),
    "fbq": (
        "Calls of fbq()",
        "What the page says to Meta with fbq('track', …) is counted here under its eventID. Meta's script is not"
        " loaded; if your page loads it, keep that above this script. A sale told both to gtag() and to fbq() needs its"
        " order_id in both, or it is two.",
    ),
    "debug": (
        "Debugging",
        "Prints in the developer tools what is sent, and which of a container's tags ran or why not, with "
        "?onebyone_debug in the page's address.",
    ),
}

READERS = {
    "google": ("Google Consent Mode", 'The calls gtag("consent", …) of the page.'),
    "tcf": ("IAB TCF 2.2 and 2.3", "Turn it on beside GPP for European visitors, too."),
    "gpp": ("IAB GPP and us_privacy", "For visitors from the United States."),
    "klaro": ("Klaro", "Name its services below."),
    "cookieconsent": ("vanilla-cookieconsent", ""),
    "onetrust": ("OneTrust", ""),
    "cookiebot": ("Cookiebot", ""),
    "usercentrics": ("Usercentrics", "Versions 2 and 3."),
    "cookieyes": ("CookieYes", ""),
    "complianz": ("Complianz", ""),
    "wordpress": ("WP Consent API", ""),
    "didomi": ("Didomi", "Name its purposes below."),
    "consent_event": ("Another platform", 'The page raises the event "onebyone:consent" with what was allowed.'),
}

CONSENT = {
    "none": ("Send at once", "The page's own calls may still refuse."),
    "platform": (
        "Wait for the page's consent platform",
        "Nothing is kept or sent with an identifier before its answer.",
    ),
    "banner": ("Ask with our own banner", "For a site without a platform. It appears where the law wants a choice."),
}

PURPOSES = {"functional": "Comfort", "statistics": "Statistics", "marketing": "Advertising"}
