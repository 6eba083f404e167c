"""Whatever a session of tests puts out is looked through for every secret that it made.

Made is what `secrets.token_urlsafe` gives (tokens, secrets of links, keys), and what is sealed in
the database (PINs, codes and others), as far as it is nine characters or longer: shorter numbers
are met by chance. Put out is what is logged, what commands and servers write, and what answers
with an error say. Both are cut into whole words, so a session costs one look at each word.
"""

import logging
import re
import secrets
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from models import accounts
from models.sealed import Sealed

SHORTEST = 9
WORD = re.compile(rf"[A-Za-z0-9_-]{{{SHORTEST},}}")
TOKEN = re.compile(rf"lka?_[0-9A-Za-z]+_([0-9A-Za-z]{{{accounts.SECRET_LENGTH}}})[0-9A-Za-z]{{6}}")
"""Its mark may be told; the random part behind it may not."""
LARGEST_BYTES = 50_000_000
"""Of one file; a longer one is looked through up to here."""


@dataclass
class Leaks:
    """What was made, and what was put out, kept as digests: the words of a long session are many.

    Args:
        made: The secrets, by what they are.
        said: Digests of the words that were put out, and where each was seen first.
        files: Files that are written to until the end of the session.
    """

    made: set[str] = field(default_factory=set)
    said: dict[bytes, str] = field(default_factory=dict)
    files: dict[Path, str] = field(default_factory=dict)

    def make(self, secret: str) -> None:
        """Note a secret."""
        if len(secret) >= SHORTEST:
            self.made.add(secret)

    def say(self, text: str, where: str) -> None:
        """Note what was put out."""
        for word in WORD.findall(text):
            self.said.setdefault(digest_of(word), where)
            if token := TOKEN.fullmatch(word):
                self.said.setdefault(digest_of(token[1]), where)

    def found(self) -> dict[str, str]:
        """Tell which secrets were put out, and where; shortened, as this is put out too."""
        for path, where in self.files.items():
            if path.is_file():
                with path.open(errors="replace") as file:
                    self.say(file.read(LARGEST_BYTES), where)
        return {
            f"{secret[:3]}..., of {len(secret)} characters": self.said[digest]
            for secret in self.made
            if (digest := digest_of(secret)) in self.said
        }


class Listener(logging.Handler):
    """Hears everything that is logged in this process."""

    def __init__(self, leaks: Leaks) -> None:
        super().__init__()
        self._leaks = leaks

    def emit(self, record: logging.LogRecord) -> None:
        """Note a line, and the traceback under it."""
        trace = record.exc_info and logging.Formatter().formatException(record.exc_info)
        self._leaks.say(f"{record.getMessage()} {trace or ''}", f"the log of {record.name}")


def digest_of(word: str) -> bytes:
    """Make a short digest of a word."""
    return blake2b(word.encode(), digest_size=8).digest()


LEAKS = Leaks()
"""Those of this session."""


def watch() -> None:
    """Begin to note what is made and logged, once."""
    made, chosen, seal = secrets.token_urlsafe, accounts._random, Sealed.__init__

    def token_urlsafe(length: int | None = None) -> str:
        token = made(length)
        LEAKS.make(token)
        return token

    def random(length: int) -> str:
        text = chosen(length)
        LEAKS.make(text)
        return text

    def sealed(self: Sealed, text: str, **given: Any) -> None:
        LEAKS.make(text)
        seal(self, text, **given)

    secrets.token_urlsafe = token_urlsafe
    accounts._random = random  # of which tokens are made
    Sealed.__init__ = sealed  # type: ignore[method-assign]  # it goes on to do what it did
    logging.getLogger().addHandler(Listener(LEAKS))
