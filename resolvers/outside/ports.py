"""All ports together, as requests and workers get them."""

from dataclasses import dataclass

from resolvers.outside.files import Files
from resolvers.outside.secret import Secret


@dataclass(frozen=True, slots=True)
class Outside:
    """The world outside the database.

    Args:
        files: Where bytes lie.
        secret: Signs links.
        public_url: How people reach this server, without a slash at the end.
    """

    files: Files
    secret: Secret
    public_url: str
