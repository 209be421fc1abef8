from __future__ import annotations

import socket
from pathlib import Path

import pytest

from onebyone.app.settings import ConfigError, Settings, check_port, open_place, read_settings


def test_a_data_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    place = open_place(tmp_path / "new" / "data")
    assert place.data.stat().st_mode & 0o777 == 0o700
    assert place.metrics.is_dir() and open_place(place.data) == place


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_settings(open_place(tmp_path)) == Settings()


def test_a_table_is_a_rooms_own_settings(tmp_path: Path) -> None:
    place = open_place(tmp_path)
    place.settings_file.write_text('[collect]\nproxies = ["10.0.0.0/8"]\n[commit]\npause_s = 0.5\n')
    settings = read_settings(place)
    assert settings.collect.proxies == ["10.0.0.0/8"]
    assert settings.commit.pause_s == 0.5 and settings.addresses.port == 8000


def test_a_wrong_setting_is_named_with_its_table(tmp_path: Path) -> None:
    place = open_place(tmp_path)
    place.settings_file.write_text("[load]\nmax_rows = 1.5\n")
    with pytest.raises(ConfigError, match=r"onebyone\.toml.*load\.max_rows"):
        read_settings(place)


def test_a_free_port_is_found_and_a_taken_one_is_said(tmp_path: Path) -> None:
    assert check_port("127.0.0.1", 0, "--port") > 0
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ConfigError, match="--port"):
        check_port("127.0.0.1", taken.getsockname()[1], "--port")


def test_a_port_that_a_server_has_just_left_is_free(tmp_path: Path) -> None:
    """Its closed connections linger for a minute; a restart must not wait for them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            accepted.close()  # first, so that this end lingers
            assert client.recv(1) == b""
    assert check_port("127.0.0.1", port, "--port") == port
