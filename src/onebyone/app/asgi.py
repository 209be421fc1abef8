"""An ASGI application on a port, in this process's event loop."""

from __future__ import annotations

import asyncio
import contextlib

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from litestar import Litestar


async def serve_until(app: Litestar, stop: asyncio.Event, *, host: str, port: int) -> None:
    """Until `stop` is set; the requests under way are finished."""
    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.stop()  # type: ignore[no-untyped-call]
    with contextlib.suppress(asyncio.CancelledError):
        await serving
