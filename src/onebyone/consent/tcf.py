"""IAB Transparency and Consent Framework: the TC string, version 2.

One pass over the bits, and the checks in the order that the contract names (docs/decisions/0010): a string with two
faults has one code. Vendor ids stay ranges. What a string allows is in `tcf_vendors.py`, what is wrong with a string
that can be read in `tcf_flags.py`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from onebyone.consent.bits import MAX_LENGTH, Bits
from onebyone.consent.ids import Ids
from onebyone.consent.unreadable import Code, Unreadable
from onebyone.consent.usp import US_PRIVACY

MAX_IDS = 1_000_000  # expanded, in all sets together

ALLOWED_VENDORS = 2  # a type of segment that the framework gave up

_VERSION = 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Restriction(Struct, frozen=True):
    """What the publisher changed for some vendors; types in `tcf_vendors.py`."""

    purpose: int
    restriction_type: int
    vendors: Ids


class PublisherTc(Struct, frozen=True):
    """The publisher's own purposes."""

    purposes_consent: tuple[int, ...]
    purposes_li: tuple[int, ...]
    num_custom_purposes: int
    custom_consent: tuple[int, ...]
    custom_li: tuple[int, ...]


class Core(Struct, frozen=True):
    """The first segment, field by field; `li` is legitimate interest."""

    version: int
    created: datetime
    last_updated: datetime
    cmp_id: int
    cmp_version: int
    consent_screen: int
    consent_language: str
    vendor_list_version: int
    policy_version: int
    is_service_specific: bool
    use_non_standard_texts: bool
    special_feature_opt_ins: tuple[int, ...]
    purposes_consent: tuple[int, ...]
    purposes_li: tuple[int, ...]
    purpose_one_treatment: bool
    publisher_cc: str
    vendor_consents: Ids
    vendor_li: Ids
    publisher_restrictions: tuple[Restriction, ...]


class TcString(Struct, frozen=True):
    core: Core
    disclosed_vendors: Ids | None  # None: the segment is absent, which is not the same as nobody disclosed
    publisher_tc: PublisherTc | None
    skipped: tuple[int, ...]  # types of the segments that were not read


def read_tcf(text: str) -> TcString:
    """Raises Unreadable and nothing else, in time linear in the text."""
    first, *rest = _pieces(text)
    draft = _Draft()
    core = _read_core(first, draft)
    for piece in rest:
        _read_segment(piece, draft)
    draft.check()
    return TcString(
        core,
        draft.disclosed[0] if draft.disclosed else None,
        draft.publisher[0] if draft.publisher else None,
        tuple(draft.skipped),
    )


class _Draft:
    """Segments as they come, and what can only be judged when no field of any segment has run past the end."""

    def __init__(self) -> None:
        self.disclosed: list[Ids] = []
        self.publisher: list[PublisherTc] = []
        self.skipped: list[int] = []
        self.second_core = False
        self.bad_range = False
        self.ids = 0

    def check(self) -> None:
        if self.bad_range:
            raise Unreadable(Code.BAD_RANGE)
        if self.second_core or len(self.disclosed) > 1 or len(self.publisher) > 1:
            raise Unreadable(Code.DUPLICATE_SEGMENT)
        if self.ids > MAX_IDS:
            raise Unreadable(Code.TOO_LARGE)


def _pieces(text: str) -> list[Bits]:
    if not text:
        raise Unreadable(Code.EMPTY)
    if "~" in text or US_PRIVACY.fullmatch(text):
        raise Unreadable(Code.NOT_A_TC_STRING)
    if len(text) > MAX_LENGTH:
        raise Unreadable(Code.TOO_LONG)
    pieces = text.split(".")
    if not all(pieces):
        raise Unreadable(Code.EMPTY_SEGMENT)
    return [Bits(piece) for piece in pieces]


def _read_core(bits: Bits, draft: _Draft) -> Core:
    version = bits.number(6)
    if version != _VERSION:
        raise Unreadable(Code.UNSUPPORTED_VERSION)
    return Core(  # arguments are evaluated in this order, which is the order of the fields on the wire
        version=version,
        created=_read_instant(bits),
        last_updated=_read_instant(bits),
        cmp_id=bits.number(12),
        cmp_version=bits.number(12),
        consent_screen=bits.number(6),
        consent_language=bits.letters(2),
        vendor_list_version=bits.number(12),
        policy_version=bits.number(6),
        is_service_specific=bits.flag(),
        use_non_standard_texts=bits.flag(),
        special_feature_opt_ins=bits.ids(12),
        purposes_consent=bits.ids(24),
        purposes_li=bits.ids(24),
        purpose_one_treatment=bits.flag(),
        publisher_cc=bits.letters(2),
        vendor_consents=_read_vendors(bits, draft),
        vendor_li=_read_vendors(bits, draft),
        publisher_restrictions=tuple(_read_restriction(bits, draft) for _ in range(bits.number(12))),
    )


def _read_segment(bits: Bits, draft: _Draft) -> None:
    match bits.number(3):
        case 0:  # a core; it is refused whatever it holds, so it is not read
            draft.second_core = True
        case 1:  # disclosed vendors
            draft.disclosed.append(_read_vendors(bits, draft))
        case 3:  # the publisher's own purposes
            draft.publisher.append(_read_publisher(bits))
        case other:
            draft.skipped.append(other)


def _read_publisher(bits: Bits) -> PublisherTc:
    consents, li, custom = bits.ids(24), bits.ids(24), bits.number(6)
    return PublisherTc(consents, li, custom, bits.ids(custom), bits.ids(custom))


def _read_restriction(bits: Bits, draft: _Draft) -> Restriction:
    return Restriction(bits.number(6), bits.number(2), _read_ranges(bits, draft))


def _read_vendors(bits: Bits, draft: _Draft) -> Ids:
    highest = bits.number(16)
    if bits.flag():
        return _read_ranges(bits, draft)
    vendors = bits.take(highest)
    draft.ids += vendors.count("1")
    return Ids.of_bits(vendors)


def _read_ranges(bits: Bits, draft: _Draft) -> Ids:
    ranges: list[tuple[int, int]] = []
    for _ in range(bits.number(12)):
        is_range, start = bits.flag(), bits.number(16)
        end = bits.number(16) if is_range else start
        draft.bad_range |= start == 0 or end < start
        draft.ids += end - start + 1
        ranges.append((start, end))
    return Ids.of_ranges(ranges)


def _read_instant(bits: Bits) -> datetime:
    return _EPOCH + timedelta(milliseconds=100 * bits.number(36))
