"""Which seal documents get, and when it is opened.

pyHanko takes most of a second to load, and most commands never seal anything. So nothing but this
module loads what needs it, by name and when it is first asked for: `sealing`, and with a hardware
module `hardware`, whose package (python-pkcs11) is only there where somebody installed it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from models.errors import InvalidInput

if TYPE_CHECKING:  # whoever needs one opens it here
    from resolvers.outside.sealing import Seal


@dataclass(frozen=True, slots=True)
class Chosen:
    """What seals documents, and what stamps the time on them.

    Args:
        folder: Where the local authority is, see `authority`; it seals when nothing else is given.
        clock: Tells the time.
        pkcs12: A file with a certificate, its chain and its key (RFC 7292).
        pkcs12_password: Opens that file.
        pkcs11_module: The library of a hardware module that holds certificate and key.
        pkcs11_token: The label of the token in it.
        pkcs11_certificate: The label of the certificate.
        pkcs11_pin: Opens the token.
        timestamp_url: A time-stamping service (RFC 3161); the local authority stamps when empty.
        timestamp_timeout_seconds: How long to wait for it.
    """

    folder: Path
    clock: Callable[[], datetime]
    pkcs12: Path | None = None
    pkcs12_password: str | None = None
    pkcs11_module: Path | None = None
    pkcs11_token: str = ""
    pkcs11_certificate: str = ""
    pkcs11_pin: str | None = None
    timestamp_url: str = ""
    timestamp_timeout_seconds: float = 10.0


class Seals:
    """The seal of this installation, opened when it is needed first.

    Args:
        chosen: Which one.
    """

    def __init__(self, chosen: Chosen) -> None:
        self.chosen = chosen
        self._seal: Seal | None = None
        self._lock = Lock()

    async def opened(self) -> "Seal":
        """Give the seal.

        Raises:
            InvalidInput: A setting about it makes no sense.
        """
        if self._seal is not None:
            return self._seal
        return await asyncio.to_thread(self._open)

    def _open(self) -> "Seal":
        with self._lock:
            seal: Seal = self._seal or loaded("resolvers.outside.sealing").open_seal(self.chosen)
            self._seal = seal
            return seal


def loaded(module: str) -> Any:
    """Load a module that is only needed now.

    Raises:
        InvalidInput: It needs a package that is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise InvalidInput(
            "LIVIONKEY_SEAL_PKCS11_MODULE: the package python-pkcs11 is not installed; run: "
            "pip install python-pkcs11"
        ) from error
