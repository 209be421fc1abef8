"""The signature on what leaves for a server of yours."""

from __future__ import annotations

import hashlib
import hmac

HEADER = "X-Onebyone-Signature"


def signature(secret: str, body: bytes) -> str:
    """HMAC-SHA256 of the body as it is sent; the receiver computes it anew and compares."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
