"""Every sighting has one outcome, however its hits are cut into batches and whatever fails in between."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.memory_log import MemoryDeadLetters, MemoryLog, MemoryWriter
from onebyone.event import Hit, Reason, hit_uuid
from onebyone.log import LogUnavailable, Position, Writer
from onebyone.pipeline.steps import steps as all_steps
from onebyone.pipeline.worker import Settings, Worker
from onebyone.state.claims import Claims
from onebyone.state.database import open_database, sqlite_url
from onebyone.telemetry import Counters
from pipeline.examples import RECEIVED_MS, SITE
