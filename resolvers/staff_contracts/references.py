"""What people call a key contract (R20)."""

import re

from models.errors import ExternalIdInUse, InvalidInput, LivionKeyError
from resolvers.checks import required_text

REFERENCE_TAKEN = "key_contracts_organization_id_reference_key"
PATH = ("reference",)


def checked_reference(reference: str | None) -> str | None:
    """Check what people call a contract; None, and nothing but blanks, lets one be made (R20).

    Raises:
        InvalidInput: It has other characters than letters of any language, digits, `_`, `/`, `.`
            and `-`; the first of them is named.
    """
    if reference is None or not reference.strip():
        return None
    text = required_text(reference, path=PATH)
    wrong = re.search(r"[^\w/.-]", text)
    if wrong is not None:
        message = (
            f"{_named(wrong[0])} cannot be in a reference: it has letters of any language, digits, "
            "and _ / . - in it."
        )
        raise InvalidInput(message, path=PATH)
    return text


def _named(character: str) -> str:
    if character.isspace():
        return "A blank"
    return repr(character) if character.isprintable() else f"The character U+{ord(character):04X}"


def taken(reference: str | None) -> dict[str, LivionKeyError]:
    """Give the refusal of a reference that another contract has."""
    message = f"Another key contract has the reference {reference!r}."
    return {REFERENCE_TAKEN: ExternalIdInUse(message, path=PATH)}
