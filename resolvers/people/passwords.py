"""Passwords as they are kept: argon2id (RFC 9106), a tenth of a second of work each.

A few are worked on at a time, in threads: a flood of them makes others wait, and stops nothing
else. Where nobody has the address that was typed, the same work is done for nothing, so that no
clock tells who is known here.
"""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.passwords import normalized

AT_ONCE = 2
"""So many are worked on at a time in one process; each takes 64 MiB meanwhile."""


class Passwords:
    """Hashes passwords, and compares them with what was kept.

    Args:
        hasher: How much work that is; the recommended one when left out.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._nobodys: str | None = None

    async def hashed(self, password: str) -> str:
        """Hash a password for keeping.

        Args:
            password: As `models.passwords.checked_password` gives it.
        """
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def is_right(self, password: str, kept: str | None) -> bool:
        """Tell whether a password is the one that was kept.

        Args:
            password: What was typed.
            kept: Its hash; None where there is none, which takes as long.
        """
        if kept is None:
            self._nobodys = self._nobodys or await self.hashed("nobody's")
        async with self._turn:
            against = kept or self._nobodys or ""
            is_right = await asyncio.to_thread(self._verify, against, normalized(password))
        return is_right and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Tell whether a hash was made with other parameters than new ones are."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
