"""Cabinets that are installed and enrol themselves, over HTTP."""

import json
from typing import Any

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy import select
from talking import Client

from models.accounts import Role
from models.automat_links import AutomatLink
from models.events import Event
from resolvers.automat_links.credentials import Credentials
from resolvers.outside.certificates import new_key

ENROL = "/public/automat/enrol"
SHOWN = "id deviceId state hardwareId linkState"
CABINET = {
    "name": "Station",
    "model": "LIVIONKEY_1",
    "address": {"text": "Rautatientori 1, Helsinki"},
    "coordinates": {"latitude": 60.17, "longitude": 24.94},
}
SECRETS = {
    "automatInstall": "installationPin credentials",
    "automatInstallationPin": "installationPin",
    "automatCredentialsRotate": "credentials",
    "automatReplaceHardware": "installationPin credentials",
}


async def change(
    client: Client, mutation: str, role: Role = Role.ADMIN, /, **input: Any
) -> dict[str, Any]:
    """Send one of the mutations about automats and their credentials."""
    wanted = f"automat {{ {SHOWN} }} userErrors {{ code message path }} {SECRETS.get(mutation, '')}"
    type_ = f"A{mutation[1:]}Input"
    document = f"mutation($input: {type_}!) {{ {mutation}(input: $input) {{ {wanted} }} }}"
    answer: dict[str, Any] = (await client.ask(document, role, input=input))[mutation]
    return answer


async def install(client: Client, device_id: str = "000331", **given: Any) -> dict[str, Any]:
    """Install a small automat."""
    return await change(client, "automatInstall", **{**CABINET, "deviceId": device_id, **given})


def request_for(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None, name: str = "link"
) -> str:
    """Write a certificate request; the name in it is for nothing."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return made.sign(key or new_key(), SHA256()).public_bytes(Encoding.PEM).decode()


async def enrol(client: Client, pin: Any, **given: Any) -> httpx2.Response:
    """Ask for credentials as a cabinet does."""
    body = {
        "installationPin": pin,
        "deviceId": "000331",
        "hardwareId": "HW-1",
        "csr": request_for(),
        **given,
    }
    return await client.http.post(ENROL, json=body)


def read(credentials: str | None) -> Credentials:
    """Read credentials as they were shown."""
    assert credentials
    return Credentials.from_file(json.loads(credentials))


async def links(client: Client) -> list[AutomatLink]:
    """List the credentials of an organization, oldest first."""
    async with client.working() as work:
        return list(await work.all(work.own(AutomatLink).order_by(AutomatLink.id)))


async def kinds_of_events(client: Client) -> list[str]:
    """List what happened to the automats of an organization."""
    async with client.working() as work:
        rows = await work.rows(
            select(Event.kind)
            .where(Event.organization_id == client.organization_id, Event.subject_type == "Automat")
            .order_by(Event.id)
        )
    return [row.kind.name for row in rows]
