from __future__ import annotations

import os
from pathlib import Path

import pytest

from onebyone.app.list_update import FetchFailed, Source, Updated, ages, put, read_sources, update
from onebyone.pipeline.networks import KINDS, Networks, find_lists

AWS = b'{"prefixes":[{"ip_prefix":"198.51.100.0/24"},{"ip_prefix":"203.0.113.0/24"}]}'


def fetch(url: str) -> bytes:
    answers = {
        "https://a.example/": AWS,
        "https://page.example/": b"<html>moved</html>",
        "https://none.example/": b"[]",
    }
    if url not in answers:
        raise FetchFailed("answered 404")
    return answers[url]


def test_a_fetched_list_is_used(tmp_path: Path) -> None:
    sources = [Source("datacenter.aws", "https://a.example/", "json")]
    assert list(update(tmp_path / "networks", sources, fetch)) == [Updated("datacenter.aws", 2)]
    assert Networks(find_lists(tmp_path / "networks")).find("203.0.113.0").is_datacenter


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://page.example/", "datacenter.aws"),
        ("https://none.example/", "no network"),
        ("https://b.example/", "404"),
    ],
)
def test_what_is_no_list_leaves_the_one_before(url: str, said: str, tmp_path: Path) -> None:
    put(tmp_path, "datacenter.aws", "json", AWS)
    (one,) = update(tmp_path, [Source("datacenter.aws", url, "json")], fetch)
    assert said in one.problem and str(tmp_path) not in one.problem
    assert [path.name for path in tmp_path.iterdir()] == ["datacenter.aws.json"]
    assert (tmp_path / "datacenter.aws.json").read_bytes() == AWS


def test_a_list_in_another_form_replaces_the_first(tmp_path: Path) -> None:
    put(tmp_path, "datacenter.aws", "txt", b"198.51.100.0/24\n")
    put(tmp_path, "datacenter.aws", "json", AWS)
    assert [path.name for path in tmp_path.iterdir()] == ["datacenter.aws.json"]


def test_the_age_of_a_list_is_that_of_its_file_and_the_seed_has_none(tmp_path: Path) -> None:
    put(tmp_path, "datacenter.aws", "json", AWS)
    os.utime(tmp_path / "datacenter.aws.json", (1_000_000, 1_000_000))
    assert ages(tmp_path, 1_000_000 + 31 * 86_400) == {"datacenter.aws": 31}


def test_every_source_names_a_list_and_every_seed_but_azure_has_one() -> None:
    sources = read_sources()
    assert all(source.list.partition(".")[0] in KINDS and source.url.startswith("https://") for source in sources)
    assert {file.id for file in find_lists()} - {source.list for source in sources} == {"datacenter.azure"}
    assert [source.list for source in sources] == sorted({source.list for source in sources})
