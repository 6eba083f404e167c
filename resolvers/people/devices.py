"""Devices on which somebody has signed in: a browser keeps a signed word of ours that says so.

Whoever guesses from elsewhere makes the account slow for all browsers without such a word for that
account, and for no browser with one (OWASP, "Device cookies"). It opens nothing by itself.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from resolvers.outside.secret import Secret

LASTS = timedelta(days=365)
PURPOSE = "device"
SEPARATOR, BETWEEN = ".", "~"
MOST_PEOPLE = 8
"""So many people may share a device, such as that of a desk, and each be known there."""
LONGEST = 200 * MOST_PEOPLE


def words_with(secret: Secret, kept: str | None, person_id: UUID, now: datetime) -> str:
    """Write that somebody has signed in here, beside what was written of others.

    Args:
        secret: Of this installation.
        kept: What the browser keeps; None for nothing.
        person_id: Who has signed in.
        now: The moment, by our clock.
    """
    nonce, made_at = secrets.token_urlsafe(16), str(int(now.timestamp()))
    said = SEPARATOR.join((person_id.hex, nonce, made_at))
    word = SEPARATOR.join((said, secret.signature(PURPOSE, said)))
    others = [one for one in _words(kept) if not one.startswith(person_id.hex)]
    return BETWEEN.join([word, *others][:MOST_PEOPLE])


def device_of(
    secret: Secret, kept: str | None, person_id: UUID | None, now: datetime
) -> str | None:
    """Name the device of a browser; None when nothing says that this person signed in there.

    Args:
        secret: Of this installation.
        kept: What the browser keeps; None for nothing.
        person_id: Who wants to sign in; None for nobody whom we know.
        now: The moment, by our clock.
    """
    if person_id is None:
        return None
    of_them = (one for one in _words(kept) if one.startswith(person_id.hex))
    found = (_nonce_of(secret, word, now) for word in of_them)
    return next((nonce for nonce in found if nonce is not None), None)


def _words(kept: str | None) -> list[str]:
    return kept.split(BETWEEN) if kept and len(kept) <= LONGEST else []


def _nonce_of(secret: Secret, word: str, now: datetime) -> str | None:
    said, _, signature = word.rpartition(SEPARATOR)
    if not secret.is_signature(PURPOSE, said, signature):
        return None
    _, nonce, made_at = said.split(SEPARATOR)
    is_old = datetime.fromtimestamp(int(made_at), now.tzinfo) <= now - LASTS
    return None if is_old else nonce
