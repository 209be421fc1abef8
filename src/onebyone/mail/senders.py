"""How common senders write a variable that they fill in for each recipient.

A template then holds `BASE/v1/o/{{ob_open}}.gif`, and each recipient's own tokens are given to the sender as data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

OPEN, UNSUBSCRIBE, TRAP = "ob_open", "ob_unsubscribe", "ob_trap"

# {} is the variable's name, {upper} the same in capitals
SENDERS: Mapping[str, str] = {
    "brevo": "{{{{ params.{} }}}}",
    "customerio": "{{{{customer.{}}}}}",
    "handlebars": "{{{{{}}}}}",
    "klaviyo": "{{{{ person.{} }}}}",
    "listmonk": "{{{{ .Subscriber.Attribs.{} }}}}",
    "mailchimp": "*|{upper}|*",
    "mailgun": "%recipient.{}%",
    "mailjet": "{{{{var:{}}}}}",
    "mandrill": "*|{upper}|*",
    "postmark": "{{{{{}}}}}",
    "salesforce": "%%{}%%",
    "sendgrid": "{{{{{}}}}}",
    "ses": "{{{{{}}}}}",
    "sparkpost": "{{{{{}}}}}",
}


def variable(sender: str, name: str) -> str:
    """The variable as that sender writes it. Raises KeyError for one that is not known."""
    return SENDERS[sender].format(name, upper=name.upper())


def link_name(index: int) -> str:
    return f"ob_link_{index}"


def values(open_token: str, links: Sequence[str], unsubscribe: str, trap: str = "") -> dict[str, str]:
    """One recipient's variables. An open token of "" means: no image, so the sender must use a template without."""
    found = {OPEN: open_token, UNSUBSCRIBE: unsubscribe, TRAP: trap}
    found |= {link_name(index): token for index, token in enumerate(links)}
    return {name: value for name, value in found.items() if value}
