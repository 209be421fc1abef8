"""The headers by which a mail program offers to unsubscribe (RFC 2369, RFC 8058).

Both must be covered by the sender's DKIM signature (`h=`), or Gmail and Yahoo do not believe them.
"""

from __future__ import annotations


def unsubscribe_headers(address: str, mailto: str = "") -> list[tuple[str, str]]:
    """`address` is the unsubscribe page's, with the recipient's token; `mailto` one that takes mail, or ""."""
    ways = [f"<{address}>", *([f"<mailto:{mailto}>"] if mailto else [])]
    return [
        ("List-Unsubscribe", ", ".join(ways)),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]
