"""The few pages that a reader of an e-mail may meet: built once, in English, without script, image or style sheet."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from onebyone.collect.answers import Answer, Headers, answer

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#1d2129;"
    "background:#fff}button{font:inherit;padding:.6rem 1.2rem;border:1px solid #1d2129;border-radius:.4rem;"
    "background:#1d2129;color:#fff;cursor:pointer}button.plain{background:#fff;color:#1d2129}form{margin:1.5rem 0}"
    "@media(prefers-color-scheme:dark){body{color:#e8eaed;background:#16181c}button{border-color:#e8eaed;"
    "background:#e8eaed;color:#16181c}button.plain{background:#16181c;color:#e8eaed}}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Headers = [
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("content-security-policy", f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'"),
    ("x-content-type-options", "nosniff"),
    ("x-robots-tag", "noindex, nofollow"),
    ("referrer-policy", "no-referrer"),
]


def page(status: int, title: str, body: str, extra: Headers = ()) -> Answer:
    """`body` is HTML of ours."""
    html = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>\n"
    )
    return answer(status, html.encode(), [*_HEADERS, *extra])


def redirect(target: str) -> Answer:
    """To what `read_target` gave. The body is for those who do not follow."""
    body = f'<!doctype html>\n<title>Found</title><a href="{escape(target)}">Go on</a>\n'
    headers = [
        ("location", target),
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("vary", "Sec-Purpose"),
        ("x-robots-tag", "noindex, nofollow"),
    ]
    return answer(302, body.encode(), headers)


NO_LINK = page(404, "This link leads nowhere", "<p>It is incomplete or no longer valid. Nothing was opened.</p>")
ASK_TO_LEAVE = page(
    200,
    "Unsubscribe",
    "<p>Press the button to receive no more of these e-mails.</p>"
    '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
    '<button type="submit">Unsubscribe</button></form>'
    "<p>You may also go on receiving them without being measured: then nothing is noted when you open one.</p>"
    '<form method="post"><input type="hidden" name="measuring" value="stop">'
    '<button class="plain" type="submit">Stop measuring my reading</button></form>',
)
LEFT = page(200, "Unsubscribed", "<p>You will receive no more of these e-mails.</p>")
SILENCED = page(200, "Measuring stopped", "<p>From now on nothing is noted when you open one of these e-mails.</p>")
NOT_ASKED = page(400, "Nothing was asked for", "<p>Open the link again and use one of its buttons.</p>")
SPECULATIVE = page(
    503, "Not before you arrive", "<p>This link is not fetched in advance.</p>", [("vary", "Sec-Purpose")]
)
TOO_OFTEN = page(503, "Too often", "<p>Try again in a moment.</p>", [("retry-after", "2")])
