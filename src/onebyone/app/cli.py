"""The command line: `onebyone COMMAND --help` explains each."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from onebyone import __version__
from onebyone.app import (
    cli_attribute,
    cli_classify,
    cli_container,
    cli_destinations,
    cli_email,
    cli_export,
    cli_judge,
    cli_lists,
    cli_look,
    cli_preview,
    cli_reconcile,
    cli_records,
    cli_replay,
    cli_rights,
    cli_run,
    cli_sessions,
    cli_site,
    cli_site_consent,
    cli_site_domains,
    cli_tracker,
    cli_work,
)
from onebyone.app.settings import ConfigError
from onebyone.log import LogUnavailable
from onebyone.reports.catalogue import UnknownReport
from onebyone.state.database import StateUnavailable
from onebyone.store import BadParameter, QueryRefused, StoreUnavailable
from onebyone.telemetry import set_up_logging

MISUSED, UNREACHABLE = 2, 3


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="onebyone")
def group() -> None:
    """A tracking-pixel platform that you host yourself.

    Start with `onebyone demo`: a small shop to click through and a console that counts it. For your own site:
    `onebyone serve`, then `onebyone site add NAME --origin URL`, and paste the snippet that it prints.

    Exit codes: 0 done, 1 found something, 2 used wrongly, 3 could not reach what it needs.
    """


_DOING = (
    *cli_run.COMMANDS,
    *cli_site.COMMANDS,
    *cli_site_consent.COMMANDS,
    *cli_site_domains.COMMANDS,
    *cli_sessions.COMMANDS,
    *cli_email.COMMANDS,
    *cli_work.COMMANDS,
    *cli_tracker.COMMANDS,
    *cli_replay.COMMANDS,
    *cli_lists.COMMANDS,
    *cli_judge.COMMANDS,
    *cli_destinations.COMMANDS,
    *cli_reconcile.COMMANDS,
    *cli_container.COMMANDS,
    *cli_rights.COMMANDS,
)
_READING = (*cli_look.COMMANDS, *cli_export.COMMANDS, *cli_attribute.COMMANDS)
_EXPLAINING = (*cli_classify.COMMANDS, *cli_records.COMMANDS, *cli_preview.COMMANDS)
for command in (*_DOING, *_READING, *_EXPLAINING):
    group.add_command(command)


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
