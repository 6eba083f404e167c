"""Answers that are given again: what an idempotency key was used for, kept seven days."""

from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from models.base import Base, Json, Owned

KEPT = timedelta(days=7)


class IdempotentAnswer(Owned, Base):
    """One key with the digest of its input and the answer that it got."""

    __tablename__ = "idempotent_answers"
    __table_args__ = (UniqueConstraint("organization_id", "key"),)

    key: Mapped[str]
    input_digest: Mapped[str]
    answer: Mapped[Json]
    answered_at: Mapped[datetime]
