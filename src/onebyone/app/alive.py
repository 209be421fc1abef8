"""What a long-lived process does at its start: keep the garbage collector quiet, and learn when to stop."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import TypeVar

SUPERVISED = "ONEBYONE_SUPERVISED"  # set by the supervisor, which holds the other end of standard input
_TAKE_OVER_S = 30.0

_Taken = TypeVar("_Taken")


def quiet_gc() -> None:
    """A request or a batch leaves no cycles behind: looking for them cost a tenth of a collector's time and a fifth of
    the pipeline's (docs/decisions/0007). Called once everything that lives for ever has been made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def call_on_stop(stop: Callable[[], object]) -> None:
    """Call `stop` once, from a signal handler or another thread, when it is time to go.

    A supervisor that was killed cannot send a signal, but its end of the pipe closes with it.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())
    if os.environ.get(SUPERVISED):
        threading.Thread(target=_wait_for_end, args=(stop,), daemon=True).start()


def on_stop(stop: asyncio.Event, loop: asyncio.AbstractEventLoop) -> None:
    """Set the event when it is time to go. A second signal, after the loop has ended, has nothing left to do."""

    def tell() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)

    call_on_stop(tell)


def take_over(take: Callable[[], _Taken], taken: type[Exception]) -> _Taken:
    """Try again while a predecessor finishes: the process of a supervisor that was killed a moment ago.

    Only under a supervisor, which is alone in its directory; else the first `taken` rises, and here the last.
    """
    end = time.monotonic() + (_TAKE_OVER_S if os.environ.get(SUPERVISED) else 0)
    while True:
        try:
            return take()
        except taken:
            if time.monotonic() >= end:
                raise
            time.sleep(0.1)


def _wait_for_end(stop: Callable[[], object]) -> None:
    while os.read(0, 64):  # not sys.stdin: its lock would be held at the interpreter's end
        pass
    stop()
