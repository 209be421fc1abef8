"""Our reader of TC strings beside the library of the IAB, on strings that are valid.

The library comes from npm into a cache; without npm, or without a way to it, the test is skipped and says so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from consent.encoder import tcf
from onebyone.consent.ids import Ids
from onebyone.consent.tcf import Core, PublisherTc, Restriction, TcString, read_tcf

VERSION = "1.5.21"
STRINGS = 10_000
DECODER = Path(__file__).parent / "iab/decode.mjs"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def library() -> Path:
    """The directory in which the library is installed."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("no node and npm: the reader is not compared with the IAB's library")
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    home = cache / "onebyone-tests" / f"iabtcf-{VERSION}"
    if not (home / "node_modules/@iabtechlabtcf/core/package.json").exists():
        home.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--prefix"]
        command += [str(home), f"@iabtechlabtcf/core@{VERSION}"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        except subprocess.TimeoutExpired:
            pytest.skip("npm does not answer: the reader is not compared with the IAB's library")
        if done.returncode:
            pytest.skip(f"npm cannot install the IAB's library: {done.stderr[-200:]}")
    return home


def a_string(random: Random) -> TcString:
    """A valid one that nobody has seen."""
    made = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=random.randrange(1_000))
    custom = random.randrange(6)
    core = Core(
        version=2,
        created=made,
        last_updated=made,
        cmp_id=random.randrange(2, 4_096),
        cmp_version=random.randrange(1, 4_096),
        consent_screen=random.randrange(64),
        consent_language=random.choice(("EN", "DE", "FR", "PT")),
        vendor_list_version=random.randrange(1, 4_096),
        policy_version=random.choice((4, 5)),
        is_service_specific=True,
        use_non_standard_texts=random.random() < 0.5,
        special_feature_opt_ins=_some(random, 12),
        purposes_consent=_some(random, 24),
        purposes_li=tuple(one for one in _some(random, 24) if one not in (1, 3, 4, 5, 6)),
        purpose_one_treatment=random.random() < 0.5,
        publisher_cc=random.choice(("DE", "AT", "GB")),
        vendor_consents=_vendors(random),
        vendor_li=_vendors(random),
        publisher_restrictions=_restrictions(random),
    )
    publisher = PublisherTc(_some(random, 24), _some(random, 24), custom, _some(random, custom), _some(random, custom))
    return TcString(core, _vendors(random), publisher if random.random() < 0.5 else None, ())


def _some(random: Random, highest: int) -> tuple[int, ...]:
    return tuple(one for one in range(1, highest + 1) if random.random() < 0.4)


def _vendors(random: Random) -> Ids:
    starts = sorted(random.sample(range(1, 1_200), random.randrange(9)))
    return Ids.of_ranges((start, start + random.choice((0, 0, 1, 40))) for start in starts)


def _restrictions(random: Random) -> tuple[Restriction, ...]:
    purposes = sorted(random.sample(range(2, 12), random.randrange(3)))
    found = [Restriction(purpose, random.randrange(3), _vendors(random)) for purpose in purposes]
    return tuple(one for one in found if len(one.vendors))


def shown(tc: TcString) -> dict[str, Any]:
    """As the library's side prints it."""
    core, own = tc.core, tc.publisher_tc or PublisherTc((), (), 0, (), ())
    return {
        "created": round(core.created.timestamp() * 1000),
        "updated": round(core.last_updated.timestamp() * 1000),
        "numbers": [
            core.cmp_id,
            core.cmp_version,
            core.consent_screen,
            core.vendor_list_version,
            core.policy_version,
        ],
        "letters": [core.consent_language, core.publisher_cc],
        "flags": [core.is_service_specific, core.use_non_standard_texts, core.purpose_one_treatment],
        "features": [*core.special_feature_opt_ins],
        "purposes": [[*core.purposes_consent], [*core.purposes_li]],
        "vendors": [[*core.vendor_consents], [*core.vendor_li], [*(tc.disclosed_vendors or ())]],
        "publisher": [[*own.purposes_consent], [*own.purposes_li]],
        "custom": [own.num_custom_purposes, [*own.custom_consent], [*own.custom_li]],
        "restrictions": [[one.purpose, one.restriction_type, [*one.vendors]] for one in core.publisher_restrictions],
    }


def test_both_read_the_same_from_thousands_of_strings(library: Path) -> None:
    random = Random(1)
    strings = [tcf(a_string(random), as_ranges=random.random() < 0.5) for _ in range(STRINGS)]
    done = subprocess.run(
        ["node", str(DECODER), str(library)], input="\n".join(strings), capture_output=True, text=True, timeout=250
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    lines = done.stdout.splitlines()
    assert len(lines) == STRINGS
    for string, line in zip(strings, lines, strict=True):
        assert shown(read_tcf(string)) == json.loads(line), string
