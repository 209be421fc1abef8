"""What a document may use without defining it: triggers of every page, variables of the page and of the message."""

from __future__ import annotations

from onebyone.tags.container.document import Trigger, Variable

_MESSAGE = {
    "Click Element": "gtm.element",
    "Click Classes": "gtm.elementClasses",
    "Click ID": "gtm.elementId",
    "Click Target": "gtm.elementTarget",
    "Click URL": "gtm.elementUrl",
    "Click Text": "gtm.elementText",
    "Form Element": "gtm.element",
    "Form Classes": "gtm.elementClasses",
    "Form ID": "gtm.elementId",
    "Form Target": "gtm.elementTarget",
    "Form URL": "gtm.elementUrl",
    "Form Text": "gtm.elementText",
    "Error Message": "gtm.errorMessage",
    "Error URL": "gtm.errorUrl",
    "Error Line": "gtm.errorLineNumber",
    "New History URL": "gtm.newUrl",
    "Old History URL": "gtm.oldUrl",
    "New History Fragment": "gtm.newUrlFragment",
    "Old History Fragment": "gtm.oldUrlFragment",
    "New History State": "gtm.newHistoryState",
    "Old History State": "gtm.oldHistoryState",
    "History Source": "gtm.historyChangeSource",
    "Scroll Depth Threshold": "gtm.scrollThreshold",
    "Scroll Depth Units": "gtm.scrollUnits",
    "Scroll Direction": "gtm.scrollDirection",
    "Percent Visible": "gtm.visibleRatio",
    "On-Screen Duration": "gtm.visibleTime",
    "First Visible Time": "gtm.visibleFirstTime",
    "Recent Visible Time": "gtm.visibleLastTime",
    "Video Provider": "gtm.videoProvider",
    "Video Status": "gtm.videoStatus",
    "Video URL": "gtm.videoUrl",
    "Video Title": "gtm.videoTitle",
    "Video Duration": "gtm.videoDuration",
    "Video Current Time": "gtm.videoCurrentTime",
    "Video Percent": "gtm.videoPercent",
    "Video Visible": "gtm.videoVisible",
}
VARIABLES: dict[str, Variable] = {
    "Page URL": Variable(type="url"),
    "Page Hostname": Variable(type="url", component="host"),
    "Page Path": Variable(type="url", component="path"),
    "Referrer": Variable(type="referrer"),
    "Event": Variable(type="event"),
    "Event ID": Variable(type="event_id"),  # which all tags of one message share, and the own event that it is
    "_event": Variable(type="event"),
    "_url": Variable(type="url"),
    "Debug Mode": Variable(type="debug"),
    "Random Number": Variable(type="random"),
    "Container ID": Variable(type="container_id"),
    "Container Version": Variable(type="container_version"),
    **{name: Variable(type="data_layer", name=key, version=1) for name, key in _MESSAGE.items()},
}
TRIGGERS: dict[str, Trigger] = {
    "All Pages": Trigger(on="page_view"),
    "Initialization - All Pages": Trigger(on="init"),
    "Consent Initialization - All Pages": Trigger(on="consent_init"),
}
