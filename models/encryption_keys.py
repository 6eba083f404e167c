"""Which keys secrets at rest were kept with, so that a start without one of them is refused."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from models.base import Base


class KeyUse(StrEnum):
    """What a key is for."""

    SEALING = "sealing"
    MARKING = "marking"


class EncryptionKey(Base):
    """The name of a key by which secrets here may have been sealed or marked; never the key.

    Args:
        use: What it is for; one alone marks.
        name: Eight hexadecimal digits that follow from the key, see `models.sealer`.
        used_since: When a process first came with it.
        retired_at: When no secret was sealed by it any more; null while one may be.
    """

    __tablename__ = "encryption_keys"
    __table_args__ = (UniqueConstraint("name"),)

    use: Mapped[KeyUse]
    name: Mapped[str]
    used_since: Mapped[datetime]
    retired_at: Mapped[datetime | None]
