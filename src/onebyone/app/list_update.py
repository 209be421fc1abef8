"""Fetching the networks that operators publish, one file each. Asked for by a person; nothing calls it by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from onebyone.pipeline import networks
from onebyone.pipeline.networks import ListUnreadable, NetworkList, Networks, find_lists

SOURCES = Path(networks.__file__).parent / "data" / "sources.toml"
OLD_DAYS = 30
MAX_BYTES = 64 << 20
_DAY_S = 86_400


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    list: str
    url: str
    form: Literal["txt", "csv", "json"]


class _Sources(Struct, frozen=True, forbid_unknown_fields=True):
    source: tuple[Source, ...]


class FetchFailed(Exception):
    """The address did not answer with a list."""


class Updated(Struct, frozen=True):
    list: str
    prefixes: int
    problem: str = ""  # then the file that was there stays


def read_sources() -> tuple[Source, ...]:
    return msgspec.toml.decode(SOURCES.read_bytes(), type=_Sources).source


def update(directory: Path, sources: Sequence[Source], fetch: Callable[[str], bytes]) -> Iterator[Updated]:
    """Fetch each list and put it in place once it can be read. `fetch` raises FetchFailed."""
    directory.mkdir(parents=True, exist_ok=True)
    for source in sources:
        try:
            body = fetch(source.url)
        except FetchFailed as error:
            yield Updated(source.list, 0, str(error))
            continue
        yield put(directory, source.list, source.form, body)


def put(directory: Path, name: str, form: str, body: bytes) -> Updated:
    """Make `body` the list of that name, if it is one; another form of the same list goes."""
    fresh = directory / f".{name}.{form}"  # what begins with a dot is no list yet
    fresh.write_bytes(body)
    try:
        count = _count(NetworkList(name, fresh, shipped=False))
    except ListUnreadable as error:
        fresh.unlink()
        return Updated(name, 0, str(error).replace(fresh.name, name))
    if not count:
        fresh.unlink()
        return Updated(name, 0, "holds no network")
    place = directory / f"{name}.{form}"
    fresh.replace(place)
    for other in directory.glob(f"{name}.*"):
        if other != place and other.stem == name:
            other.unlink()
    return Updated(name, count)


def ages(directory: Path, now_s: float) -> dict[str, int]:
    """Days since each of the operator's lists was written, by name. Raises ListUnreadable."""
    files = [file for file in find_lists(directory) if not file.shipped]
    return {file.id: int((now_s - file.path.stat().st_mtime) // _DAY_S) for file in files}


def _count(file: NetworkList) -> int:
    return Networks([file]).lists[0].prefixes
