"""IAB Global Privacy Platform: a header that lists sections, and the sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from msgspec import Struct

from onebyone.consent.bits import MAX_LENGTH, Bits
from onebyone.consent.gpp_layouts import GPC_SEGMENT, LAYOUTS, Field
from onebyone.consent.tcf import TcString, read_tcf
from onebyone.consent.unreadable import Code, Unreadable
from onebyone.consent.usp import read_us_privacy

Value = int | bool | str | tuple[int, ...]

TCF, USP = 2, 6
NAMES = {
    TCF: "tcfeuv2",
    5: "tcfcav1",
    USP: "uspv1",
    7: "usnat",
    8: "usca",
    9: "usva",
    10: "usco",
    11: "usut",
    12: "usct",
    13: "usfl",
    14: "usmt",
    15: "usor",
    16: "ustx",
    17: "usde",
    18: "usia",
    19: "usne",
    20: "usnh",
    21: "usnj",
    22: "ustn",
    23: "usmn",
    24: "usmd",
    25: "usin",
    26: "usky",
    27: "usri",
}

_HEADER, _VERSION = 3, 1
_MAX_IDS = 1000  # sections that a header may list; 27 exist
_MAX_FIBONACCI_BITS = 24  # enough for numbers above 70,000


class Section(Struct, frozen=True):
    """A US section, its segments merged. Field names are those of the public encoder."""

    name: str
    fields: Mapping[str, Value]


class SectionFault(Struct, frozen=True):
    """A section that could not be read. It does not spoil the others."""

    name: str
    code: Code


class Gpp(Struct, frozen=True):
    """`unread` are ids of sections that this reader has no layout for. `tcf` is section 2."""

    section_ids: tuple[int, ...]
    sections: tuple[Section, ...]
    tcf: TcString | None
    faults: tuple[SectionFault, ...]
    unread: tuple[int, ...]


def read_gpp(text: str) -> Gpp:
    """Raises Unreadable if the header is; a fault in a section is a `SectionFault`. Linear in the text."""
    if not text:
        raise Unreadable(Code.EMPTY)
    if len(text) > MAX_LENGTH:
        raise Unreadable(Code.TOO_LONG)
    header, *pieces = text.split("~")
    ids = read_header(header)
    read = _Read()
    for id, piece in zip_longest(ids, pieces):
        read.add(id, piece)
    return Gpp(ids, tuple(read.sections), read.tcf, tuple(read.faults), tuple(read.unread))


def read_header(header: str) -> tuple[int, ...]:
    """Ids of the sections that follow, ascending."""
    bits = Bits(header)
    if bits.number(6) != _HEADER:
        raise Unreadable(Code.NOT_A_GPP_STRING)
    if bits.number(6) != _VERSION:
        raise Unreadable(Code.UNSUPPORTED_VERSION)
    ids: list[int] = []
    last = 0
    for _ in range(bits.number(12)):
        is_group = bits.flag()
        start = last + read_fibonacci(bits)
        last = start + read_fibonacci(bits) if is_group else start
        if len(ids) + last - start >= _MAX_IDS:
            raise Unreadable(Code.TOO_LARGE)
        ids.extend(range(start, last + 1))
    return tuple(ids)


def read_fibonacci(bits: Bits) -> int:
    """A sum of Fibonacci numbers, one bit each from the lowest, closed by a second 1 in a row."""
    value, weight, after, before = 0, 1, 2, False
    for _ in range(_MAX_FIBONACCI_BITS):
        bit = bits.flag()
        if bit and before:
            return value
        value += weight if bit else 0
        weight, after, before = after, weight + after, bit
    raise Unreadable(Code.TOO_LARGE)


class _Read:
    """Sections as they come, each as what it turned out to be."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self.tcf: TcString | None = None
        self.faults: list[SectionFault] = []
        self.unread: list[int] = []

    def add(self, id: int | None, piece: str | None) -> None:
        """Either may be missing, not both: header and sections need not agree on how many there are."""
        name = "unlisted" if id is None else NAMES.get(id, str(id))
        try:
            self._read(id, name, piece)
        except Unreadable as error:
            self.faults.append(SectionFault(name, error.code))

    def _read(self, id: int | None, name: str, piece: str | None) -> None:
        if piece is None:
            raise Unreadable(Code.MISSING_SECTION)
        if id is None:
            raise Unreadable(Code.UNLISTED_SECTION)
        if id == TCF:
            self.tcf = read_tcf(piece)
        elif id == USP:
            self.sections.append(_read_usp(piece))
        elif (name, 1) in LAYOUTS:
            self.sections.append(Section(name, dict(_read_us(name, piece))))
        else:
            self.unread.append(id)


def _read_usp(piece: str) -> Section:
    usp = read_us_privacy(piece)
    return Section(
        NAMES[USP],
        {
            "Version": usp.version,
            "Notice": usp.notice,
            "OptOutSale": usp.opt_out_sale,
            "LspaCovered": usp.lspa_covered,
        },
    )


def _read_us(name: str, piece: str) -> Iterator[tuple[str, Value]]:
    if not piece:
        raise Unreadable(Code.EMPTY)
    segments = piece.split(".")
    if not all(segments):
        raise Unreadable(Code.EMPTY_SEGMENT)
    core, *others = (Bits(segment) for segment in segments)
    version = core.number(6)
    layout = LAYOUTS.get((name, version))
    if layout is None:
        raise Unreadable(Code.UNSUPPORTED_VERSION)
    yield layout.version, version
    yield from _read_fields(layout.fields, core)
    if not layout.second:
        yield from _read_gpc(others)
    elif others:
        yield from _read_fields(layout.second, others[0])


def _read_fields(fields: tuple[Field, ...], bits: Bits) -> Iterator[tuple[str, Value]]:
    for field in fields:
        if field.times is None:
            yield field.name, bits.number(2)
        else:
            yield field.name, tuple(bits.number(2) for _ in range(field.times))


def _read_gpc(segments: list[Bits]) -> Iterator[tuple[str, Value]]:
    """Read wherever it is found, in states without such a segment too: an opt-out is never weakened."""
    signals = [segment.flag() for segment in segments if segment.number(2) == GPC_SEGMENT]
    if signals:
        yield "GpcSegmentType", GPC_SEGMENT
        yield "Gpc", any(signals)
