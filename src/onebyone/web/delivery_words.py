"""The catalogue of deliveries: each state and cause in plain words, and the fields of a destination's set-up."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from onebyone.destinations.destination import Refusal
from onebyone.destinations.gate import Withheld
from onebyone.state.deliveries import State
from onebyone.web.words import Words

STATES: Mapping[State, Words] = {
    State.SETTLING: Words("Waiting", "Its copies may still meet.", "Nothing to do: it leaves by itself.", "open", "of"),
    State.WAITING: Words(
        "Waiting",
        "It was asked for again, or its cause says for what.",
        "Nothing to do: it leaves by itself.",
        "open",
        "of",
    ),
    State.SENDING: Words("On its way", "It was sent, and is not answered yet.", "Wait a moment.", "half", "of"),
    State.RETRYING: Words("Retrying", "The platform could not take it now.", "Nothing to do.", "half", "wa"),
    State.ACCEPTED: Words("Accepted", "The platform took it.", "Nothing to do.", "full", "ok"),
    State.REFUSED: Words("Refused", "The platform would not take it.", "Correct the cause, then send it again."),
    State.NOT_ELIGIBLE: Words(
        "Not eligible", "The platform's own rules exclude it, so it was not asked.", "Read the cause.", "dash", "of"
    ),
    State.NOT_ALLOWED: Words("Not allowed", "It may not leave, so it was not sent.", "Read the cause.", "slash", "of"),
    State.GAVE_UP: Words("Given up", "It was tried and will not be tried again.", "Read the cause."),
}


def _rule(title: str, to_do: str) -> Words:
    return Words(title, "The platform would refuse it, and perhaps all that is sent with it.", to_do, "dash", "of")


def _own(title: str, happened: str, to_do: str) -> Words:
    return Words(title, happened, to_do, "slash", "of")


CAUSES: Mapping[str, Words] = {
    Refusal.TOO_OLD: _rule("Older than the platform takes", "Nothing to do. Report orders sooner."),
    Refusal.IN_FUTURE: _rule("Happened in the future", "Set the clock of the server that reported it."),
    Refusal.NOT_MAPPED: _rule("The platform has no such event", "Give it a name in the set-up of this destination."),
    Refusal.REFUND_NOT_TAKEN: _rule("The platform takes no refunds", "Nothing to do."),
    Refusal.PARTIAL_REFUND: _rule("What is left of the order is not known", "Send the order's new value."),
    Refusal.ID_MISSING: _rule("No id to count it once by", "Send an event id or an order id."),
    Refusal.CLIENT_ID_MISSING: _rule("No client id of Google Analytics", "Send the cookie _ga, or count our visitors."),
    Refusal.ORDER_ID_MISSING: _rule("No order id", "Send the order's id."),
    Refusal.VALUE_MISSING: _rule("No value", "Send the order's value."),
    Refusal.CURRENCY_MISSING: _rule("No currency", "Send the order's currency."),
    Refusal.URL_MISSING: _rule("No address of the page", "Send the page's address."),
    Refusal.USER_AGENT_MISSING: _rule("No user agent", "Let the browser report it too, or send its user agent."),
    Refusal.ADDRESS_MISSING: _rule("No address to find the state by", "Send the visitor's address."),
    Refusal.IDENTIFIERS_MISSING: _rule("Nothing tells who it was", "Send an e-mail address or phone number."),
    Refusal.IDENTIFIERS_TOO_BROAD: _rule("What it tells fits too many people", "Send an e-mail or a phone number."),
    Refusal.LIMITED_USE: _rule("Opted out under a US law", "Nothing to do: the platform has no flag for it."),
    Refusal.NAME_INVALID: _rule("The platform takes no such name", "Give it another name in the set-up."),
    Refusal.NAME_RESERVED: _rule("The platform keeps this name to itself", "Give it another name in the set-up."),
    Refusal.TOO_LARGE: _rule("Larger than the platform takes", "Send fewer items or properties."),
    Withheld.CANCELLED: _own("Cancelled before it left", "The order was taken back.", "Nothing to do."),
    Withheld.JOINED: _own("Joined into another order", "It was a copy; the other one is sent.", "Nothing to do."),
    Withheld.MACHINE: _own("A machine's", "The verdict says that no person did it.", "Nothing to do."),
    Withheld.SUSPECT: _own("Doubtful traffic", "You chose not to send it.", "Change it in the set-up."),
    Withheld.UNCONFIRMED: _own(
        "Not confirmed by your server",
        "Only a browser reported the order. It leaves when your server reports it.",
        "Look whether your shop knows the order.",
    ),
    Withheld.CONSENT: _own("Not allowed by the person", "It was not allowed when it happened.", "Nothing to do."),
    Withheld.WITHDRAWN: _own("Withdrawn", "It was allowed first, and then no longer.", "Nothing to do."),
    Withheld.BROWSER_ONLY: _own("Told by the pixel alone", "You chose so for this destination.", "Nothing to do."),
    "none_taken": Words(
        "Taken by no count",
        "The platform answered well, and says that it took none.",
        "Read the answer, send it again.",
    ),
    "100.2804003": Words(
        "Event older than Meta takes", "It happened more than seven days before it was sent.", "Report orders sooner."
    ),
    "invalid": Words("Invalid", "The platform answered 200, and says that it is not valid.", "Read the answer."),
    "processing_failed": Words(
        "Failed afterwards", "The platform took the request and could not use it.", "See the answer on the Fate page."
    ),
    "TOO_RECENT_CLICK": Words(
        "Click too recent", "Google does not know the click yet.", "Nothing to do: it goes again in six hours."
    ),
    "token_expired": Words("Token expired", "The platform ended the token.", "Nothing to do: another is asked for."),
    "credentials_missing": Words(
        "No credentials",
        "Nothing says who asks.",
        "Paste a token in the set-up, or what a token is got with; then resume.",
    ),
    "invalid_grant": Words(
        "Login refused",
        "The platform gives no token: the key or the refresh token was revoked, or has expired.",
        "Make a new one, paste it in the set-up, then resume.",
    ),
    "consent_changed": Words(
        "Choice changed", "The person chose anew while it waited for its turn.", "Nothing to do: it is built again."
    ),
    "interrupted": Words("Interrupted", "The engine ended while it was on its way.", "Nothing to do: it goes again."),
    "outcome_unknown": Words(
        "Nobody knows whether it arrived",
        "The connection broke, and this platform would count a second one.",
        "Look for it at the platform; send it again only if it is missing.",
    ),
    "record_gone": Words("Erased", "The conversion is no longer kept.", "Nothing to do."),
    "failed": Words("Our own defect", "Building the request failed.", "Report the traceback; then send it again."),
}

_TERMS = "Customer data needs them."
_ACCEPT = "Accept the customer data terms in Google Ads, under Goals, Settings; then resume."

MARKS: Mapping[str, Words] = {
    "partly_failed": Words(
        "Taken in part",
        "Sent in a request of which the platform took a part, and did not say which.",
        "Send the range again under the same ids: it knows those that it has.",
        "half",
        "wa",
    ),
    "sent_twice": Words(
        "Sent twice",
        "Two orders turned out to be one after both had left.",
        "Nothing to do: what left is not called back.",
        "copy",
        "of",
    ),
    "would_not_send_now": Words(
        "Would not leave now",
        "A choice, a verdict or a cancellation came after it had left.",
        "Nothing to do: what left is not called back.",
        "slash",
        "of",
    ),
}

NOTES: Mapping[str, str] = {  # what nobody can see from the answers
    "ga4": "Analytics answers alike to good and bad events, and to a wrong secret. Compare with its own reports.",
}

STOPS: Mapping[str, Words] = {
    "secrets_locked": Words("Its secrets cannot be read", "The key file is another one.", "Enter the secrets again."),
    "settings_invalid": Words("Its settings are incomplete", "They do not fit this version.", "Save the set-up again."),
    "private_address": Words(
        "Its address is inside your own network", "Such addresses are not sent to.", "Allow it in onebyone.toml."
    ),
    "defect": Words("Our own defect", "Sending failed five times for a reason of ours.", "Report it, then resume."),
    "version_gone": Words(
        "The platform ended this version of its API",
        "Nothing is wrong with the conversions.",
        "Enter the newest version in the set-up, under Rarely needed.",
    ),
    "CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE": Words(
        "Google admits no new senders to this API",
        "It is open to accounts that used it before 2026 alone.",
        "Set up Google Ads (Data Manager) instead, then remove this one.",
    ),
    "CUSTOMER_NOT_ACCEPTED_CUSTOMER_DATA_TERMS": Words("Google's terms are not accepted", _TERMS, _ACCEPT),
    "TERMS_AND_CONDITIONS_NOT_SIGNED": Words("Google's terms are not accepted", _TERMS, _ACCEPT),
}


_LOGINS = ("invalid_grant", "credentials_missing")


def is_token(code: str) -> bool:
    """Whether another token may end a stop."""
    return code not in STOPS and not code.startswith("all_refused:")


def of_state(state: str) -> Words:
    return STATES[State(state)]


def of_cause(cause: str, platform: str) -> Words:
    """Also of a code that only the platform knows."""
    found = CAUSES.get(cause)
    if found is not None:
        return found
    if cause.startswith("http_"):
        return Words(f"{platform} answered {cause[5:]}", "It said no more than that.", _by_status(cause[5:]))
    said = f"{platform} answered {cause}" if cause else f"{platform} answered"
    return Words(said, "The answer stands with the delivery.", "Look the code up at the platform.")


def of_stop(code: str, platform: str) -> Words:
    found = STOPS.get(code)
    if found is not None:
        return found
    if code in _LOGINS:
        return CAUSES[code]
    if code.startswith("all_refused:"):
        return Words(f"{platform} refuses everything", "A hundred in a row.", "Look at the set-up, then resume.")
    return Words(
        f"{platform} refuses the credentials ({code})", "Nothing is wrong with the conversions.", "Replace the token."
    )


def _by_status(status: str) -> str:
    if status.startswith("5") or status in ("408", "429"):
        return "Nothing to do: it is tried again."
    return "Read the answer, correct the cause, send it again."


class FieldWords(Struct, frozen=True):
    label: str
    hint: str


_TOKEN = "Kept encrypted and never shown again."
_TEST = "Leave empty but while testing"
FIELDS: Mapping[str, FieldWords] = {
    "access_token": FieldWords("Access token", _TOKEN),
    "service_account": FieldWords(
        "Key of a service account",
        "The whole JSON file, of an account that may use the Ads account: IAM, Service accounts, Keys. "
        f"An access token alone ends after an hour. {_TOKEN}",
    ),
    "refresh_token": FieldWords(
        "Refresh token", f"Instead of what ends by itself: tokens are renewed with it and its client. {_TOKEN}"
    ),
    "client_id": FieldWords("OAuth client id", "Of the app that got the refresh token"),
    "client_secret": FieldWords("OAuth client secret", f"Goes with the refresh token. {_TOKEN}"),
    "token_endpoint": FieldWords("Token address", "Where tokens are got; as it is, but for tests"),
    "linkedin.access_token": FieldWords(
        "Access token", f"Campaign Manager, Sources, Conversions API; it ends after 60 days. {_TOKEN}"
    ),
    "conversion_token": FieldWords("Conversion access token", f"Events Manager, Conversions API. {_TOKEN}"),
    "pixel_token": FieldWords("Pixel token", f"Events Manager, Conversion API. {_TOKEN}"),
    "consumer_key": FieldWords("API key", "Of your app at X; only without a pixel token"),
    "consumer_secret": FieldWords("API key secret", f"Goes with the API key. {_TOKEN}"),
    "oauth_token": FieldWords("Access token of a user", f"Who administers the ads account. {_TOKEN}"),
    "oauth_token_secret": FieldWords("Access token secret", f"Goes with the user's token. {_TOKEN}"),
    "developer_token": FieldWords("Developer token", f"API Center of your manager account. {_TOKEN}"),
    "api_secret": FieldWords("API secret", f"Admin, Data streams, Measurement Protocol. {_TOKEN}"),
    "signing_secret": FieldWords("Signing secret", f"Your server checks the signature with it. {_TOKEN}"),
    "pixel_id": FieldWords("Pixel or dataset id", "The number beside its name in the Events Manager"),
    "pixel_code": FieldWords("Pixel code", "Events Manager, beside the pixel's name"),
    "measurement_id": FieldWords("Measurement id", "Begins with G-, under Data streams"),
    "operating_account_id": FieldWords("Ads account", "The account that counts, like 123-456-7890"),
    "login_account_id": FieldWords("Manager account", "If the token belongs to a manager account"),
    "customer_id": FieldWords("Ads account", "Like 123-456-7890"),
    "login_customer_id": FieldWords("Manager account", "If the token belongs to a manager account"),
    "account_type": FieldWords("Kind of account", "GOOGLE_ADS, unless you were told otherwise"),
    "merchant_id": FieldWords("Merchant Center id", "For data of shopping carts; may stay empty"),
    "conversion_action_ids": FieldWords("Conversion actions", "One a line: our event = its action's id"),
    "conversion_rule_ids": FieldWords("Conversion rules", "One a line: our event = its rules, with commas"),
    "event_ids": FieldWords("Events", "One a line: our event = the id in the Events Manager"),
    "events": FieldWords("Names", "One a line: our event = theirs, or - to send none; the usual ones are known"),
    "ad_account_id": FieldWords("Ad account", "The number in the address of Ads Manager"),
    "uet_tag_id": FieldWords("UET tag", "The tag's id, under Conversion tracking"),
    "url": FieldWords("Address", "Where your server takes them, https"),
    "test_event_code": FieldWords("Test code", f"{_TEST}: such events are counted all the same"),
    "test_id": FieldWords("Test id", _TEST),
    "test": FieldWords("Only test", "Checked by the platform, and not counted"),
    "validate_only": FieldWords("Only validate", "Checked by the platform, and not counted"),
    "partner_agent": FieldWords("Partner agent", "May stay empty"),
    "partner_name": FieldWords("Partner name", "May stay empty"),
    "partner": FieldWords("Partner", "May stay empty"),
    "data_provider": FieldWords("Data provider", "May stay empty"),
    "older_names": FieldWords("Older names", "CompletePayment and SubmitForm, if your pixel says so"),
    "visitor_as_client": FieldWords("Our visitors are its clients", "Only for sites without Google's own tag"),
    "phone_form": FieldWords("Form of phone numbers", "digits, or e164"),
    "endpoint": FieldWords("Address of the platform", "Change it only if you were told to"),
    "version": FieldWords("Version", "Change it when the platform ends this one"),
}
