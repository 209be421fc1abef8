"""What the hot path knows of e-mails: the keys, who is not to be measured, where links lead.

Keys and the silent are read every second. Links are looked up when they are first asked for, off the loop, and kept
while they are used: all links of 400 days would not fit, and a signed token proves that a look-up is worth its time.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Mapping

from msgspec import Struct
from sqlalchemy.exc import DBAPIError

from onebyone.mail.tokens import SITE_TAG_BYTES, Key, Ring, site_tag
from onebyone.state.mail import Mail
from onebyone.state.sites import Site

MAX_SHEETS = 4_096
MAX_A_SECOND = 30  # clicks of one recipient; gateways share an address, so that is no measure


class Sheet(Struct, frozen=True):
    """The links of a message."""

    targets: tuple[str, ...]
    params: Mapping[str, str]
    click_id: bool


class Mailing:
    def __init__(self, mail: Mail | None = None, now_ms: Callable[[], int] = lambda: 0) -> None:
        """Without a state it knows no key, so every token is a wrong one."""
        self._mail = mail
        self._now_ms = now_ms
        self._seq = 0
        self._sheets: OrderedDict[bytes, Sheet | None] = OrderedDict()
        self._clicks: dict[bytes, int] = {}
        self._sites: Mapping[bytes, str] = {}
        self._known: object = None
        self.ring = Ring()
        self.silent: set[bytes] = set()

    def refresh(self, sites: Mapping[str, Site]) -> None:
        """Once a second. Blocks. A state that cannot be read leaves everything as it is."""
        self._clicks = {}
        if sites is not self._known:
            self._known, self._sites = sites, {site_tag(site): site for site in sites}
        if self._mail is None:
            return
        with contextlib.suppress(DBAPIError):
            keys = self._mail.keys(now_ms=self._now_ms())
            self._seq, silent = self._mail.silent_after(self._seq)
            self.silent.update(silent)
            self.ring = Ring([Key(key.id, key.secret, key.retired_ms) for key in keys])

    def site_of(self, message: bytes) -> str:
        """The id of the message's site; "" if there is none."""
        return self._sites.get(message[:SITE_TAG_BYTES], "")

    def knows(self, message: bytes) -> bool:
        return message in self._sheets

    def sheet(self, message: bytes) -> Sheet | None:
        """The links of a message that is known; None if it does not exist."""
        sheet = self._sheets.get(message)
        if sheet is not None:
            with contextlib.suppress(KeyError):  # another thread may have let it go
                self._sheets.move_to_end(message)
        return sheet

    def look_up(self, message: bytes) -> None:
        """Get to know a message. Blocks; afterwards `knows` says whether the state could be read."""
        if self._mail is None:
            return
        with contextlib.suppress(DBAPIError):
            found = self._mail.find_message(message)
            self._sheets[message] = Sheet(found.links, found.params, found.click_id) if found else None
            while len(self._sheets) > MAX_SHEETS:
                self._sheets.popitem(last=False)

    def too_often(self, recipient: bytes) -> bool:
        """Counts a click of a recipient."""
        count = self._clicks[recipient] = self._clicks.get(recipient, 0) + 1
        return count > MAX_A_SECOND
