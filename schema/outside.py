"""The ports to the world outside, chosen by the settings."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from models.errors import InvalidInput
from resolvers.outside.files import Files, in_folder, on_s3
from resolvers.outside.ports import Outside
from resolvers.outside.secret import Secret
from schema.settings import Settings

SECRET_FILE = "secret.key"  # noqa: S105 - the name of a file


def outside_for(current: Settings) -> Outside:
    """Open the ports that the settings name.

    Raises:
        InvalidInput: A setting makes no sense, or the data folder cannot be written.
    """
    try:
        return Outside(
            files=_files(current),
            secret=_secret(current),
            public_url=_public_url(current),
        )
    except OSError as error:
        raise InvalidInput(
            f"LIVIONKEY_DATA_FOLDER: {current.data_folder} cannot be used ({error.strerror})."
        ) from error


def _public_url(current: Settings) -> str:
    return current.public_url.rstrip("/") or f"http://{current.host}:{current.port}"


def _files(current: Settings) -> Files:
    if not current.files_url:
        return in_folder(current.data_folder / "files")
    hidden = current.s3_secret_access_key
    return on_s3(
        current.files_url,
        endpoint=current.s3_endpoint,
        region=current.s3_region,
        access_key_id=current.s3_access_key_id,
        secret_access_key=hidden.get_secret_value() if hidden else "",
    )


def _secret(current: Settings) -> Secret:
    said = current.secret_key
    text = said.get_secret_value() if said else _kept(current.data_folder / SECRET_FILE)
    try:
        return Secret([key.strip() for key in text.split(",")])
    except ValueError as error:
        raise InvalidInput(f"LIVIONKEY_SECRET_KEY: {error}") from error


def _kept(file: Path) -> str:
    """Read the secret of the data folder; whoever comes first makes it, for their eyes only."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        try:
            os.link(draft, file)  # whole or not at all, and never over another one
        finally:
            draft.unlink()
    return file.read_text(encoding="utf-8").strip()
