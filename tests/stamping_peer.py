"""A time-stamping service on this machine: real HTTP, real stamps, of somebody else's authority.

Its stamps are made by pyHanko's own `DummyTimeStamper`, with an RSA key, so that ours are checked
against another implementation. It can also hang, refuse, or answer nonsense.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import uvicorn
from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

HANGS_SECONDS = 5.0
"""Longer than any test waits."""
REFUSAL = bytes.fromhex("30053003020102")
"""A `TimeStampResp` with the status 2, rejection, and no stamp."""
Issued = tuple[x509.Certificate, rsa.RSAPrivateKey]


def issued(name: str, issuer: Issued | None = None) -> Issued:
    """Make a root, or a certificate under one that may stamp times."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        made = made.add_extension(purpose, critical=True)
    return made.sign(issuer[1] if issuer else key, SHA256()), key


def as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


class Peer:
    """The service: what it does, and how often it was asked."""

    def __init__(self, address: str) -> None:
        root = issued("Somebody's root")
        certificate, key = issued("Somebody's time stamps", root)
        store = SimpleCertificateStore()
        store.register_multiple([as_asn1(root[0]), as_asn1(certificate)])
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self.root = root[0].public_bytes(Encoding.DER)
        self.address = address
        self.asked = 0
        self.hangs = False
        self.refuses = False
        self._stamper = DummyTimeStamper(
            as_asn1(certificate), keys.PrivateKeyInfo.load(private), certs_to_embed=store
        )

    async def respond(self, request: Request) -> Response:
        self.asked += 1
        asked = tsp.TimeStampReq.load(await request.body())
        if self.hangs:
            await asyncio.sleep(HANGS_SECONDS)
        stamp = self._stamper.request_tsa_response(asked).dump()
        answer = REFUSAL if self.refuses else stamp
        return Response(answer, media_type="application/timestamp-reply")


@contextmanager
def stamping_peer() -> Iterator[Peer]:
    """Serve on a free port until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        peer = Peer(f"http://127.0.0.1:{listening.getsockname()[1]}/stamp")
        app = Starlette(routes=[Route("/stamp", peer.respond, methods=["POST"])])
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield peer
        peer.hangs = False
        server.should_exit = True
        thread.join()
