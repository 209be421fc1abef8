"""Which domains a site may follow its visitors on: its own alone, never those of another site."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from onebyone.identity.links import domain_of
from onebyone.state.sites import Site


class WrongDomains(Exception):
    """One line that says what to change."""


def check_domains(given: Iterable[str], site: Site) -> tuple[str, ...]:
    """In lower case, in their order, each once; none, or two at least. Raises WrongDomains."""
    linked = tuple(dict.fromkeys(each.strip().lower().removeprefix("www.") for each in given if each.strip()))
    hosts = [urlsplit(origin).hostname or "" for origin in site.origins]
    for domain in linked:
        if not any(domain_of(host, (domain,)) for host in hosts):
            raise WrongDomains(f"“{domain}” is no domain of the site's origins: {', '.join(site.origins)}.")
        if "." not in domain or domain_of(domain, tuple(other for other in linked if other != domain)):
            raise WrongDomains(f"“{domain}” stands below another one, or is no domain such as shop.example.")
    if len(linked) == 1:
        raise WrongDomains("One domain leads nowhere else. Name two or more, this site's own among them.")
    return linked
