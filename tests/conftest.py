"""What holds for every test, and for every process that one starts."""

from __future__ import annotations

import os
import sys

# Where compiled modules may not be kept, each of hundreds of processes compiles all of them again: minutes.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
