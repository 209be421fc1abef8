"""Receipts: a copy of a consent record with our signature, as a compact JWS (RFC 7515) with Ed25519 (RFC 8037)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Engine

from onebyone.consent.canonical import canonical
from onebyone.state.consent_records import Entry
from onebyone.state.secrets import get_secret

SCHEMA = "onebyone-receipt-1"


class Receipts:
    """Signs with the installation's own key, which is made once."""

    def __init__(self, engine: Engine) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(get_secret(engine, "receipts"))
        public = _text(self._key.public_key().public_bytes_raw())
        self.key = {"kty": "OKP", "crv": "Ed25519", "x": public}  # RFC 8037; with `kid` its thumbprint (RFC 7638)
        self.key["kid"] = _text(hashlib.sha256(canonical({"crv": "Ed25519", "kty": "OKP", "x": public})).digest())

    def sign(self, entry: Entry) -> str:
        """The same receipt each time: it is about the record alone."""
        header = {"alg": "EdDSA", "typ": "JOSE", "kid": self.key["kid"]}
        body = {
            "receipt_id": f"{entry.record}-receipt",
            "schema_version": SCHEMA,
            "record": entry.read(),
            "entry_hash": entry.hash.hex(),
        }
        signed = f"{_text(canonical(header))}.{_text(canonical(body))}"
        return f"{signed}.{_text(self._key.sign(signed.encode()))}"


def read_receipt(receipt: str, key: dict[str, str]) -> dict[str, Any]:
    """What was signed with that public key. Raises ValueError if it was not."""
    signed, _, signature = receipt.rpartition(".")
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(key["x"])).verify(_bytes(signature), signed.encode())
    except (InvalidSignature, KeyError) as error:
        raise ValueError("not signed with this key") from error
    return msgspec.json.decode(_bytes(signed.partition(".")[2]), type=dict[str, Any])


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
