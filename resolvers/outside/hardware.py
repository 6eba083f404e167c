"""A seal whose key never leaves a hardware module (PKCS#11); loaded only where one is set."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pyhanko.config.pkcs11 import PKCS11PinEntryMode, PKCS11SignatureConfig, TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11SigningContext
from pyhanko.sign.signers import Signer

from resolvers.outside.seals import Chosen


@asynccontextmanager
async def hardware_signer(chosen: Chosen) -> AsyncIterator[Signer]:
    """Open a session of the token for as long as one document takes."""
    config = PKCS11SignatureConfig(
        module_path=str(chosen.pkcs11_module),
        token_criteria=TokenCriteria(label=chosen.pkcs11_token),
        cert_label=chosen.pkcs11_certificate,
        user_pin=chosen.pkcs11_pin,
        prompt_pin=PKCS11PinEntryMode.SKIP,
        other_certs_to_pull=None,
    )
    async with PKCS11SigningContext(config) as signer:
        yield signer
