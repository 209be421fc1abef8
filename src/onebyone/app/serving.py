"""A running platform: its processes, where they listen, the way in."""

from __future__ import annotations

import os
import signal
import threading
from types import TracebackType

from msgspec import Struct

from onebyone.app.running import Held, Running, already_served, running_file, write_running
from onebyone.app.settings import ConfigError, Place, Settings, check_port
from onebyone.app.state import State, open_state
from onebyone.app.supervisor import Supervisor, Wanted, answers

_START_S = 60.0
_LOOK_S = 0.5


class Ports(Struct, frozen=True):
    collector: int
    console: int
    shop: int = 0

    @staticmethod
    def of(settings: Settings, port: int | None, console_port: int | None, shop_port: int | None = None) -> Ports:
        """Checked to be free; raises ConfigError."""
        own = settings.addresses
        collector = check_port(own.host, own.port if port is None else port, "--port")
        asked = own.console_port if console_port is None else console_port
        console = check_port(own.console_host, asked, "--console-port")
        if console == collector and asked:
            raise ConfigError(f"the collector listens on {collector} already. Choose another with --console-port.")
        while console == collector:
            console = check_port(own.console_host, 0, "--console-port")
        shop = 0 if shop_port is None else check_port("127.0.0.1", shop_port, "--shop-port")
        return Ports(collector=collector, console=console, shop=shop)


class Serving:
    """A context: within it the platform runs."""

    def __init__(self, place: Place, settings: Settings, ports: Ports, *, workers: int) -> None:
        self.place = place
        self.settings = settings
        self.ports = ports
        self.state: State = open_state(place)
        own = settings.addresses
        self.collector_url = (own.public_url or f"http://{own.host}:{ports.collector}").rstrip("/")
        self.console_url = (own.console_url or f"http://{own.console_host}:{ports.console}").rstrip("/")
        self._supervisor = Supervisor(self._wanted(workers))
        self._shop = Supervisor([])
        self._held = Held(place)
        self._written: Running | None = None

    def _wanted(self, workers: int) -> list[Wanted]:
        data, own = ("--data", str(self.place.data)), self.settings.addresses
        collect = ("collect", *data, "--host", own.host, "--port", str(self.ports.collector))
        console = ("engine", *data, "--host", own.console_host, "--console-port", str(self.ports.console))
        return [
            *(Wanted(name=f"collect {number + 1}", arguments=collect) for number in range(workers)),
            Wanted(name="pipeline", arguments=("pipeline", *data)),
            Wanted(name="engine", arguments=console),
        ]

    def __enter__(self) -> Serving:
        if not self._held.take():
            raise already_served(self.place)
        self._write_running()  # before the engine starts: it tells the console where the collector is
        self._supervisor.start()
        try:
            self._supervisor.wait_for(self._is_ready, timeout_s=_START_S, what="the platform")
        except BaseException:
            self._supervisor.stop()
            self._held.give_back()
            raise
        self._write_running()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shop.stop()
        self._supervisor.stop()
        running_file(self.place).unlink(missing_ok=True)
        self._held.give_back()

    def start_shop(self) -> None:
        """The demo's shop, as one more process. Raises ConfigError if it does not come up."""
        arguments = ("shop", "--data", str(self.place.data), "--shop-port", str(self.ports.shop))
        self._shop = Supervisor([Wanted(name="shop", arguments=arguments)])
        self._shop.start()
        self._shop.wait_for(lambda: answers("127.0.0.1", self.ports.shop, "/"), timeout_s=_START_S, what="the shop")

    def look(self) -> None:
        """Start again what died; call it often."""
        self._supervisor.look()
        self._shop.look()
        self._write_running()

    def login_link(self) -> str:
        users = self.state.users
        return f"{self.console_url}/login?token={users.make_link(users.first_admin().id)}"

    def _is_ready(self) -> bool:
        own = self.settings.addresses
        return answers(own.host, self.ports.collector, "/ready") and answers(
            own.console_host, self.ports.console, "/login"
        )

    def _write_running(self) -> None:
        running = Running(
            collector=self.collector_url,
            console=self.console_url,
            supervisor=os.getpid(),
            processes=self._supervisor.pids(),
        )
        if running != self._written and write_running(self.place, running):
            self._written = running


def run_until_stopped(serving: Serving) -> None:
    """Until a signal; a process that has died is started again."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(_LOOK_S):
        serving.look()
