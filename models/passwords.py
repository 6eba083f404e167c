"""What a password has to be: long, and not one that everybody would try first.

No rules about kinds of characters, no expiry and no hints: NIST SP 800-63B-4, 3.1.1.2.
"""

import re
import unicodedata
from collections.abc import Iterable

from models.errors import InvalidInput

SHORTEST, LONGEST = 12, 256
FEWEST_DIFFERENT = 5
"""So many different characters are left of a good password without what everybody tries first."""
SHORTEST_WORD = SHORTEST_RUN = 3
YEAR, CUT = re.compile(r"(19|20)\d\d"), "\n"
COMMONEST = (
    *("password", "passwort", "salasana", "losenord", "motdepasse", "contrasena", "secret"),
    *("qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "qwerty", "qwertz", "azerty", "asdfgh"),
    *("1q2w3e4r5t", "1qaz2wsx3edc", "q1w2e3r4t5", "zaq12wsx", "qazwsxedc", "iloveyou", "letmein"),
    *("welcome", "tervetuloa", "valkommen", "administrator", "admin", "master", "dragon"),
    *("sunshine", "princess", "football", "baseball", "superman", "batman", "pokemon", "monkey"),
    *("shadow", "whatever", "trustno", "starwars", "michael", "jordan", "charlie", "computer"),
    *("internet", "samsung", "google", "facebook", "summer", "winter", "spring", "autumn"),
    *("kesa", "talvi", "kevat", "syksy", "perkele", "helsinki", "suomi", "finland", "sverige"),
    *("changeme", "default", "guest", "login", "access", "hello", "test", "temp", "user"),
    *("livionkey", "livion", "avain", "nyckel", "keys", "key", "pass", "kissa", "koira", "love"),
)
"""Words of the passwords that are tried first; a list for each language would be endless."""
LOOKALIKES = str.maketrans("@4€3!105$7", "aaeeilosst")


def checked_password(password: str, *, about: Iterable[str] = ()) -> str:
    """Give a password as it is hashed: in one form of Unicode (NFKC).

    Args:
        password: What somebody chose.
        about: Their name, address and organization, which others know as well.

    Raises:
        InvalidInput: It has fewer than 12 characters or more than 256, or is one of those that
            are tried first. The message does not repeat it.
    """
    written = normalized(password)
    if not SHORTEST <= len(written) <= LONGEST:
        message = f"A password has {SHORTEST} to {LONGEST} characters; blanks count."
        raise InvalidInput(message, path=("password",))
    if len(set(rare_part(written, words_of(about)))) < FEWEST_DIFFERENT:
        message = "That is one of the passwords that are tried first; use a few words of your own."
        raise InvalidInput(message, path=("password",))
    return written


def normalized(password: str) -> str:
    """Write a password the same way on every keyboard."""
    return unicodedata.normalize("NFKC", password)


def words_of(texts: Iterable[str]) -> set[str]:
    """Take the words out of what others know of somebody."""
    words = (word for text in texts for word in re.split(r"[\W_]+", plain(text)))
    return {word for word in words if len(word) >= SHORTEST_WORD}


def rare_part(password: str, known: Iterable[str] = ()) -> str:
    """Give what is left of a password without common words, known ones, years and runs.

    Words are looked for twice, the second time with the letters that others stand for (`p4ss`).
    """
    words = sorted({*COMMONEST, *known}, key=len, reverse=True)
    left = YEAR.sub(CUT, without(words, plain(password)))
    left = "".join(part for part in runs(left) if len(part) < SHORTEST_RUN)
    return re.sub(r"\s", "", without(words, left.translate(LOOKALIKES)))


def without(words: Iterable[str], text: str) -> str:
    """Cut words out of a text."""
    for word in words:
        text = text.replace(word, CUT)
    return text


def plain(text: str) -> str:
    """Write a text in small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def runs(text: str) -> list[str]:
    """Cut a text into its longest runs, such as `abcd`, `4321` or `aaaa`, and the rest."""
    found: list[str] = []
    for character in text:
        if found and goes_on(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def goes_on(run: str, character: str) -> bool:
    """Tell whether a character goes on with a run."""
    step = ord(character) - ord(run[-1])
    return step in {-1, 0, 1} and (len(run) == 1 or step == ord(run[-1]) - ord(run[-2]))
