"""Templates and sealed files: HTML out of rows, and addresses that change with the bytes behind them."""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from msgspec import Struct

from onebyone.web import chart, numbers, words

_HERE = Path(__file__).parent


class Asset(Struct, frozen=True):
    body: bytes
    kind: str  # content type


class Assets:
    """The files under static/, in memory, each under an address with its hash."""

    def __init__(self, directory: Path = _HERE / "static") -> None:
        self._by_address: dict[str, Asset] = {}
        self._addresses: dict[str, str] = {}
        for path in sorted(p for p in directory.rglob("*") if p.is_file()):
            name = path.relative_to(directory).as_posix()
            body = path.read_bytes()
            address = f"{hashlib.sha256(body).hexdigest()[:12]}/{path.name}"
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            self._by_address[address] = Asset(body, kind)
            self._addresses[name] = f"/static/{address}"

    def address(self, name: str) -> str:
        """Raises KeyError for a file that is not there."""
        return self._addresses[name]

    def find(self, address: str) -> Asset | None:
        return self._by_address.get(address.lstrip("/"))


class Pages:
    """The templates. Everything is escaped; a name that is missing is an error, not an empty text."""

    def __init__(self, assets: Assets) -> None:
        self.assets = assets
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(asset=assets.address, num=numbers, words=words, bar=chart.bar)

    def text(self, name: str) -> str:
        """A file under static/, for what must do without its address."""
        asset = self.assets.find(self.assets.address(name).removeprefix("/static/"))
        return asset.body.decode() if asset else ""

    def html(self, template: str, **values: Any) -> str:
        return self._environment.get_template(template).render(**values)
