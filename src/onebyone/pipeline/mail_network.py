"""Whose network fetched an e-mail's image, as far as that says who reads."""

from __future__ import annotations

from onebyone.pipeline.mail_rules import Network
from onebyone.pipeline.networks import Networks


def mail_network(networks: Networks, address: str) -> Network:
    """ "" where no list knows: every rule works without (specs/email-and-bots.md 12)."""
    found = networks.find(address)
    if found.is_google:
        return "google"
    if found.has("relay"):
        return "relay"
    return "datacenter" if found.is_datacenter else ""
