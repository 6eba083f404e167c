"""The keys for secrets at rest, as the settings name them."""

from functools import cache
from pathlib import Path

from pydantic import SecretStr

from models.errors import InvalidInput
from models.sealer import KeyProvider, Sealer, SealerKeys
from resolvers.outside.encryption_keys import AsTheyAre, KeyFile, SaidKeys, made_once
from schema.settings import Settings

SEALING_FILE, MARKING_FILE = "encryption.keys", "mark.key"


@cache
def sealer_for(current: Settings) -> Sealer:
    """Give the keys that the settings name; those that are left out are made once.

    Raises:
        InvalidInput: A setting makes no sense, or a file of keys cannot be used.
    """
    try:
        return Sealer(provider_for(current))
    except ValueError as error:
        name = "LIVIONKEY_ENCRYPTION_KEYS and LIVIONKEY_MARK_KEY"
        raise InvalidInput(f"{name}: {error}") from error


def provider_for(current: Settings) -> KeyProvider:
    """Choose where the keys come from.

    Raises:
        InvalidInput: A file of keys cannot be used, or keys are said twice.
        ValueError: SealerKeys make no sense.
    """
    said = current.encryption_keys
    if said and current.encryption_key_file:
        raise InvalidInput(
            "LIVIONKEY_ENCRYPTION_KEYS and LIVIONKEY_ENCRYPTION_KEY_FILE: set one only."
        )
    try:
        marking = _marking(current)
        if said:
            return SaidKeys(
                SealerKeys([key.strip().encode() for key in _shown(said).split(",")], marking)
            )
        file = current.encryption_key_file or made_once(current.data_folder / SEALING_FILE)
        return KeyFile(_there(file), marking, AsTheyAre())
    except OSError as error:
        where = current.encryption_key_file or current.data_folder
        raise InvalidInput(
            f"The keys for secrets at rest: {where} cannot be used ({error.strerror})."
        ) from error


def _there(file: Path) -> Path:
    file.stat()
    return file


def _marking(current: Settings) -> bytes:
    if current.mark_key:
        return _shown(current.mark_key).strip().encode()
    return (
        made_once(current.data_folder / MARKING_FILE).read_text(encoding="utf-8").strip().encode()
    )


def _shown(secret: SecretStr) -> str:
    return secret.get_secret_value()
