"""The codes that an automat should know: its desired state, which the link brings to it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned


class CodeUse(StrEnum):
    """What a code does at its locker."""

    FETCH = "fetch"
    FETCH_AND_RETURN = "fetch_and_return"
    RETURN = "return"


class AutomatCode(Owned, Base):
    """One code that opens one locker of an automat between two moments.

    It is there because of a locker contract (a PIN, from `syncAt` on), or because of a key that is
    out (its return code, which opens only while the locker is empty, R31).
    """

    __tablename__ = "automat_codes"
    __table_args__ = (
        UniqueConstraint("automat_id", "code"),
        CheckConstraint(
            "(locker_contract_id is null) <> (key_id is null)", name="automat_codes_reason_is_one"
        ),
    )

    automat_id: Mapped[UUID] = mapped_column(ForeignKey("automats.id"))
    locker_id: Mapped[UUID] = mapped_column(ForeignKey("lockers.id"))
    code: Mapped[str]
    use: Mapped[CodeUse]
    locker_contract_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("locker_contracts.id"), unique=True
    )
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("keys.id"), unique=True)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime | None]
