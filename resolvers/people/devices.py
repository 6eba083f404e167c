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
SEPARATOR = "."
LONGEST = 300


def new_word(secret: Secret, person_id: UUID, now: datetime) -> str:
    """Write that somebody has signed in here."""
    nonce, made_at = secrets.token_urlsafe(16), str(int(now.timestamp()))
    said = SEPARATOR.join((person_id.hex, nonce, made_at))
    return SEPARATOR.join((said, secret.signature(PURPOSE, said)))


def device_of(
    secret: Secret, word: str | None, person_id: UUID | None, now: datetime
) -> str | None:
    """Name the device of a word; None when it does not say that this person signed in there.

    Args:
        secret: Of this installation.
        word: What the browser keeps; None for nothing.
        person_id: Who wants to sign in; None for nobody whom we know.
        now: The moment, by our clock.
    """
    if word is None or person_id is None or len(word) > LONGEST:
        return None
    said, _, signature = word.rpartition(SEPARATOR)
    if not secret.is_signature(PURPOSE, said, signature):
        return None
    whose, nonce, made_at = said.split(SEPARATOR)
    is_old = datetime.fromtimestamp(int(made_at), now.tzinfo) <= now - LASTS
    return None if whose != person_id.hex or is_old else nonce
