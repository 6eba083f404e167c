"""A partner's client, written as the published samples describe (livionkey.md 5.3).

It shares no code with what it talks to: it hashes and signs by itself.
"""

import base64
import hashlib
import json
import subprocess
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

HOST = "http://test"


@cache
def private_key(name: str = "first") -> rsa.RSAPrivateKey:
    """Make a key once for each name; making one takes a while."""
    return rsa.generate_private_key(65_537, 2048)


def public_pem(key: Any) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return str(key.public_key().public_bytes(serialization.Encoding.PEM, form).decode())


@dataclass(frozen=True)
class Call:
    """A request as it goes over the line."""

    method: str
    url: str
    headers: dict[str, str]
    body: str = ""

    async def send(self, http: httpx2.AsyncClient) -> httpx2.Response:
        content = self.body.encode() if self.body else None
        return await http.request(self.method, self.url, headers=self.headers, content=content)

    def but(self, **changed: Any) -> "Call":
        return replace(self, **changed)

    def with_header(self, name: str, value: str) -> "Call":
        return replace(self, headers=self.headers | {name: value})


@dataclass(frozen=True)
class PartnersClient:
    """What an integrator has written."""

    account_id: str
    private_pem: str

    @classmethod
    def of(cls, account_id: str, key: Any) -> "PartnersClient":
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return cls(account_id, pem.decode())

    def call(self, method: str, url: str, body: str = "", *, seconds_off: float = 0.0) -> Call:
        """Sign a request."""
        timestamp = str(int((time.time() + seconds_off) * 1000))
        headers = {
            "x-service-account-id": self.account_id,
            "x-timestamp": timestamp,
            "x-signature": self.signature(method, url, body, timestamp),
            "content-type": "application/json",
        }
        return Call(method, url, headers, body)

    def ask(self, document: str, *, seconds_off: float = 0.0, **variables: Any) -> Call:
        """Sign a document that is posted."""
        body = json.dumps({"query": document, "variables": variables}, ensure_ascii=False)
        return self.call("POST", f"{HOST}/graphql", body, seconds_off=seconds_off)

    def text(self, method: str, url: str, body: str, timestamp: str) -> str:
        digest = hashlib.sha256((method + url + body).encode("utf-8")).hexdigest()
        return self.account_id + timestamp + digest

    def signature(self, method: str, url: str, body: str, timestamp: str) -> str:
        key: Any = serialization.load_pem_private_key(self.private_pem.encode(), None)
        text = self.text(method, url, body, timestamp).encode("utf-8")
        return base64.b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()

    def signature_by_openssl(self, text: str, folder: Path) -> str:
        """Sign with another implementation altogether."""
        file = folder / "private.pem"
        file.write_text(self.private_pem)
        made = subprocess.run(  # noqa: S603  # the same
            ["openssl", "dgst", "-sha256", "-sign", str(file)],  # noqa: S607  # the system's own
            input=text.encode(),
            capture_output=True,
            check=True,
        )
        return base64.b64encode(made.stdout).decode()
