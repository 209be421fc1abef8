"""`site` with all of its commands: each module adds its own to the group."""

from __future__ import annotations

from onebyone.app import cli_site_consent, cli_site_domains, cli_site_script
from onebyone.app.cli_site import site

COMMANDS = (site,)
__all__ = ["COMMANDS", "cli_site_consent", "cli_site_domains", "cli_site_script"]
