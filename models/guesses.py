"""How often somebody guessed of late: counted for all processes together, and through restarts."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class GuessCount(Base):
    """How often somebody guessed within the time that began with their first guess.

    Args:
        place: Whose guesses, or for what: its keyed digest, as it may be the address of a person.
        since: When that time began.
        guesses: How many there were; one that was right is taken off again.
    """

    __tablename__ = "guess_counts"
    __table_args__ = (UniqueConstraint("place"),)

    place: Mapped[str]
    since: Mapped[datetime] = mapped_column(index=True)
    guesses: Mapped[int]
