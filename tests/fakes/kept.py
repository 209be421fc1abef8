"""What browser tests that follow each other share, until a test that needs no browser comes.

It cannot stay longer: Playwright keeps an event loop running in the thread of the tests.
"""

from __future__ import annotations

from contextlib import ExitStack

KEPT = ExitStack()
