"""Challenges and states: given out with our signature, good for minutes, and for one time.

Nothing is kept of those that never come back, so nobody fills the database by asking for them.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete

from models.base import new_id, table_of
from models.database import Database
from models.dialects.missing_rows import insert_missing
from models.ways_in import SpentChallenge
from resolvers.outside.secret import Secret, digest_of, new_secret

LAST = timedelta(minutes=10)
SEPARATOR = "."
LONGEST = 200


def new_challenge(now: datetime) -> str:
    """Make a challenge: 256 random bits, and when it was made."""
    return f"{new_secret()}{SEPARATOR}{int(now.timestamp())}"


def mark_of(secret: Secret, purpose: str, challenge: str) -> str:
    """Sign a challenge, for the browser alone that asked for it."""
    return secret.signature(purpose, challenge)


def lapses_at(
    secret: Secret, purpose: str, challenge: str, mark: str | None, now: datetime
) -> datetime | None:
    """Tell until when a challenge that comes back is good; None when it is not, or not ours.

    Args:
        secret: Of this installation.
        purpose: What it was given out for.
        challenge: What comes back.
        mark: What the browser kept; None for nothing.
        now: The moment, by our clock.
    """
    if not mark or len(challenge) > LONGEST or not secret.is_signature(purpose, challenge, mark):
        return None
    made_at = datetime.fromtimestamp(int(challenge.rpartition(SEPARATOR)[2]), UTC)
    return made_at + LAST if now < made_at + LAST else None


async def spend(database: Database, challenge: str, lapses_at: datetime) -> bool:
    """Use a challenge up; False when it was used, also by another process at this moment.

    Args:
        database: Where.
        challenge: Which.
        lapses_at: From when on it is too old anyway.
    """
    row = table_of(SpentChallenge)
    async with database.writing() as session:
        connection = await session.connection()
        insert = insert_missing(row, connection.dialect.name).returning(row.c.id)
        spent = {"id": new_id(), "digest": digest_of(challenge), "lapses_at": lapses_at}
        return (await connection.execute(insert, spent)).first() is not None


async def forget(database: Database, now: datetime) -> None:
    """Remove what would be refused for its age."""
    row = table_of(SpentChallenge)
    async with database.writing() as session:
        old = delete(row).where(row.c.lapses_at <= now)
        await (await session.connection()).execute(old)
