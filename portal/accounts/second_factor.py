"""The second factor: one-time codes by time (RFC 6238), and printed codes for when the telephone is lost.

The secret is sealed like personal data. A code is good for its half minute and the one before and after, once.
"""

from __future__ import annotations

import hmac
import io
import secrets
from datetime import UTC, datetime
from uuid import UUID

import pyotp
import segno
import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import changes
from registries.changes import Entry
from registries.crypto import Keys, open_sealed, seal
from registries.db import new_id, now

from .models import RecoveryCode, User

STEP_SECONDS = 30
RECOVERY_CODES = 10
#: Without the signs that look alike in print.
_READABLE = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_secret(session: Session, user_id: UUID) -> None:
    """Give a user a secret that counts only once a code of it was entered."""
    user = session.get_one(User, user_id)
    user.totp = seal(session.info["keys"], "user", "totp", user.id, pyotp.random_base32())
    user.totp_confirmed_at = user.totp_step = None


def secret_of(keys: Keys, user: User) -> str | None:
    """The secret in clear, as the telephone is to learn it."""
    return open_sealed(keys, "user", "totp", user.id, user.totp) if user.totp else None


def picture(keys: Keys, user: User, site: str) -> bytes:
    """The secret as an SVG picture that the program of a telephone reads; dark on white in every display mode."""
    address = pyotp.TOTP(secret_of(keys, user) or "").provisioning_uri(name=user.name, issuer_name=site)
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", scale=5, border=4, light="white", svgclass=None, lineclass=None
    )
    return drawn.getvalue()


def take_code(session: Session, user: User, text: str) -> bool:
    """Whether a code is right; a right one is used up. Recovery codes are taken too."""
    typed = "".join(text.split()).upper().replace("-", "")
    if typed.isascii() and typed.isdigit() and len(typed) == 6:
        return _take_timed(session, user, typed)
    return user.totp_confirmed_at is not None and _take_recovery(session, user, typed)


def _take_timed(session: Session, user: User, typed: str) -> bool:
    secret = secret_of(session.info["keys"], user)
    if secret is None:
        return False
    clock = pyotp.TOTP(secret)
    current = int(datetime.now(UTC).timestamp()) // STEP_SECONDS
    for step in (current, current - 1, current + 1):
        fresh = user.totp_step is None or step > user.totp_step
        if hmac.compare_digest(clock.generate_otp(step), typed) and fresh:
            user.totp_step = step
            return True
    return False


def _take_recovery(session: Session, user: User, typed: str) -> bool:
    wanted = _digest(session.info["keys"], user.id, typed)
    unused = sa.select(RecoveryCode).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    for row in session.scalars(unused):
        if hmac.compare_digest(row.digest, wanted):
            row.used_at = now()
            changes.append(session, user.name, [Entry("user", user.id, "use_recovery_code")])
            return True
    return False


def confirm(session: Session, user: User) -> list[str]:
    """Let the second factor count from now on; returns new recovery codes, which are shown once."""
    user.totp_confirmed_at = now()
    changes.append(session, user.name, [Entry("user", user.id, "set_second_factor")])
    return new_recovery_codes(session, user)


def remove(session: Session, user: User) -> None:
    """Do without the second factor, as its owner wishes."""
    user.totp = user.totp_confirmed_at = user.totp_step = None
    _forget_codes(session, user)
    changes.append(session, user.name, [Entry("user", user.id, "remove_second_factor")])


def new_recovery_codes(session: Session, user: User) -> list[str]:
    """Ten new codes of 50 random bits; the old ones are worth nothing any more."""
    _forget_codes(session, user)
    codes = ["".join(secrets.choice(_READABLE) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    for code in codes:
        digest = _digest(session.info["keys"], user.id, code)
        session.add(RecoveryCode(id=new_id(), user_id=user.id, digest=digest))
    changes.append(session, user.name, [Entry("user", user.id, "new_recovery_codes")])
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def unused_codes(session: Session, user_id: UUID) -> int:
    """How many recovery codes are left."""
    unused = sa.select(sa.func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def _forget_codes(session: Session, user: User) -> None:
    for row in session.scalars(sa.select(RecoveryCode).where(RecoveryCode.user_id == user.id)):
        session.delete(row)


def _digest(keys: Keys, user_id: UUID, code: str) -> bytes:
    """Keyed, so that a copy of the database does not give the codes away."""
    return keys.mac("recovery", user_id.bytes + code.encode())[:16]
