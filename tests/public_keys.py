"""Public keys of nobody's, for tables of what can be asked; the private ones were thrown away."""

KEYS = (
    "MCowBQYDK2VwAyEAjZYSWVk84dnYJ4Z7zwNxpsyweVrxFJE4/mPQNOqbtBY=",
    "MCowBQYDK2VwAyEAq7el2wJ/uLFpc6c2eDHhhvHU8c0atb4clodthHBA/lU=",
    "MCowBQYDK2VwAyEA5PHQZNX8meBXqPQ/N5DcmAr8EEuM9aHwhOT7U5F6JnU=",
)


def pem(number: int) -> str:
    """Give a key of Ed25519 in PEM."""
    return f"-----BEGIN PUBLIC KEY-----\n{KEYS[number]}\n-----END PUBLIC KEY-----\n"


def written(number: int) -> str:
    """Give it as it stands in a document of GraphQL."""
    return pem(number).replace("\n", "\\n")
