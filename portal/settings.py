"""Every setting of Sanku: one dataclass, read from the environment, each field with its own sentence.

``docs/settings.md`` is a copy of these sentences for readers; a test compares the two.
"""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from registries.messages import N_, Problem, Refused

PREFIX = "SANKU_"
#: Names that belong to the tests and benchmarks, not to the program.
FOREIGN_PREFIXES = ("SANKU_TEST_", "SANKU_BENCH_")
SAMPLE_SECRET = "development-only: not a secret"  # noqa: S105  It is here to be recognised and refused.
LEAST_SECRET_LENGTH = 32
LEAST_SECRET_LETTERS = 12


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _not_negative(text: str, least: int = 0) -> int:
    number = int(text)
    if number < least:
        raise ValueError(text)
    return number


def _positive(text: str) -> int:
    return _not_negative(text, 1)


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 2**16:
        raise ValueError(text)
    return number


def _one_of(*allowed: str) -> Callable[[str], str]:
    def choose(text: str) -> str:
        found = {choice.lower(): choice for choice in allowed}.get(text.strip().lower())
        if found is None:
            raise ValueError(text)
        return found

    return choose


def _timezone(text: str) -> str:
    return ZoneInfo(text).key


def _database_url(text: str) -> str:
    if text and not text.startswith(("postgresql://", "postgresql+psycopg://")):
        raise ValueError(text)
    return text


def _origin(text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise ValueError(text)
    return text.rstrip("/")


def _setting(
    default: str, doc: str, read: Callable[[str], Any] = str, *, secret: bool = False, computed: bool = False
) -> Any:
    """A field: its default as it would be written in the environment, and how a written value is read.

    A ``computed`` default depends on the environment or on other fields; the text is for the reader only.
    """
    return field(
        default=None if computed else read(default),
        metadata={"doc": doc, "read": read, "default": default},
        repr=not secret,
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is set from outside. ``from_environment`` reads it, ``check`` judges it; no file is touched."""

    data: Path = _setting("./instance", N_("The folder of the SQLite databases and of uploaded files."), _path)
    database_url: str = _setting(
        "",
        N_("A PostgreSQL address (`postgresql://…`); empty: SQLite files in the data folder."),
        _database_url,
        secret=True,
    )
    keys: Path = _setting(
        "$XDG_CONFIG_HOME/sanku/keys.json",
        N_("The file of the encryption keys; it must lie outside the data folder and be backed up apart."),
        _path,
        computed=True,
    )
    cipher: str = _setting(
        "aes-256-gcm",
        N_("What seals personal data in a new key file: `aes-256-gcm` or `sm4-gcm`."),
        _one_of("aes-256-gcm", "sm4-gcm"),
    )
    index: Path = _setting(
        "$SANKU_DATA/index",
        N_("The folder of the search index, which may be deleted at any time."),
        _path,
        computed=True,
    )
    backups: Path = _setting(
        "$SANKU_DATA/backups",
        N_("The folder for the backups that are asked for in the browser; best on another disk."),
        _path,
        computed=True,
    )
    secret: str = _setting(
        SAMPLE_SECRET,
        N_("Signs forms and sessions; in production at least 32 characters that nobody can guess."),
        secret=True,
    )
    environment: str = _setting(
        "development",
        N_("`development` or `production`; production refuses unsafe settings."),
        _one_of("development", "production"),
    )
    synchronous: str = _setting(
        "FULL",
        N_("How SQLite writes to disk; anything but `FULL` may lose saved work and is for tests only."),
        _one_of("FULL", "NORMAL", "OFF"),
    )
    host: str = _setting("127.0.0.1", N_("The address that `sanku serve` listens on."))
    port: int = _setting("8000", N_("The port that `sanku serve` listens on."), _port)
    workers: int = _setting("2", N_("The number of server processes."), _positive)
    threads: int = _setting("4", N_("How many requests each server process answers at once."), _positive)
    access_log: str = _setting(
        "", N_("The file that each request is logged in, without what was searched for; `-`: the standard output; "
        "empty: none, where a proxy logs them."),
    )
    metrics_token: str = _setting(
        "", N_("What a program has to show at `/metrics` (`Authorization: Bearer …`); empty: only this machine may "
        "ask."), secret=True,
    )
    backup_hours: int = _setting(
        "0", N_("After how many hours without a new backup in `SANKU_BACKUPS` the site calls itself not ready "
        "(`/readyz`); `0`: backups are not watched. 26 suits daily ones."), _not_negative,
    )
    language: str = _setting(
        "zh", N_("The language where a reader has not chosen one: `zh` or `en`."), _one_of("zh", "en")
    )
    timezone: str = _setting(
        "Asia/Shanghai", N_("The time zone in which days begin and times are shown."), _timezone
    )
    session_idle_minutes: int = _setting(
        "30", N_("After how many minutes without a request somebody is signed out."), _positive
    )
    session_hours: int = _setting("8", N_("After how many hours somebody has to sign in anew."), _positive)
    second_factor: str = _setting(
        "off",
        N_("Who needs a second factor: nobody (`off`), whoever opens full numbers, exports, erases or administers "
        "(`sensitive`), or everybody (`always`); in production at least `sensitive` is advised."),
        _one_of("off", "sensitive", "always"),
    )
    step_up_minutes: int = _setting(
        "15",
        N_("How long a proof of identity is enough for what needs the second factor; then it is asked for again."),
        _positive,
    )
    password_days: int = _setting(
        "0", N_("After how many days a password must be changed; `0`: never, as OWASP advises."), _not_negative
    )
    lookups_per_minute: int = _setting(
        "60", N_("How many searches for people one account may make in a minute."), _positive
    )
    views_per_hour: int = _setting(
        "300", N_("How many pages with people's records one account may open in an hour."), _positive
    )
    reveals_per_day: int = _setting(
        "60", N_("How many times in a day one account may open full numbers; grid workers at most 20."), _positive
    )
    api_per_minute: int = _setting(
        "600",
        N_("How many requests one API token may make in a minute; each server process counts for itself."),
        _positive,
    )
    proxies: int = _setting(
        "0",
        N_("How many proxies in front of the site are trusted to tell the address of a reader (`X-Forwarded-For`, "
        "`-Proto`, `-Host`, `-Prefix`)."),
        _not_negative,
    )
    import_max_bytes: int = _setting("536870912", N_("The largest file that is taken for import."), _positive)
    import_max_rows: int = _setting(
        "2000000", N_("The most rows that are taken from one file for import."), _positive
    )
    staged_days: int = _setting(
        "30", N_("After how many days the rows of a checked file are forgotten."), _positive
    )
    request_days: int = _setting(
        "21",
        N_("Within how many calendar days somebody is answered who asks about their own data; 15 working days are 21."),
        _positive,
    )
    site_name: str = _setting("", N_("The name of the public site in Chinese; empty: 安全社区."))
    site_name_en: str = _setting("", N_("The name of the public site in English; empty: Safe Community."))
    site_address: str = _setting(
        "", N_("The address of the public site (`https://…`) for links that leave it; empty: the one asked for."),
        _origin,
    )
    sponsor: str = _setting("", N_("Who is answerable for the site (主办单位); shown at the foot of every page."))
    organiser: str = _setting("", N_("Who runs the site (承办单位)."))
    contact: str = _setting("", N_("How the site is reached (联系方式): an office phone number, or a mail address."))
    site_code: str = _setting("", N_("The identification code of a government site (网站标识码)."))
    icp_record: str = _setting("", N_("The number of the ICP record (ICP备案号)."))
    police_record: str = _setting("", N_("The number of the record with the public security organ (公安备案号)."))
    find_mistakes: str = _setting(
        "", N_("The address of 我为政府网站找错 for this site (`https://…`); empty: only the site's own form."), _origin
    )
    log_level: str = _setting(
        "INFO",
        N_("The least severe messages that are logged: `DEBUG`, `INFO`, `WARNING` or `ERROR`."),
        _one_of("DEBUG", "INFO", "WARNING", "ERROR"),
    )

    def __post_init__(self) -> None:
        if self.keys is None:
            object.__setattr__(self, "keys", config_folder(os.environ) / "sanku" / "keys.json")
        for name in ("index", "backups"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, self.data / name)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process.

        :raises Refused: a value cannot be read, or a name looks like a setting but is none: a mistyped
            ``SANKU_DATABASE_URL`` must not quietly open other databases.
        """
        environ = os.environ if environ is None else environ
        known = {environment_name(item.name): item for item in fields(cls)}
        for name in environ:
            if name.startswith(PREFIX) and name not in known and not name.startswith(FOREIGN_PREFIXES):
                raise Refused(_unknown(name, list(known)))
        values: dict[str, Any] = {"keys": config_folder(environ) / "sanku" / "keys.json"}
        for name, item in known.items():
            if environ.get(name, "").strip():
                values[item.name] = _read(name, environ[name], item.metadata["read"])
        return cls(**values)

    @property
    def is_production(self) -> bool:
        """Whether real data is served, so that nothing unsafe is let through."""
        return self.environment == "production"

    @property
    def numeric_log_level(self) -> int:
        """The log level as the logging module counts it."""
        return logging.getLevelNamesMapping()[self.log_level]

    def check(self) -> None:
        """Refuse what would put real data at risk.

        :raises Refused: the first thing that is wrong, and what to do about it.
        """
        if self.is_production or not _is_loopback(self.host):
            self._check_secret()
        if self.is_production and self.synchronous != "FULL":
            raise Refused(
                Problem(
                    N_("SANKU_SYNCHRONOUS is %(value)s: a power cut could lose what people have saved."),
                    N_("Remove SANKU_SYNCHRONOUS or set it to FULL."),
                    value=self.synchronous,
                )
            )
        if self.is_production and self.keys.resolve().is_relative_to(self.data.resolve()):
            raise Refused(
                Problem(
                    N_("The key file lies in the data folder, so a copy of the data would open itself."),
                    N_("Set SANKU_KEYS to a file outside %(folder)s."),
                    folder=str(self.data),
                )
            )

    def _check_secret(self) -> None:
        if (
            self.secret == SAMPLE_SECRET
            or len(self.secret) < LEAST_SECRET_LENGTH
            or len(set(self.secret)) < LEAST_SECRET_LETTERS
        ):
            raise Refused(
                Problem(
                    N_("SANKU_SECRET is missing, too short or too simple: sign-ins could be forged."),
                    N_("Set SANKU_SECRET to the output of: %(command)s"),
                    command='python3 -c "import secrets; print(secrets.token_urlsafe(48))"',
                )
            )


def environment_name(name: str) -> str:
    """The name of a field in the environment."""
    return PREFIX + name.upper()


def config_folder(environ: Mapping[str, str]) -> Path:
    """Where a user's programs keep their configuration, by the XDG rule."""
    return _path(environ.get("XDG_CONFIG_HOME") or "~/.config")


def _read(name: str, text: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(text)
    except (ValueError, LookupError, OSError):
        raise Refused(
            Problem(
                N_("%(name)s cannot be “%(value)s”."),
                N_("See docs/settings.md for what it may be."),
                name=name,
                value=text if name != environment_name("database_url") else text.partition("://")[0],
            )
        ) from None


def _unknown(name: str, known: list[str]) -> Problem:
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return Problem(
            N_("There is no setting %(name)s."), N_("Perhaps %(near)s is meant."), name=name, near=near[0]
        )
    return Problem(N_("There is no setting %(name)s."), N_("Remove it."), name=name)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
