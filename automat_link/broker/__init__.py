"""The configuration of the broker, as files: `mosquitto.conf` and `acl`, and what fills them in."""

from dataclasses import dataclass
from pathlib import Path

TEMPLATES = Path(__file__).parent
PORT, LINK_PORT = 8883, 8884
CONNECTIONS = 10_000


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the broker listens, and what it may use.

    Args:
        port: For automats.
        address: On which of this machine's addresses; `0.0.0.0` for all of IPv4.
        link_port: For the link.
        link_address: The same for the link; the machine itself alone unless the link is elsewhere.
        connections: How many automats may be connected at once.
        user: Who the broker goes on as when it was started as root.
    """

    port: int = PORT
    address: str = "0.0.0.0"  # noqa: S104 - automats come from everywhere, with certificates
    link_port: int = LINK_PORT
    link_address: str = "127.0.0.1"
    connections: int = CONNECTIONS
    user: str = "mosquitto"


def files(folder: Path, listening: Listening) -> dict[str, str]:
    """Fill in the files of the configuration, by their names.

    Args:
        folder: Where they and the certificates will be.
        listening: Where it listens.
    """
    template = (TEMPLATES / "mosquitto.conf").read_text(encoding="utf-8")
    filled = template.format(
        folder=folder,
        port=listening.port,
        address=listening.address,
        link_port=listening.link_port,
        link_address=listening.link_address,
        connections=listening.connections,
        user=listening.user,
    )
    acl = (TEMPLATES / "acl").read_text(encoding="utf-8")
    return {"mosquitto.conf": filled, "acl": acl}
