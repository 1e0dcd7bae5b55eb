"""The file that holds the secrets: made once, readable by its owner only, replaced whole or not at all.

It lies outside the data folder, so that whoever copies the databases or a backup holds nothing that opens
them. There are three independent lines of secrets, each with its own versions: ``data`` seals values,
``index`` makes the blind indexes, ``mac`` protects the change logs. A rotation renews the first two; the
third stays, because a chain of MACs cannot be made anew without losing what it proves.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .messages import N_, Problem, Refused

LINES = ("data", "index", "mac")
SECRET_BYTES = 32
#: A version is one byte in a stored value, and 0 is never one.
LAST_VERSION = 255


class KeyMissing(Refused):
    """There is no key file, or the key that a stored value asks for is not in it."""


@dataclass(frozen=True, slots=True)
class Ring:
    """All secrets by line and version; ``current`` names the version that each line uses for new values.

    ``searchable`` are the index versions under which rows may still stand: several only during a rotation.
    """

    cipher: str
    secrets: dict[str, dict[int, bytes]]
    current: dict[str, int]
    searchable: tuple[int, ...]

    @classmethod
    def new(cls, cipher: str) -> Ring:
        """A ring with the first version of every line."""
        return cls(cipher, {line: {1: _secret()} for line in LINES}, dict.fromkeys(LINES, 1), (1,))

    def rotated(self, cipher: str | None = None) -> Ring:
        """The ring with new secrets for data and index; what stands under the old ones stays readable."""
        ring = self
        for line in ("data", "index"):
            version = max(ring.secrets[line]) + 1
            if version > LAST_VERSION:
                raise Refused(
                    Problem(N_("The keys have been renewed too often: %(count)s times."), count=LAST_VERSION)
                )
            known = {**ring.secrets, line: {**ring.secrets[line], version: _secret()}}
            ring = replace(ring, secrets=known, current={**ring.current, line: version})
        return replace(
            ring, cipher=cipher or self.cipher, searchable=(ring.current["index"], *self.searchable)
        )

    def settled(self) -> Ring:
        """The ring when every row stands under the current index version."""
        return replace(self, searchable=(self.current["index"],))

    def without(self, line: str, version: int) -> Ring:
        """The ring without one secret that is no longer used: what was sealed with it is lost for good."""
        if version == self.current[line] or (line == "index" and version in self.searchable):
            raise ValueError(f"Version {version} of {line} is in use.")
        kept = {known: secret for known, secret in self.secrets[line].items() if known != version}
        return replace(self, secrets={**self.secrets, line: kept})

    def as_json(self) -> dict[str, Any]:
        """The form of the key file."""
        return {
            "about": "Secret keys of Sanku. Without them the sealed data cannot be read: keep a copy apart.",
            "format": 1,
            "cipher": self.cipher,
            "current": self.current,
            "searchable": list(self.searchable),
            "secrets": {
                line: {
                    str(version): base64.b64encode(secret).decode() for version, secret in versions.items()
                }
                for line, versions in self.secrets.items()
            },
        }

    @classmethod
    def from_json(cls, parts: dict[str, Any]) -> Ring:
        """The ring that `as_json` took apart.

        :raises ValueError: something is missing or not what it should be.
        """
        known = {
            line: {int(version): base64.b64decode(text, validate=True) for version, text in versions.items()}
            for line, versions in parts["secrets"].items()
        }
        ring = cls(parts["cipher"], known, parts["current"], tuple(parts["searchable"]))
        sound = (
            parts["format"] == 1
            and set(known) == set(LINES)
            and all(
                len(secret) == SECRET_BYTES for versions in known.values() for secret in versions.values()
            )
            and all(0 < version <= LAST_VERSION for versions in known.values() for version in versions)
            and all(ring.current[line] in known[line] for line in LINES)
            and ring.current["index"] in ring.searchable
            and set(ring.searchable) <= set(known["index"])
        )
        if not sound:
            raise ValueError("The key file contradicts itself.")
        return ring


def _secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def create(path: Path, cipher: str) -> Ring:
    """Make the key file, and its folder, if there is none; what is there is never overwritten."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    ring = Ring.new(cipher)
    with _written_beside(path, ring) as draft:
        try:
            # A link fails where a replacement would win: of two that start at once, both use the first
            # one's keys.
            os.link(draft, path)
        except FileExistsError:
            return load(path)
    _flush_folder(path.parent)
    return ring


def load(path: Path) -> Ring:
    """Read the key file.

    :raises KeyMissing: there is none.
    :raises Refused: others may read it, or it is damaged.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read()
    except FileNotFoundError as error:
        raise KeyMissing(Problem(
            N_("The key file %(path)s is missing."),
            N_("Put it back from where it was kept, or name its place in SANKU_KEYS."),
            path=str(path),
        )) from error  # fmt: skip
    if mode & 0o077:
        raise Refused(Problem(
            N_("Others than its owner may read the key file %(path)s."),
            N_("Run chmod 600 on it. If strangers had access, renew the keys too."),
            path=str(path),
        ))  # fmt: skip
    try:
        return Ring.from_json(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise Refused(Problem(
            N_("The key file %(path)s is damaged."),
            N_("Put it back from where it was kept."),
            path=str(path),
        )) from error  # fmt: skip


def change(path: Path, step: Callable[[Ring], Ring]) -> Ring:
    """Replace the key file by what ``step`` makes of it; one at a time, all or nothing."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        ring = step(load(path))
        with _written_beside(path, ring) as draft:
            draft.replace(path)
        os.fsync(folder)
    finally:
        os.close(folder)
    return ring


@contextmanager
def _written_beside(path: Path, ring: Ring) -> Iterator[Path]:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(ring.as_json(), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
