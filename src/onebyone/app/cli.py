"""The command line: `onebyone COMMAND --help` explains each."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from onebyone import __version__
from onebyone.app.settings import ConfigError
from onebyone.log import LogUnavailable
from onebyone.reports.catalogue import UnknownReport
from onebyone.state.database import StateUnavailable
from onebyone.store import BadParameter, QueryRefused, StoreUnavailable
from onebyone.telemetry import set_up_logging

MISUSED, UNREACHABLE = 2, 3


COMMANDS = {
    "cli_attribute": ("attribute",),
    "cli_classify": ("classify",),
    "cli_collect": ("collect",),
    "cli_container": ("container",),
    "cli_demo": ("demo", "shop"),
    "cli_destinations": ("destinations", "deliveries"),
    "cli_email": ("email",),
    "cli_engine": ("engine",),
    "cli_export": ("export",),
    "cli_judge": ("judge",),
    "cli_lift": ("lift",),
    "cli_lists": ("update-lists",),
    "cli_look": ("events", "report", "fate"),
    "cli_pipeline": ("pipeline",),
    "cli_preview": ("preview",),
    "cli_reconcile": ("reconcile",),
    "cli_records": ("consent",),
    "cli_replay": ("replay",),
    "cli_rights": ("erase", "erasures", "export-person"),
    "cli_run": ("serve",),
    "cli_sessions": ("session-rules",),
    "cli_site": ("login",),
    "cli_site_group": ("site",),
    "cli_tracker": ("import-events", "tracker-sessions"),
    "cli_work": ("import-log", "simulate", "doctor"),
}  # module: what it gives. Each is imported when it is asked for: `collect` needs no console
_MODULES = {name: module for module, names in COMMANDS.items() for name in names}


class Group(click.Group):
    """Imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_MODULES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _MODULES:
            return None
        module = import_module(f"onebyone.app.{_MODULES[name]}")
        commands: tuple[click.Command, ...] = module.COMMANDS
        return next(command for command in commands if command.name == name)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="onebyone")
def group() -> None:
    """A tracking-pixel platform that you host yourself.

    Start with `onebyone demo`: a small shop to click through and a console that counts it. For your own site:
    `onebyone serve`, then `onebyone site add NAME --origin URL`, and paste the snippet that it prints.

    Exit codes: 0 done, 1 found something, 2 used wrongly, 3 could not reach what it needs.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Ends the process with an exit code; reads the process's own arguments by default."""
    set_up_logging("command", level="warning")  # on standard error: standard output is the answer's alone
    try:
        code = group.main(arguments, standalone_mode=False)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = MISUSED
    except click.Abort:
        code = 130
    except UnknownReport as error:
        code = _say(ConfigError(f"no report is called {error.args[0]!r}: 'onebyone report' lists them."), MISUSED)
    except (ConfigError, BadParameter) as error:
        code = _say(error, MISUSED)
    except (StoreUnavailable, StateUnavailable, LogUnavailable, QueryRefused) as error:
        code = _say(error, UNREACHABLE)
    sys.exit(code if isinstance(code, int) else 0)


def _say(error: Exception, code: int) -> int:
    click.echo(f"onebyone: {' '.join(str(error.args[0]).split())}", err=True)
    return code
