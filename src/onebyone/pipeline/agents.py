"""Rules about user agents, as data: what the public lists miss, and whom they wrongly name (email-and-bots.md 2.1)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from onebyone.event import Actor

VERSION = "2026-11-24"

GMAIL_PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)


class AgentRule(Struct, frozen=True):
    id: str
    how: Literal["is", "starts", "has", "fits"]  # "fits": a regular expression, searched for
    words: tuple[str, ...]  # any of them
    label: str


# First match wins, before the lists are asked.
SEED = (
    AgentRule("ua.gmail_prefetch", "is", (GMAIL_PREFETCH,), "gmail_prefetch"),
    AgentRule("ua.apple_mpp", "is", ("Mozilla/5.0",), "apple_mpp"),
    AgentRule("ua.gmail_proxy", "has", ("GoogleImageProxy", "via ggpht.com"), "gmail_proxy"),
    AgentRule("ua.yahoo_proxy", "has", ("YahooMailProxy",), "yahoo_proxy"),
    AgentRule(
        "ua.mail_proxy",
        "has",
        ("ImageProxy/", "imageproxy", "EmailProxy/", "FastmailUA/", "mail.ukr.net proxy"),
        "other_mail_proxy",
    ),
    AgentRule(
        "ua.mail_scanner",
        "starts",
        ("Barracuda", "Microsoft Exchange/", "ExchangeServicesClient/", "AHC/", "lua-resty-http/"),
        "mail_scanner",
    ),
    AgentRule("ua.office_discovery", "has", ("Existence Discovery", "Protocol Discovery"), "mail_scanner"),
    AgentRule("ua.impossible_platform", "has", ("Apple Mac OS X v",), "mail_scanner"),
    AgentRule("ua.ancient_firefox", "fits", (r"Windows NT 5\.\d.*Firefox/[23]\.",), "mail_scanner"),
    AgentRule("ua.background_service", "has", ("dataaccessd/", "Office 365 Connectors"), "background_service"),
    AgentRule("ua.android_runtime", "starts", ("Dalvik/",), "background_service"),
    AgentRule(
        "ua.prefetch_service",
        "has",
        ("Chrome Privacy Preserving Prefetch Proxy", "CloudFlare-Prefetch"),
        "prefetch",
    ),
    AgentRule(
        "ua.ai_user_fetch", "has", ("ChatGPT-User", "Claude-User", "Perplexity-User", "MistralAI-User"), "ai_user_fetch"
    ),
    AgentRule("ua.mail_client", "starts", ("Android-Gmail", "Outlook-iOS", "MacOutlook", "Outlook/"), "mail_client"),
    AgentRule("ua.outlook", "fits", (r"^Microsoft Office/.*Outlook",), "mail_client"),
    AgentRule("ua.mail_client", "has", ("ms-office", "Thunderbird/"), "mail_client"),
    # People whom the lists take for machines.
    AgentRule("guard.cubot", "has", ("CUBOT",), "human_browser"),
    AgentRule(
        "guard.mail_app",
        "has",
        ("Outlook", "WindowsMail", "eMClient", "NaverMailApp", "Yahoo%20Mail", "YahooMobileMail", "Superhuman"),
        "mail_client",
    ),
    AgentRule(
        "guard.in_app_browser",
        "has",
        ("Instagram", "FBAN/", "FBAV/", "Snapchat/", "LinkedInApp", "MicroMessenger"),
        "human_browser",
    ),
    AgentRule("guard.viber", "fits", (r"Chrome/.*Viber|Viber.*Chrome/",), "human_browser"),
    AgentRule("guard.lynx", "starts", ("Lynx/",), "human_browser"),
)

# On the web a proxy or a prefetcher of mail is a machine; only the bare "Mozilla/5.0" is left open.
ACTORS = {
    "human_browser": Actor.HUMAN,
    "mail_client": Actor.HUMAN,
    "apple_mpp": Actor.SUSPECT,
    "gmail_prefetch": Actor.MACHINE_PREFETCH,
    "prefetch": Actor.MACHINE_PREFETCH,
    "mail_scanner": Actor.MACHINE_SCANNER,
    "http_library": Actor.MACHINE_SCANNER,
    "headless": Actor.MACHINE_SCANNER,
    "security_scanner": Actor.MACHINE_SCANNER,
}  # every other label: machine_declared

# Tags of crawler-user-agents, the most telling first.
TAG_LABELS = {
    "ai-crawler": "ai_crawler",
    "social-preview": "link_preview",
    "monitoring": "monitor",
    "feed-reader": "feed_fetcher",
    "search-engine": "crawler",
    "seo": "crawler",
    "archiver": "crawler",
    "advertising": "crawler",
    "academic": "crawler",
    "scanner": "security_scanner",
    "browser-automation": "headless",
    "http-library": "http_library",
}
LIBRARIES = (
    "Java/",
    "python",
    "Python",
    "curl",
    "okhttp",
    "axios",
    "Go-http-client",
    "node-fetch",
    "Apache-HttpClient",
)
