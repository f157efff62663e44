"""The key that signs the links of mail."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from monitor.adapters.home.secret import KEY_BYTES, KEY_FILE, link_key
from monitor.errors import ConfigError


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    state = tmp_path / "state"

    key = link_key(state)

    assert len(key) == KEY_BYTES
    assert link_key(state) == key
    assert (state / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in state.iterdir()] == [KEY_FILE]


def test_two_homes_have_two_keys(tmp_path: Path) -> None:
    assert link_key(tmp_path / "one") != link_key(tmp_path / "other")


def test_sixteen_that_ask_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: link_key(tmp_path), range(16)))

    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_a_key_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    key = link_key(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)

    assert link_key(tmp_path) == key
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"short", bytes(KEY_BYTES + 1)])
def test_a_damaged_key_is_told_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)

    with pytest.raises(ConfigError, match="restore it from a backup, or delete it"):
        link_key(tmp_path)
    assert (tmp_path / KEY_FILE).read_bytes() == content


def test_a_key_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).mkdir()

    with pytest.raises(ConfigError, match="cannot be read or made"):
        link_key(tmp_path)
