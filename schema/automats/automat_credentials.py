"""What is shown once of an automat: its installation PIN, and its credentials as a file."""

import orjson

from resolvers.automat_links.credentials import Credentials

INSTALLATION_PIN = (
    "Ten digits by which the cabinet fetches credentials of its own, at POST "
    "/public/automat/enrol; it works once, within 24 hours, and is shown once. Null when the "
    "answer is given again."
)
CREDENTIALS = (
    "The credentials of the cabinet, as the text of a JSON file: its certificate and private key, "
    "the authority and the address of the broker, and the key of its codes. A cabinet that makes a "
    "key of its own does not need them, and gets its own by the installation PIN. They are shown "
    "once: null when the answer is given again, and where this installation has no broker."
)


def as_text(credentials: Credentials | None) -> str | None:
    """Write credentials as the text of their file."""
    if credentials is None:
        return None
    return orjson.dumps(credentials.as_file(), option=orjson.OPT_INDENT_2).decode()
