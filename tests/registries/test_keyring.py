from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from registries import keyring
from registries.keyring import KeyMissing, Ring
from registries.messages import Refused


def test_a_key_file_is_its_owners_only(tmp_path):
    path = tmp_path / "deep" / "keys.json"
    keyring.create(path, "aes-256-gcm")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_a_key_file_is_never_overwritten(tmp_path):
    path = tmp_path / "keys.json"
    assert keyring.create(path, "aes-256-gcm") == keyring.create(path, "aes-256-gcm") == keyring.load(path)


def test_all_that_start_at_once_use_the_same_keys(tmp_path):
    path = tmp_path / "keys.json"
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: keyring.create(path, "aes-256-gcm"), range(16)))
    assert all(ring == rings[0] for ring in rings)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(KeyMissing, match=r"nowhere\.json"):
        keyring.load(tmp_path / "nowhere.json")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o644])
def test_a_file_that_others_may_touch_is_refused(tmp_path, mode):
    path = tmp_path / "keys.json"
    keyring.create(path, "aes-256-gcm")
    path.chmod(mode)
    with pytest.raises(Refused, match="chmod 600"):
        keyring.load(path)


def _damage(change):
    parts = Ring.new("aes-256-gcm").as_json()
    change(parts)
    return json.dumps(parts)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        _damage(lambda parts: parts.update(format=2)),
        _damage(lambda parts: parts["secrets"].pop("mac")),
        _damage(lambda parts: parts["secrets"]["data"].update({"1": "c2hvcnQ="})),
        _damage(lambda parts: parts["current"].update(data=7)),
        _damage(lambda parts: parts.update(searchable=[])),
        _damage(lambda parts: parts.update(searchable=[1, 9])),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, content):
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(Refused, match="damaged"):
        keyring.load(path)


def test_a_rotation_renews_data_and_index_but_not_the_chain():
    old = Ring.new("aes-256-gcm")
    new = old.rotated()
    assert new.current == {"data": 2, "index": 2, "mac": 1}
    assert new.searchable == (2, 1)
    assert all(old.secrets[line].items() <= new.secrets[line].items() for line in keyring.LINES)
    assert new.settled().searchable == (2,)
    assert Ring.from_json(json.loads(json.dumps(new.as_json()))) == new


def test_a_secret_in_use_cannot_be_destroyed():
    ring = Ring.new("aes-256-gcm").rotated()
    for line, version in (("data", 2), ("index", 1), ("index", 2), ("mac", 1)):
        with pytest.raises(ValueError, match="in use"):
            ring.without(line, version)
    assert ring.without("data", 1).secrets["data"].keys() == {2}


def test_keys_can_be_renewed_until_the_version_byte_is_full():
    ring = Ring.new("aes-256-gcm")
    for _ in range(254):
        ring = ring.rotated().settled()
    with pytest.raises(Refused, match="too often"):
        ring.rotated()


def test_a_failed_change_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "keys.json"
    ring = keyring.create(path, "aes-256-gcm")
    with pytest.raises(ValueError, match="in use"):
        keyring.change(path, lambda known: known.without("mac", 1))
    assert keyring.load(path) == ring
    assert list(tmp_path.iterdir()) == [path]


def test_changes_of_the_file_come_one_after_the_other(tmp_path):
    path = tmp_path / "keys.json"
    keyring.create(path, "aes-256-gcm")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: keyring.change(path, Ring.rotated), range(20)))
    assert keyring.load(path).current["data"] == 21
