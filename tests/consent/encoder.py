"""A small encoder of consent strings, for round trips. The product itself must not mint any."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from onebyone.consent.ids import Ids
from onebyone.consent.tcf import Core, PublisherTc, Restriction, TcString

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
VECTORS = Path(__file__).parents[1] / "golden/vectors"


def vectors(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((VECTORS / name).read_text())
    return read


def number(value: int, width: int) -> str:
    bits = f"{value:0{width}b}"
    assert len(bits) == width, f"{value} does not fit {width} bits"
    return bits


def text(bits: str, *, pad_to: int = 6) -> str:
    padded = bits + "0" * (-len(bits) % pad_to)
    padded += "0" * (-len(padded) % 6)
    return "".join(ALPHABET[int(padded[at : at + 6], 2)] for at in range(0, len(padded), 6))


def flags(ids: Iterable[int], width: int) -> str:
    listed = set(ids)
    return "".join("1" if id in listed else "0" for id in range(1, width + 1))


def letters(word: str) -> str:
    return "".join(number(ord(letter) - ord("A"), 6) for letter in word)


def ranges(pairs: Sequence[tuple[int, int]]) -> str:
    """As given: sorted or not, sound or not."""
    entries = (number(a, 17) if a == b else "1" + number(a, 16) + number(b, 16) for a, b in pairs)
    return number(len(pairs), 12) + "".join(entries)


def vendors(ids: Ids, *, as_ranges: bool) -> str:
    highest = max(ids.ends, default=0)
    body = ranges([*ids.ranges()]) if as_ranges else flags(ids, highest)
    return number(highest, 16) + str(int(as_ranges)) + body


def restriction(one: Restriction) -> str:
    return number(one.purpose, 6) + number(one.restriction_type, 2) + ranges([*one.vendors.ranges()])


def core_head(core: Core) -> str:
    """All of the core segment before its vendors."""
    created, updated = (number(round(at.timestamp() * 10), 36) for at in (core.created, core.last_updated))
    return "".join(
        [
            number(core.version, 6) + created + updated,
            number(core.cmp_id, 12) + number(core.cmp_version, 12) + number(core.consent_screen, 6),
            letters(core.consent_language) + number(core.vendor_list_version, 12) + number(core.policy_version, 6),
            str(int(core.is_service_specific)) + str(int(core.use_non_standard_texts)),
            flags(core.special_feature_opt_ins, 12) + flags(core.purposes_consent, 24) + flags(core.purposes_li, 24),
            str(int(core.purpose_one_treatment)) + letters(core.publisher_cc),
        ]
    )


def core_bits(core: Core, *, as_ranges: bool) -> str:
    restrictions = core.publisher_restrictions
    sections = (vendors(ids, as_ranges=as_ranges) for ids in (core.vendor_consents, core.vendor_li))
    return core_head(core) + "".join(sections) + number(len(restrictions), 12) + "".join(map(restriction, restrictions))


def publisher_bits(publisher: PublisherTc) -> str:
    custom = publisher.num_custom_purposes
    own = flags(publisher.purposes_consent, 24) + flags(publisher.purposes_li, 24) + number(custom, 6)
    return number(3, 3) + own + flags(publisher.custom_consent, custom) + flags(publisher.custom_li, custom)


def tcf(tc: TcString, *, as_ranges: bool = False, pad_to: int = 6) -> str:
    pieces = [core_bits(tc.core, as_ranges=as_ranges)]
    if tc.disclosed_vendors is not None:
        pieces.append(number(1, 3) + vendors(tc.disclosed_vendors, as_ranges=as_ranges))
    if tc.publisher_tc is not None:
        pieces.append(publisher_bits(tc.publisher_tc))
    pieces += [number(type, 3) for type in tc.skipped]
    return ".".join(text(bits, pad_to=pad_to) for bits in pieces)


def fibonacci(value: int) -> str:
    weights = [1, 2]
    while weights[-1] <= value:
        weights.append(weights[-1] + weights[-2])
    marks = []
    for weight in reversed(weights[:-1]):
        marks.append("1" if weight <= value else "0")
        value -= weight if weight <= value else 0
    return "".join(reversed(marks)).rstrip("0") + "1"


def gpp_header(ids: Sequence[int]) -> str:
    """Runs of ids as groups, the others alone."""
    items, last = [], 0
    for start, end in Ids.of_ranges((id, id) for id in ids).ranges():
        items.append(("1" if end > start else "0") + fibonacci(start - last))
        items[-1] += fibonacci(end - start) if end > start else ""
        last = end
    return text(number(3, 6) + number(1, 6) + number(len(items), 12) + "".join(items))
