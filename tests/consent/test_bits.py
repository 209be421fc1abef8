from __future__ import annotations

import pytest

from consent.encoder import ALPHABET, text
from onebyone.consent.bits import Bits
from onebyone.consent.unreadable import Code, Unreadable


def test_each_letter_of_the_alphabet_is_its_place_in_it() -> None:
    bits = Bits(ALPHABET)
    assert [bits.number(6) for _ in ALPHABET] == list(range(64))


@pytest.mark.parametrize("wrong", ["+", "/", "=", " ", "\n", "*", ".", "~", "é", "０", "\ud800", "\0"])
def test_any_other_character_is_refused(wrong: str) -> None:
    with pytest.raises(Unreadable) as refused:
        Bits(f"A{wrong}")
    assert refused.value.code is Code.BAD_BASE64URL


def test_reading_past_the_end_is_refused_and_reading_up_to_it_is_not() -> None:
    bits = Bits("_A")
    assert (bits.number(6), bits.flag(), bits.ids(5)) == (63, False, ())
    with pytest.raises(Unreadable) as refused:
        bits.flag()
    assert refused.value.code is Code.TRUNCATED


def test_ids_count_from_one_and_letters_from_a() -> None:
    bits = Bits(text("100000000001" + "000000" + "011001" + "011010"))
    assert bits.ids(12) == (1, 12)
    assert bits.letters(3) == "AZ?"
