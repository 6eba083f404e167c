"""The ports to the world outside, chosen by the settings."""

from pathlib import Path

from geo.walking.loaded import load as load_walking
from models.errors import InvalidInput
from resolvers.outside.encryption_keys import made_once
from resolvers.outside.files import Files, in_folder, on_s3
from resolvers.outside.identity import IdentityProvider, Registration
from resolvers.outside.ports import Outside
from resolvers.outside.scanning import Scanner, scanner_at
from resolvers.outside.seals import Chosen, Seals
from resolvers.outside.secret import Secret
from schema.context import clock
from schema.settings import Settings

IDENTIFIED = "/public/identified"
"""Where people come back to from the identity provider."""
SIGNED_IN = "/sign-in/oidc/back"
"""Where staff come back to from theirs."""
SECRET_FILE = "secret.key"  # noqa: S105 - the name of a file


def outside_for(current: Settings) -> Outside:
    """Open the ports that the settings name.

    Raises:
        InvalidInput: A setting makes no sense, or the data folder cannot be written.
    """
    load_walking(current.data_folder)
    try:
        return Outside(
            files=_files(current),
            secret=_secret(current),
            seal=_seal(current),
            public_url=_public_url(current),
            identity=_identity(current),
            staff=_staff(current),
            scanner=_scanner(current),
            broker=current.mqtt_public_url or current.mqtt_url or None,
        )
    except OSError as error:
        raise InvalidInput(
            f"LIVIONKEY_DATA_FOLDER: {current.data_folder} cannot be used ({error.strerror})."
        ) from error


def _public_url(current: Settings) -> str:
    return current.public_url.rstrip("/") or f"http://{current.host}:{current.port}"


def _identity(current: Settings) -> IdentityProvider | None:
    if not current.oidc_issuer:
        return None
    if not current.oidc_client_id:
        raise InvalidInput("LIVIONKEY_OIDC_CLIENT_ID: say who we are at LIVIONKEY_OIDC_ISSUER.")
    hidden = current.oidc_client_secret
    ours = Registration(
        client_id=current.oidc_client_id,
        client_secret=hidden.get_secret_value() if hidden else None,
        acr_values=tuple(current.oidc_acr_values.split()),
        redirect_url=f"{_public_url(current)}{IDENTIFIED}",
    )
    return IdentityProvider(current.oidc_issuer, ours)


def _staff(current: Settings) -> IdentityProvider | None:
    if not current.staff_oidc_issuer:
        return None
    if not current.staff_oidc_client_id:
        raise InvalidInput(
            "LIVIONKEY_STAFF_OIDC_CLIENT_ID: say who we are at LIVIONKEY_STAFF_OIDC_ISSUER."
        )
    hidden = current.staff_oidc_client_secret
    ours = Registration(
        client_id=current.staff_oidc_client_id,
        client_secret=hidden.get_secret_value() if hidden else None,
        acr_values=(),
        redirect_url=f"{_public_url(current)}{SIGNED_IN}",
        scope="openid email",
        prompt=None,  # whoever is signed in there already is let in
    )
    return IdentityProvider(current.staff_oidc_issuer, ours)


def _scanner(current: Settings) -> Scanner | None:
    try:
        return scanner_at(current.scanner)
    except ValueError as error:
        raise InvalidInput(f"LIVIONKEY_SCANNER: {error}") from error


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


def _seal(current: Settings) -> Seals:
    password, pin = current.seal_pkcs12_password, current.seal_pkcs11_pin
    if current.seal_pkcs12 and current.seal_pkcs11_module:
        raise InvalidInput("LIVIONKEY_SEAL_PKCS12 and LIVIONKEY_SEAL_PKCS11_MODULE: set one only.")
    if current.seal_pkcs12 and not current.seal_pkcs12.is_file():
        raise InvalidInput(f"LIVIONKEY_SEAL_PKCS12: there is no file {current.seal_pkcs12}.")
    return Seals(
        Chosen(
            folder=current.data_folder / "seal",
            clock=clock,
            pkcs12=current.seal_pkcs12,
            pkcs12_password=password.get_secret_value() if password else None,
            pkcs11_module=current.seal_pkcs11_module,
            pkcs11_token=current.seal_pkcs11_token,
            pkcs11_certificate=current.seal_pkcs11_certificate,
            pkcs11_pin=pin.get_secret_value() if pin else None,
            timestamp_url=current.timestamp_url,
            timestamp_timeout_seconds=current.timestamp_timeout_seconds,
        )
    )


def _secret(current: Settings) -> Secret:
    said = current.secret_key
    text = said.get_secret_value() if said else _kept(current.data_folder / SECRET_FILE)
    try:
        return Secret([key.strip() for key in text.split(",")])
    except ValueError as error:
        raise InvalidInput(f"LIVIONKEY_SECRET_KEY: {error}") from error


def _kept(file: Path) -> str:
    return made_once(file).read_text(encoding="utf-8").strip()
