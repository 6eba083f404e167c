"""The codes that an automat should know: its desired state, which the link brings to it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned
from models.marks import Mark
from models.opened import Opened
from models.sealed import Sealed, SealedText


class CodeUse(StrEnum):
    """What a code does at its locker."""

    FETCH = "fetch"
    FETCH_AND_RETURN = "fetch_and_return"
    RETURN = "return"


class AutomatCode(Owned, Base):
    """One code that opens one locker of an automat between two moments.

    It is there because of a locker contract (a PIN, from `syncAt` on), because of a key that is
    out (its return code, which opens only while the locker is empty, R31), or it is a backup code
    of the key that lives in the locker (R35).

    Args:
        revision: With which `Automat.code_revision` it came: an automat that says it has that one
            or a later one knows the code.
        wanted_at: Since when the automat should know it as it is; null for backup codes, for which
            nobody waits.
    """

    __tablename__ = "automat_codes"
    __table_args__ = (
        UniqueConstraint("automat_id", "code_mark", name="automat_codes_automat_id_code_key"),
        CheckConstraint(
            "case when locker_contract_id is null then 0 else 1 end"
            " + case when key_id is null then 0 else 1 end"
            " + case when backup_code_id is null then 0 else 1 end = 1",
            name="automat_codes_reason_is_one",
        ),
    )

    automat_id: Mapped[UUID] = mapped_column(ForeignKey("automats.id"))
    locker_id: Mapped[UUID] = mapped_column(ForeignKey("lockers.id"))
    sealed_code: Mapped[Sealed] = mapped_column(SealedText("automat_codes.sealed_code"))
    code_mark: Mapped[str] = mapped_column(Mark())
    code = Opened[str]("sealed_code", "code_mark", among="automat_id")
    use: Mapped[CodeUse]
    locker_contract_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("locker_contracts.id"), unique=True
    )
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("keys.id"), unique=True)
    backup_code_id: Mapped[UUID | None] = mapped_column(ForeignKey("backup_codes.id"), unique=True)
    revision: Mapped[int] = mapped_column(default=0)
    wanted_at: Mapped[datetime | None]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime | None]


class BackupCode(Owned, Base):
    """A code for emergencies: it opens its key's own locker without a contract, offline too (R35).

    Args:
        key_id: Whose it is.
        code: Ten digits (2.17).
        used_at: When it was used; it works once (R36). Null while it has not been.
        withdrawn_at: When others took its place; it opens nothing any more.
    """

    __tablename__ = "backup_codes"
    __table_args__ = (
        UniqueConstraint(
            "organization_id", "code_mark", name="backup_codes_organization_id_code_key"
        ),
    )

    key_id: Mapped[UUID] = mapped_column(ForeignKey("keys.id"), index=True)
    sealed_code: Mapped[Sealed] = mapped_column(SealedText("backup_codes.sealed_code"))
    code_mark: Mapped[str] = mapped_column(Mark())
    code = Opened[str]("sealed_code", "code_mark", among="organization_id")
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
