"""Personal data at rest: sealed values, blind indexes, the MACs of the change logs, and masks.

*Sealing.* A sealed value is ``cipher (1 byte) | key version (1) | nonce (12) | ciphertext and tag``,
authenticated together with kind, field and record id: a value copied to another row or column does not
open. AES-256-GCM is the rule; a key file may name SM4-GCM instead, and values of both open side by side.
The nonce is a MAC of place and value under a key of its own: two different values never share one, and the
same value in the same place is the same bytes again, so that an undo puts back what was there to the letter.

*Blind index.* Sixteen bytes stand beside a sealed value that must be found exactly: the version of the
index key, then 120 bits of HMAC-SHA256. Every column has a key of its own, so that columns cannot be joined
on them.

*Rotation.* ``Keys.rotate`` makes new data and index keys. From then on new values use them, old ones still
open, and `blinds` gives the indexes under both. A pass over all rows calls `reseal` and `blind`; rows not
yet done are told by `is_current` and `index_is_current`. When none is left, ``Keys.settle`` ends the search
under the old index. Other processes learn of it by ``Keys.refresh``, which costs one look at the file.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from . import keyring
from .keyring import KeyMissing, Ring
from .messages import N_, Problem, Refused

__all__ = ["KeyMissing", "Keys", "Tampered", "blind", "blinds", "open_sealed", "reseal", "seal"]

NONCE_BYTES, TAG_BYTES, INDEX_BYTES = 12, 16, 16


class Tampered(Exception):
    """A sealed value was changed, cut, or moved to another record."""


class _Sm4Gcm:
    """SM4-GCM with the face of ``AESGCM``."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key[:16])

    def encrypt(self, nonce: bytes, data: bytes, context: bytes) -> bytes:
        """Ciphertext and tag."""
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(context)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, context: bytes) -> bytes:
        """The clear bytes."""
        decryptor = Cipher(self._algorithm, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        decryptor.authenticate_additional_data(context)
        return decryptor.update(data[:-TAG_BYTES]) + decryptor.finalize()


_CIPHERS: dict[str, tuple[int, Callable[[bytes], AESGCM | _Sm4Gcm]]] = {
    "aes-256-gcm": (1, AESGCM),
    "sm4-gcm": (2, _Sm4Gcm),
}
_CIPHER_NAMES = {number: name for name, (number, _) in _CIPHERS.items()}


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=f"sanku|{purpose}".encode()).derive(secret)


class _Mac:
    """HMAC-SHA256 under one key, the two first blocks hashed ahead: half the cost of ``hmac``."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def __call__(self, message: bytes) -> bytes:
        inner = self._inner.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()


class _Derived:
    """What was derived from one state of the ring; replaced whole when the ring changes."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self.ciphers: dict[bytes, AESGCM | _Sm4Gcm] = {}
        self.macs: dict[tuple[str, str, int], _Mac] = {}
        self.indexes: dict[str, tuple[bytes, _Mac]] = {}
        number, _ = _CIPHERS[ring.cipher]
        self.head = bytes((number, ring.current["data"]))
        self.encrypt = self.cipher(self.head).encrypt
        self.nonce = self.mac("data", "nonce", ring.current["data"])

    def cipher(self, head: bytes) -> AESGCM | _Sm4Gcm:
        known = self.ciphers.get(head)
        if known is None:
            name = _CIPHER_NAMES.get(head[0])
            secret = self.ring.secrets["data"].get(head[1])
            if name is None or secret is None:
                raise _missing("data", head[1])
            key = _derive(secret, f"data|{name}|{head[1]}")
            known = self.ciphers[head] = _CIPHERS[name][1](key)
        return known

    def mac(self, line: str, purpose: str, version: int) -> _Mac:
        known = self.macs.get((line, purpose, version))
        if known is None:
            secret = self.ring.secrets[line].get(version)
            if secret is None:
                raise _missing(line, version)
            known = self.macs[line, purpose, version] = _Mac(_derive(secret, f"{line}|{purpose}|{version}"))
        return known


def _missing(line: str, version: int) -> KeyMissing:
    return KeyMissing(Problem(
        N_("Key version %(version)s (%(line)s) is not in the key file."),
        N_("Put back the key file that belongs to these data."),
        version=version, line=line,
    ))  # fmt: skip


class Keys:
    """The keys in use, derived once and kept; may be shared by threads."""

    def __init__(self, ring: Ring, path: Path | None = None) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._stamp = _stamp(path)
        self._derived = _Derived(ring)

    @classmethod
    def load(cls, path: Path) -> Keys:
        """The keys of a key file; see `keyring.load` for what is refused."""
        return cls(keyring.load(path), path)

    @classmethod
    def create(cls, path: Path, cipher: str = "aes-256-gcm") -> Keys:
        """The keys of a key file, which is made if there is none."""
        _require_cipher(cipher)
        return cls(keyring.create(path, cipher), path)

    @classmethod
    def temporary(cls, cipher: str = "aes-256-gcm") -> Keys:
        """Keys that end with the process, for data that do too."""
        _require_cipher(cipher)
        return cls(Ring.new(cipher))

    def recipe(self) -> tuple[Ring, Path | None]:
        """What another process of ours needs to have the same keys; never leaves the memory of the machine."""
        return self._derived.ring, self.path

    @classmethod
    def made(cls, recipe: tuple[Ring, Path | None]) -> Keys:
        """The keys of a `recipe`."""
        return cls(*recipe)

    @property
    def version(self) -> int:
        """The version that seals new values."""
        return self._derived.ring.current["data"]

    @property
    def rotating(self) -> bool:
        """Whether rows may stand under more than one index version."""
        return len(self._derived.ring.searchable) > 1

    def refresh(self) -> None:
        """Take over what another process did to the key file since it was read."""
        if self.path is not None and _stamp(self.path) != self._stamp:
            with self._lock:
                stamp = _stamp(self.path)
                self._derived = _Derived(keyring.load(self.path))
                self._stamp = stamp

    def rotate(self, cipher: str | None = None) -> int:
        """Make new data and index keys, change the cipher if one is named; gives the new version."""
        if cipher is not None:
            _require_cipher(cipher)
        self._change(lambda ring: ring.rotated(cipher))
        return self.version

    def settle(self) -> None:
        """End a rotation: all rows stand under the current keys. Old data keys stay for backups."""
        self._change(Ring.settled)

    def forget(self, line: str, version: int) -> None:
        """Destroy a secret that nothing uses any more, no backup either: strangers may hold it."""
        self._change(lambda ring: ring.without(line, version))

    def _change(self, step: Callable[[Ring], Ring]) -> None:
        with self._lock:
            ring = keyring.change(self.path, step) if self.path else step(self._derived.ring)
            self._stamp = _stamp(self.path)
            self._derived = _Derived(ring)

    def mac(self, purpose: str, message: bytes, version: int | None = None) -> bytes:
        """32 bytes that only the holder of the keys can make; rotation does not touch this key."""
        derived = self._derived
        return derived.mac("mac", purpose, version or derived.ring.current["mac"])(message)

    def seal_bytes(self, kind: str, field: str, record_id: UUID, data: bytes) -> bytes:
        """Like `seal`, for bytes such as a staged row or a file."""
        derived = self._derived
        context = f"{kind}|{field}|".encode() + record_id.bytes
        nonce = derived.nonce(context + data)[:NONCE_BYTES]
        return derived.head + nonce + derived.encrypt(nonce, data, context)

    def open_bytes(self, kind: str, field: str, record_id: UUID, data: bytes) -> bytes:
        """The bytes that `seal_bytes` sealed for this very place.

        :raises Tampered: they were not sealed for it, or were changed.
        :raises KeyMissing: the key version is unknown.
        """
        if len(data) < 2 + NONCE_BYTES + TAG_BYTES:
            raise Tampered(f"{kind}.{field} of {record_id}")
        head = data[:2]
        context = f"{kind}|{field}|".encode() + record_id.bytes
        try:
            cipher = self._cipher(head)
            return cipher.decrypt(data[2 : 2 + NONCE_BYTES], data[2 + NONCE_BYTES :], context)
        except InvalidTag:
            raise Tampered(f"{kind}.{field} of {record_id}") from None

    def is_current(self, data: bytes) -> bool:
        """Whether a sealed value stands under the current cipher and key version."""
        return data[:2] == self._derived.head

    def index_is_current(self, index: bytes) -> bool:
        """Whether a blind index stands under the current version."""
        return index[0] == self._derived.ring.current["index"]

    def _cipher(self, head: bytes) -> AESGCM | _Sm4Gcm:
        try:
            return self._derived.cipher(head)
        except KeyMissing:
            self.refresh()  # Another process may have renewed the keys a moment ago.
            return self._derived.cipher(head)

    def index(self, column: str, text: str) -> bytes:
        """See `blind`."""
        derived = self._derived
        known = derived.indexes.get(column)
        if known is None:
            version = derived.ring.current["index"]
            known = derived.indexes[column] = bytes((version,)), derived.mac("index", column, version)
        return known[0] + known[1](text.encode())[: INDEX_BYTES - 1]

    def indexes(self, column: str, text: str) -> list[bytes]:
        """See `blinds`."""
        derived, message = self._derived, text.encode()
        return [
            bytes((version,)) + derived.mac("index", column, version)(message)[: INDEX_BYTES - 1]
            for version in derived.ring.searchable
        ]


def _require_cipher(cipher: str) -> None:
    """Refuse a cipher that this installation does not have, before anything is sealed with it."""
    try:
        _CIPHERS[cipher][1](bytes(32)).encrypt(bytes(NONCE_BYTES), b"", b"")
    except (KeyError, UnsupportedAlgorithm) as error:
        raise Refused(Problem(
            N_("The cipher “%(cipher)s” is not available here."), N_("Choose one of: %(known)s."),
            cipher=cipher, known=list(_CIPHERS),
        )) from error  # fmt: skip


def _stamp(path: Path | None) -> tuple[int, int]:
    if path is None:
        return 0, 0
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def seal(keys: Keys, kind: str, field: str, record_id: UUID, text: str) -> bytes:
    """A clear text as it is stored in one field of one record; in another place it is other bytes."""
    return keys.seal_bytes(kind, field, record_id, text.encode())


def open_sealed(keys: Keys, kind: str, field: str, record_id: UUID, data: bytes) -> str:
    """The text that was sealed for this field of this record.

    :raises Tampered: it was not, or was changed.
    :raises KeyMissing: its key version is unknown.
    """
    return keys.open_bytes(kind, field, record_id, data).decode()


def reseal(keys: Keys, kind: str, field: str, record_id: UUID, data: bytes) -> bytes | None:
    """The same value under the current cipher and key version, or ``None`` if it stands there already."""
    if keys.is_current(data):
        return None
    return keys.seal_bytes(kind, field, record_id, keys.open_bytes(kind, field, record_id, data))


def blind(keys: Keys, column: str, text: str) -> bytes:
    """The 16 bytes under which a text is stored for exact search in one column, such as ``resident.phone``.

    The text must be in its one normal form: what is written otherwise is not found.
    """
    return keys.index(column, text)


def blinds(keys: Keys, column: str, text: str) -> list[bytes]:
    """All the bytes under which the text may stand, the current first: two while keys are renewed."""
    return keys.indexes(column, text)
