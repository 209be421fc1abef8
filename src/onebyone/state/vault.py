"""Other people's secrets, unreadable to whoever only has the database: their key lies in a file of its own."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES = 32
_NONCE_BYTES = 12


class VaultLocked(Exception):
    """The key file is missing, unreadable or another one than the secrets were locked with."""


class Vault:
    """AES-256-GCM. What is locked is bound to its `place`, such as a site and a destination."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def lock(self, plain: bytes, place: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, place.encode())

    def open(self, locked: bytes, place: str) -> bytes:
        """Raises VaultLocked."""
        try:
            return self._aead.decrypt(locked[:_NONCE_BYTES], locked[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise VaultLocked("the stored secrets do not fit the key file: enter them again") from error


def open_vault(path: Path) -> Vault:
    """With the key in that file, which is made at the first call. Raises VaultLocked if it cannot be read or made."""
    try:
        _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise VaultLocked(f"cannot use the key file {path}: {error.strerror}") from error
    if len(key) != _KEY_BYTES:
        raise VaultLocked(f"{path} is no key file: {_KEY_BYTES} bytes are expected")
    return Vault(key)


def _make(path: Path) -> None:
    """Whole or not at all: two processes may start at once."""
    if path.exists():
        return
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_bytes(_KEY_BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass  # the other was first
    finally:
        fresh.unlink()
