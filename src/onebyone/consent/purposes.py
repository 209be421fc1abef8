"""The purposes and special features of the TCF, by name."""

from __future__ import annotations

PURPOSES = {
    1: "store and/or access information on a device",
    2: "use limited data to select advertising",
    3: "create profiles for personalised advertising",
    4: "use profiles to select personalised advertising",
    5: "create profiles to personalise content",
    6: "use profiles to select personalised content",
    7: "measure advertising performance",
    8: "measure content performance",
    9: "understand audiences through statistics or combinations of data",
    10: "develop and improve services",
    11: "use limited data to select content",
}
SPECIAL_FEATURES = {1: "precise geolocation", 2: "active scan of device characteristics"}
CONSENT_ONLY = frozenset({1, 3, 4, 5, 6})  # these cannot rest on legitimate interest, whatever a string says
