"""What a newcomer sees after `./dev run`: where to go, with which token, and what to paste."""

from geo.index.embedded import EmbeddedGeocoder
from models.database import Database
from schema.context import clock
from schema.demo.access import load_demo
from schema.settings import Settings

WELCOME = """
LivionKey is at     http://{host}:{port}
GraphiQL is at      http://{host}:{port}/graphql#token={staff}

For its header pane, where you open it without the token:
  {{"Authorization": "Bearer {staff}"}}

A partner's token:  {partner}

A query to paste:

{query}"""

NO_DEMO = """
LivionKey is at     http://{host}:{port}
GraphiQL is at      http://{host}:{port}/graphql

The database has data of your own, so no demo was loaded. A token for it:
  livionkey token create --organization ID --role admin
"""


async def welcome(database: Database, settings: Settings) -> str:
    """Load the demo into an empty database, and write what a newcomer needs."""
    access = await load_demo(database, EmbeddedGeocoder(database), clock())
    if access is None:
        return NO_DEMO.format(host=settings.host, port=settings.port)
    return WELCOME.format(
        host=settings.host,
        port=settings.port,
        staff=access.staff_token,
        partner=access.partner_token,
        query=access.query,
    )
