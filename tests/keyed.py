"""The keys for secrets at rest that all tests have, in this process and in those they start."""

import os

from models.sealer import Sealer, SealerKeys, use_sealer
from resolvers.outside.encryption_keys import SaidKeys

KEYS = {
    "encryption_keys": "what only tests encrypt by and nobody else does",
    "mark_key": "what only tests make their marks by and nobody else",
}
"""As settings."""
SEALER = Sealer(SaidKeys(SealerKeys([KEYS["encryption_keys"].encode()], KEYS["mark_key"].encode())))


def use() -> None:
    """Give them to each database of this process, and to what it starts."""
    use_sealer(SEALER)
    os.environ.update({f"LIVIONKEY_{name.upper()}": value for name, value in KEYS.items()})
