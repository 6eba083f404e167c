"""What documents are sealed with: a signer, and what is known of the certificates above it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, cast

from asn1crypto import crl, keys, pem, x509
from pyhanko.sign.signers import Signer, SimpleSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from models.errors import InvalidInput
from resolvers.outside.authority import SEAL, STAMPER, Authority
from resolvers.outside.on_demand import loaded
from resolvers.outside.seals import Chosen
from resolvers.outside.stamping import LocalStamper, ServiceStamper, topmost


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one document is sealed with.

    Args:
        signer: Certificate, chain and key.
        stamper: Who stamps the time.
        roots: The ends of their chains.
        revoked: Lists of what was revoked, where they are at hand.
        is_local: Whether all of it is of the local authority, so that nothing has to be fetched.
    """

    signer: Signer
    stamper: TimeStamper
    roots: Sequence[x509.Certificate]
    revoked: Sequence[crl.CertificateList]
    is_local: bool

    def context(self) -> ValidationContext:
        """Say whom to trust while evidence for later is collected (RFC 5280)."""
        return ValidationContext(
            trust_roots=list(self.roots),
            other_certs=[*self.signer.cert_registry, *self.stamper.cert_registry],
            crls=list(self.revoked),
            allow_fetching=True,  # the local authority names no address, so nothing is fetched
            revocation_mode="require" if self.is_local else "soft-fail",
        )


class Source(Protocol):
    """Gives credentials for as long as one document takes."""

    def __call__(self) -> AbstractAsyncContextManager[Credentials]:
        """Give them."""


class Keyring:
    """Finds the credentials that were chosen.

    Args:
        chosen: Which ones.

    Raises:
        InvalidInput: They cannot be opened.
    """

    def __init__(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self._authority = Authority(chosen.folder, chosen.clock)
        self._hardware = _hardware() if chosen.pkcs11_module else None
        self._pkcs12 = opened_pkcs12(chosen) if chosen.pkcs12 else None
        self._service: ServiceStamper | None = None
        self._stampers: dict[bytes, LocalStamper] = {}

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Credentials]:
        """Give the credentials for one document.

        Raises:
            TimestampRequestError: The time-stamping service does not answer in time.
        """
        async with self._signer() as signer:
            service = self._service_stamper()
            try:
                roots = topmost([signer.signing_cert, *signer.cert_registry])
                roots += await service.roots() if service else [self._root()]
                yield Credentials(
                    signer,
                    service or self._local_stamper(),
                    roots,
                    [crl.CertificateList.load(self._authority.revoked())],
                    isinstance(signer, _Local) and service is None,
                )
            except Exception:
                self._service = None  # next time it is asked anew who it is
                raise

    def _service_stamper(self) -> ServiceStamper | None:
        """Give the service that stamps, if one is chosen; what is known of it is kept."""
        url, seconds = self._chosen.timestamp_url, self._chosen.timestamp_timeout_seconds
        if url and self._service is None:
            self._service = ServiceStamper(url, timeout=seconds)
        return self._service

    @asynccontextmanager
    async def _signer(self) -> AsyncIterator[Signer]:
        if self._hardware:
            async with self._hardware.hardware_signer(self._chosen) as signer:
                yield cast("Signer", signer)
            return
        yield self._pkcs12 or self._of_authority(SEAL)

    def _local_stamper(self) -> LocalStamper:
        """Give our own stamper; what it knows of itself is kept while its certificate is."""
        certificate, _ = self._authority.leaf(STAMPER)
        stamper = self._stampers.get(certificate)
        if stamper is None:
            stamper = LocalStamper(self._of_authority(STAMPER), self._chosen.clock)
            self._stampers = {certificate: stamper}
        return stamper

    def _of_authority(self, name: str) -> "_Local":
        certificate, key = self._authority.leaf(name)
        chain = SimpleCertificateStore()
        chain.register(self._root())
        return _Local(
            signing_cert=x509.Certificate.load(certificate),
            signing_key=keys.PrivateKeyInfo.load(key),
            cert_registry=chain,
        )

    def _root(self) -> x509.Certificate:
        return x509.Certificate.load(pem.unarmor(self._authority.root())[2])


class _Local(SimpleSigner):
    """Signs with a certificate of the local authority."""


def _hardware() -> Any:
    """Load what speaks to hardware modules.

    Raises:
        InvalidInput: Its package is not installed.
    """
    try:
        return loaded("resolvers.outside.hardware")
    except ImportError as error:
        raise InvalidInput(
            "LIVIONKEY_SEAL_PKCS11_MODULE: the package python-pkcs11 is not installed; run: "
            "pip install python-pkcs11"
        ) from error


def opened_pkcs12(chosen: Chosen) -> SimpleSigner:
    """Open the file with the certificate, its chain and its key.

    Raises:
        InvalidInput: It cannot be read, or the password is not right.
    """
    password = chosen.pkcs12_password
    try:
        content = chosen.pkcs12.read_bytes() if chosen.pkcs12 else b""
        signer: SimpleSigner = SimpleSigner.load_pkcs12_data(
            content, other_certs=[], passphrase=password.encode() if password else None
        )
    except OSError as error:
        raise InvalidInput(f"LIVIONKEY_SEAL_PKCS12: {error.strerror}.") from error
    except ValueError as error:
        raise InvalidInput(
            "LIVIONKEY_SEAL_PKCS12: it cannot be opened; is LIVIONKEY_SEAL_PKCS12_PASSWORD right?"
        ) from error
    return signer
