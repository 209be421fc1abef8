"""Signatures that others check with a key of ours."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key


class KeyInvalid(ValueError):
    """Not a private key of RSA, as PEM, without a passphrase."""


def sign_rs256(pem: str, text: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 over SHA-256, "RS256" of a JSON Web Token. Raises KeyInvalid."""
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyInvalid("no private key of RSA") from error
    if not isinstance(key, RSAPrivateKey):
        raise KeyInvalid("no private key of RSA")
    return key.sign(text, PKCS1v15(), SHA256())
