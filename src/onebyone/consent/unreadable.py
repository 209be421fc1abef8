"""The one error of all readers in this room."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Why a string cannot be read. Public: the command line prints it, tests and other rooms compare it."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    BAD_BASE64URL = "bad_base64url"
    EMPTY_SEGMENT = "empty_segment"
    UNSUPPORTED_VERSION = "unsupported_version"
    TRUNCATED = "truncated"
    BAD_RANGE = "bad_range"
    DUPLICATE_SEGMENT = "duplicate_segment"
    TOO_LARGE = "too_large"
    NOT_A_TC_STRING = "not_a_tc_string"
    NOT_A_GPP_STRING = "not_a_gpp_string"
    NOT_A_US_PRIVACY_STRING = "not_a_us_privacy_string"
    NOT_A_GCS_STRING = "not_a_gcs_string"
    NOT_A_GCD_STRING = "not_a_gcd_string"
    MISSING_SECTION = "missing_section"  # of GPP: its header lists a section that does not follow
    UNLISTED_SECTION = "unlisted_section"  # of GPP: a section follows that its header does not list


class Unreadable(Exception):
    """The string is not what it should be; `code` says where it fails. Never carries the string itself."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code
