"""Which fields a US section of GPP has, and in which order. All are of two bits."""

from __future__ import annotations

from msgspec import Struct

GPC_SEGMENT = 1  # type of a segment, in its first two bits


class Field(Struct, frozen=True):
    """Listed `times` over, or once and alone if that is None."""

    name: str
    times: int | None = None


class Layout(Struct, frozen=True):
    """`second` are the fields of an untyped second segment; without one, the segments that follow have a type."""

    fields: tuple[Field, ...]
    second: tuple[Field, ...] = ()
    version: str = "Version"  # what the first six bits are called


def _fields(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name) for name in names)


def _sensitive(times: int) -> Field:
    return Field("SensitiveDataProcessing", times)


def _child(times: int | None = None) -> Field:
    return Field("KnownChildSensitiveDataConsents", times)


_ADDITIONAL = Field("AdditionalDataProcessingConsent")
_PERSONAL = Field("PersonalDataConsents")
_MSPA = _fields("MspaCoveredTransaction", "MspaOptOutOptionMode", "MspaServiceProviderMode")
_NATIONAL = _fields(
    "SharingNotice",
    "SaleOptOutNotice",
    "SharingOptOutNotice",
    "TargetedAdvertisingOptOutNotice",
    "SensitiveDataProcessingOptOutNotice",
    "SensitiveDataLimitUseNotice",
    "SaleOptOut",
    "SharingOptOut",
    "TargetedAdvertisingOptOut",
)
_CALIFORNIA = _fields(
    "SaleOptOutNotice", "SharingOptOutNotice", "SensitiveDataLimitUseNotice", "SaleOptOut", "SharingOptOut"
)
_NOTICES = ("SaleOptOutNotice", "TargetedAdvertisingOptOutNotice")
_OPT_OUTS = ("SaleOptOut", "TargetedAdvertisingOptOut")
_SHARING = _fields("SharingNotice", *_NOTICES, *_OPT_OUTS)
_PROCESSING = _fields("ProcessingNotice", *_NOTICES, *_OPT_OUTS)
_UTAH = _fields("SharingNotice", *_NOTICES, "SensitiveDataProcessingOptOutNotice", *_OPT_OUTS)
_IOWA = _fields("ProcessingNotice", *_NOTICES, "SensitiveDataOptOutNotice", *_OPT_OUTS)
_MARYLAND = _fields("MspaCoveredTransaction", "MspaMode", "ProcessingNotice", *_NOTICES, *_OPT_OUTS)


def _additional(sensitive: int, child: int | None = None) -> Layout:
    return Layout((*_PROCESSING, _sensitive(sensitive), _child(child), _ADDITIONAL, *_MSPA))


_INDIANA = Layout((*_MARYLAND, _child(), _ADDITIONAL), second=(_sensitive(8),), version="MspaVersion")

LAYOUTS = {  # by section and version
    ("usnat", 1): Layout((*_NATIONAL, _sensitive(12), _child(2), _PERSONAL, *_MSPA)),
    ("usnat", 2): Layout((*_NATIONAL, _sensitive(16), _child(3), _PERSONAL, *_MSPA)),
    ("usca", 1): Layout((*_CALIFORNIA, _sensitive(9), _child(2), _PERSONAL, *_MSPA)),
    ("usva", 1): Layout((*_SHARING, _sensitive(8), _child(), *_MSPA)),
    ("usco", 1): Layout((*_SHARING, _sensitive(7), _child(), *_MSPA)),
    ("usut", 1): Layout((*_UTAH, _sensitive(8), _child(), *_MSPA)),
    ("usct", 1): Layout((*_SHARING, _sensitive(8), _child(3), *_MSPA)),
    ("usfl", 1): _additional(8, 3),
    ("usmt", 1): Layout((*_SHARING, _sensitive(8), _child(3), _ADDITIONAL, *_MSPA)),
    ("usor", 1): _additional(11, 3),
    ("ustx", 1): _additional(8),
    ("usde", 1): _additional(9, 5),
    ("usia", 1): Layout((*_IOWA, _sensitive(8), _child(), *_MSPA)),
    ("usne", 1): _additional(8),
    ("usnh", 1): _additional(8, 3),
    ("usnj", 1): _additional(10, 5),
    ("ustn", 1): _additional(8),
    ("usmn", 1): _additional(8),
    ("usmd", 1): Layout((*_MARYLAND, _ADDITIONAL), version="MspaVersion"),
    ("usin", 1): _INDIANA,
    ("usky", 1): _INDIANA,
    ("usri", 1): _INDIANA,
}
