"""All ports together, as requests and workers get them."""

from dataclasses import dataclass

from resolvers.outside.files import Files
from resolvers.outside.identity import IdentityProvider
from resolvers.outside.scanning import Scanner
from resolvers.outside.seals import Seals
from resolvers.outside.secret import Secret


@dataclass(frozen=True, slots=True)
class Outside:
    """The world outside the database.

    Args:
        files: Where bytes lie.
        secret: Signs links.
        seal: Seals documents; opened when it is needed first.
        public_url: How people reach this server, without a slash at the end.
        identity: Knows who people are; None where nobody is asked.
        scanner: Looks for viruses in files; None when there is none.
        staff: Knows who the staff are; None where they sign in here alone.
        broker: How automats reach the broker, mqtts://host:port; None where there is none.
    """

    files: Files
    secret: Secret
    seal: Seals
    public_url: str
    identity: IdentityProvider | None = None
    scanner: Scanner | None = None
    broker: str | None = None
    staff: IdentityProvider | None = None
