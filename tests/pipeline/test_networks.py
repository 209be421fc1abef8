from __future__ import annotations

import ipaddress
import random
from array import array
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.pipeline.networks import (
    NOWHERE,
    SHIPPED,
    ListUnreadable,
    NetworkList,
    Networks,
    add_prefix,
    find_lists,
)


def a_list(directory: Path, name: str, text: str) -> NetworkList:
    path = directory / name
    path.write_text(text)
    return NetworkList(path.stem, path, shipped=False)


@pytest.fixture(scope="module")
def seed() -> Networks:
    return Networks(find_lists())


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("3.5.140.0", "datacenter.aws"),
        ("66.249.66.0", "crawler.googlebot"),
        ("66.249.82.0", "vendor.google"),
        ("104.28.30.0", "relay.apple"),
        ("2a02:26f7:c1c4::", "relay.apple"),
        ("157.55.39.0", "crawler.bingbot"),
    ],
)
def test_the_seed_knows_well_known_networks(address: str, said: str, seed: Networks) -> None:
    assert said in seed.find(address).touched


@pytest.mark.parametrize("address", ["", "84.150.1.0", "not an address", "2003:e2::", "999.1.1.1", "::ffff:1.2.3.4"])
def test_a_home_or_no_address_is_nowhere(address: str, seed: Networks) -> None:
    assert seed.find(address) == NOWHERE and not seed.find(address).is_datacenter


def test_a_relay_inside_a_cloud_is_no_data_centre(tmp_path: Path) -> None:
    cloud = a_list(tmp_path, "datacenter.cloud.txt", "198.51.0.0/16\n")
    relay = a_list(tmp_path, "relay.apple.txt", "198.51.100.8/31\n")
    found = Networks([cloud, relay]).find("198.51.100.0")
    assert "datacenter.cloud" in found.held and not found.is_datacenter and found.has("relay")


def test_google_is_not_whoever_rents_there(seed: Networks) -> None:
    assert seed.find("66.249.82.0").is_google and not seed.find("34.80.0.0").is_google
    assert seed.find("34.80.0.0").is_datacenter


def test_a_list_that_only_touches_a_network_does_not_hold_it(tmp_path: Path) -> None:
    files = [
        a_list(tmp_path, "tor.exits.txt", "ExitAddress 198.51.100.7 2026-11-01\n"),
        a_list(tmp_path, "datacenter.half.txt", "203.0.113.0/25\n"),
        a_list(tmp_path, "datacenter.part.txt", "192.0.2.64/26\n192.0.2.0/28\n"),
    ]
    networks = Networks(files)
    assert networks.find("198.51.100.0").touched == {"tor.exits"} and not networks.find("198.51.100.0").held
    assert networks.find("203.0.113.0").is_datacenter
    assert not networks.find("192.0.2.0").is_datacenter and networks.find("192.0.2.0").has("datacenter")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("datacenter.aws.json", '{"prefixes":[{"ip_prefix":"198.51.100.0/24","region":"x"}],"url":"https://a/b"}'),
        ("datacenter.gcp.json", '{"prefixes":[{"ipv4Prefix":"198.51.100.0/24"},{"ipv6Prefix":"2001:db8::/32"}]}'),
        ("datacenter.azure.json", '{"values":[{"properties":{"addressPrefixes":["198.51.100.0/24"]}}]}'),
        ("datacenter.oracle.json", '{"regions":[{"cidrs":[{"cidr":"198.51.100.0/24","tags":["OCI"]}]}]}'),
        ("datacenter.fastly.json", '{"addresses":["198.51.100.0/24"],"ipv6_addresses":[]}'),
        ("relay.apple.csv", "198.51.100.0/31,DE,DE-BE,Berlin,\n198.51.100.128/25,DE,,,\n"),
        ("datacenter.linode.csv", "# a comment\n198.51.100.0/24,US,US-NJ,Newark,\n"),
        ("vpn.own.txt", "\ufeff198.51.100.9\n\n  198.51.100.0/24  # office\n"),
    ],
)
def test_every_vendors_form_is_read(name: str, text: str, tmp_path: Path) -> None:
    file = a_list(tmp_path, name, text)
    assert Networks([file]).find("198.51.100.0").touched == {file.id}


def test_a_file_without_a_network_is_named(tmp_path: Path) -> None:
    with pytest.raises(ListUnreadable, match=r"datacenter\.x\.txt: 2 lines"):
        Networks([a_list(tmp_path, "datacenter.x.txt", "<html>\nnot found\n")])
    with pytest.raises(ListUnreadable, match=r"bad\.json"):
        Networks([a_list(tmp_path, "datacenter.bad.json", "{")])


def test_a_file_that_is_not_named_like_a_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cloud.aws.txt").write_text("198.51.100.0/24\n")
    with pytest.raises(ListUnreadable, match="kinds: crawler"):
        find_lists(tmp_path)


def test_the_operators_list_replaces_the_seed_of_its_name(tmp_path: Path) -> None:
    a_list(tmp_path, "datacenter.aws.json", '["198.51.100.0/24"]')
    networks = Networks(find_lists(tmp_path))
    assert networks.find("198.51.100.0").is_datacenter and not networks.find("3.5.140.0").is_datacenter
    assert networks.refreshed("datacenter.aws") and not networks.refreshed("datacenter.gcp")
    assert networks.version != Networks(find_lists()).version


_V4 = st.tuples(st.integers(0, 2**16 - 1), st.integers(8, 32)).map(
    lambda made: ipaddress.IPv4Network(((made[0] << 12 | 10 << 24) & 0xFFFFFFFF, made[1]), strict=False)
)


@given(st.lists(st.lists(_V4, max_size=12), min_size=1, max_size=4), st.integers(0, 2**16 - 1))
def test_the_flat_line_says_what_every_prefix_says(lists: list[list[ipaddress.IPv4Network]], at: int) -> None:
    networks = Networks()
    four: array[int] = array("Q")
    for number, prefixes in enumerate(lists):
        for prefix in prefixes:
            assert add_prefix(str(prefix), number, four, array("Q"))
    networks._names = [f"datacenter.l{number}" for number in range(len(lists))]
    networks._four = type(networks._four)(four, 32)
    block = ipaddress.IPv4Network(((at << 12 | 10 << 24) & 0xFFFFFFFF, 24), strict=False)
    found = networks._find(str(block.network_address))
    for number, prefixes in enumerate(lists):
        inside = {
            address
            for prefix in prefixes
            for address in (block if block.subnet_of(prefix) else prefix if prefix.subnet_of(block) else ())
        }
        assert (f"datacenter.l{number}" in found.touched) == bool(inside)
        assert (f"datacenter.l{number}" in found.held) == (len(inside) >= 128)


@pytest.mark.parametrize("text", ["", "1.2.3/8", "1.2.3.4/33", "1.2.3.4/-1", "::/129x", "a.b.c.d", "1.2.3.4/", "::/-1"])
def test_what_is_no_prefix_is_none(text: str) -> None:
    assert not add_prefix(text, 0, array("Q"), array("Q"))


def test_the_seed_is_small_and_says_of_when_it_is() -> None:
    files = list(SHIPPED.iterdir())
    assert sum(file.stat().st_size for file in files) < 200_000
    for file in files:
        assert file.read_text().startswith("# Seed of 20"), file


def many(path: Path, count: int) -> NetworkList:
    """A made-up relay list of that many rows, a third of it IPv6."""
    rng = random.Random(1)
    with path.open("w") as file:
        for number in range(count):
            if number % 3:
                file.write(f"{ipaddress.IPv4Address(rng.getrandbits(32))}/{rng.randrange(20, 33)},DE,DE-BE,Berlin,\n")
            else:
                address = ipaddress.IPv6Address(0x2A0226F7 << 96 | rng.getrandbits(48) << 48)
                file.write(f"{address}/64,DE,DE-BE,Berlin,\n")
    return NetworkList(path.stem, path, shipped=False)


def test_a_long_list_keeps_its_rows(tmp_path: Path) -> None:
    file = many(tmp_path / "relay.apple.csv", 3_000)
    networks = Networks([file])
    assert msgspec.structs.asdict(networks.lists[0])["prefixes"] == 3_000
