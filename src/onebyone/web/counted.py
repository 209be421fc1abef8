"""What a conversion of each kind is called where people read of one and of many."""

from __future__ import annotations

from msgspec import Struct

_NOUNS = {"purchase": ("order", "orders"), "generate_lead": ("lead", "leads"), "sign_up": ("sign-up", "sign-ups")}


class Counted(Struct, frozen=True):
    """One kind of conversion, by the name that it is sent under."""

    event: str
    one: str
    many: str

    @property
    def a_one(self) -> str:
        return f"{'an' if self.one[0] in 'aeiou' else 'a'} {self.one}"

    @property
    def title(self) -> str:
        """As a tab has it."""
        return (self.many if self.event in _NOUNS else self.event.replace("_", " ")).capitalize()

    @property
    def money(self) -> str:
        """What its money is."""
        return "Revenue" if self.event == "purchase" else "Value"


def words_of(event: str) -> Counted:
    """Of a kind without words of its own, its name as it is sent and that it counts."""
    return Counted(event, *_NOUNS.get(event, (f"{event} conversion", f"{event} conversions")))


ORDERS = words_of("purchase")
