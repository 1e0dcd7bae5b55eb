"""Where figures that take long to count are kept until they are counted again, in the database ``system``."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, UtcDateTime, plain_text


class KeptFigures(Base):
    """The figures of one kind of record as they were when its log stood at ``position``; any row may be thrown away.

    ``seconds`` is how long the counting took, ``figures`` what it gave, as JSON.
    """

    __tablename__ = "kept_figures"
    __table_args__ = {"schema": "system"}

    kind: Mapped[str] = mapped_column(plain_text(40), primary_key=True)
    position: Mapped[int] = mapped_column(sa.BigInteger)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seconds: Mapped[float] = mapped_column(sa.Float)
    figures: Mapped[str] = mapped_column(sa.Text)
