"""Settings are read from the environment, documented, and unsafe ones refused in production."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from portal.settings import SAMPLE_SECRET, Settings, environment_name
from registries.messages import Refused
from tests.own_code import ROOT

GOOD_SECRET = "n7Qp2-xVb9_LmZ4rTw8sKd1fGh6jYc3u"


@pytest.fixture
def safe(tmp_path):
    return Settings(
        data=tmp_path / "data", keys=tmp_path / "keys.json", secret=GOOD_SECRET, environment="production"
    )


def read(**environ):
    return Settings.from_environment({"XDG_CONFIG_HOME": "/config", **environ})


def test_defaults_need_no_environment():
    settings = read()
    assert settings.data == Path("instance").absolute()
    assert settings.keys == Path("/config/sanku/keys.json")
    assert settings.index == settings.data / "index"
    assert (settings.database_url, settings.synchronous, settings.language) == ("", "FULL", "zh")
    assert not settings.is_production
    settings.check()


def test_keys_lie_in_the_home_of_the_user_without_xdg(monkeypatch):
    monkeypatch.setenv("HOME", "/home/li")
    assert Settings.from_environment({}).keys == Path("/home/li/.config/sanku/keys.json")


def test_values_are_read_from_the_environment():
    settings = read(SANKU_DATA="/srv/sanku", SANKU_PORT="9000", SANKU_LANGUAGE="EN", SANKU_LOG_LEVEL="debug")
    assert settings.data == Path("/srv/sanku")
    assert settings.index == Path("/srv/sanku/index")
    assert (settings.port, settings.language, settings.numeric_log_level) == (9000, "en", 10)


def test_an_empty_value_is_the_default():
    assert read(SANKU_PORT="", SANKU_DATABASE_URL=" ").port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SANKU_PORT", "http"),
        ("SANKU_PORT", "70000"),
        ("SANKU_WORKERS", "0"),
        ("SANKU_LANGUAGE", "fr"),
        ("SANKU_TIMEZONE", "Mars/Olympus"),
        ("SANKU_TIMEZONE", "../etc/passwd"),
        ("SANKU_ENVIRONMENT", "prod"),
        ("SANKU_SYNCHRONOUS", "sometimes"),
        ("SANKU_DATABASE_URL", "mysql://host/db"),
        ("SANKU_CIPHER", "rot13"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(Refused, match=name):
        read(**{name: value})


def test_a_refused_database_address_does_not_show_its_password():
    with pytest.raises(Refused) as refused:
        read(SANKU_DATABASE_URL="mysql://clerk:hunter2@host/db")
    assert "hunter2" not in str(refused.value)


def test_a_mistyped_name_is_refused_with_the_one_that_is_meant():
    with pytest.raises(Refused, match="SANKU_DATABASE_URL"):
        read(SANKU_DATABSE_URL="postgresql://host/db")


def test_names_of_tests_are_left_alone():
    assert read(SANKU_TEST_POSTGRES="x", OTHER="y").port == 8000


def test_secrets_are_not_shown():
    shown = repr(Settings(secret=GOOD_SECRET, database_url="postgresql://u:hunter2@h/d"))
    assert GOOD_SECRET not in shown
    assert "hunter2" not in shown


def test_safe_production_is_let_through(safe):
    safe.check()


@pytest.mark.parametrize("secret", [SAMPLE_SECRET, "", GOOD_SECRET[:31], "x" * 64, "abab" * 16])
def test_production_refuses_a_sample_short_or_simple_secret(safe, secret):
    with pytest.raises(Refused, match="SANKU_SECRET") as refused:
        replace(safe, secret=secret).check()
    assert "token_urlsafe" in str(refused.value)


@pytest.mark.parametrize("value", ["NORMAL", "OFF"])
def test_production_refuses_to_risk_saved_work(safe, value):
    with pytest.raises(Refused, match="FULL"):
        replace(safe, synchronous=value).check()


def test_production_refuses_keys_beside_the_data(safe):
    with pytest.raises(Refused, match="SANKU_KEYS"):
        replace(safe, keys=safe.data / "keys.json").check()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "sanku.example"])
def test_a_sample_secret_is_refused_where_others_can_connect(host):
    with pytest.raises(Refused, match="SANKU_SECRET"):
        Settings(host=host).check()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_sample_secret_is_enough_on_this_machine(host):
    Settings(host=host).check()


def test_every_setting_is_documented_as_it_is():
    rows = re.findall(
        r"^\| `(\w+)` \| (.*?) \| (.+) \|$", (ROOT / "docs" / "settings.md").read_text("utf-8"), re.MULTILINE
    )
    documented = {name: (default.strip("` "), doc) for name, default, doc in rows}
    assert documented == {
        environment_name(item.name): (item.metadata["default"], item.metadata["doc"])
        for item in fields(Settings)
    }
