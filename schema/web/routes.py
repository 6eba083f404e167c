"""What is served beside the API: pages, files, evidence, and what people do over links."""

from starlette.routing import BaseRoute

from models.database import Database
from resolvers.attachments.arriving import Limits
from resolvers.outside.ports import Outside
from resolvers.people.passwords import Passwords
from schema.view import MakeContext
from schema.web.contract_page_routes import contract_page_routes
from schema.web.enrolment_routes import enrolment_routes
from schema.web.evidence_routes import evidence_routes
from schema.web.file_routes import file_routes
from schema.web.identity_routes import identity_routes
from schema.web.invitation_routes import InvitationRoutes
from schema.web.oauth_routes import oauth_routes
from schema.web.open_id_routes import open_id_routes
from schema.web.pages import page_routes
from schema.web.passkey_routes import PasskeyRoutes
from schema.web.public_routes import public_routes
from schema.web.session_routes import SessionRoutes


def routes_beside(
    database: Database,
    outside: Outside,
    make_context: MakeContext,
    limits: Limits | None = None,
    passwords: Passwords | None = None,
) -> list[BaseRoute]:
    """List the routes.

    Args:
        database: The doors.
        outside: The ports to the rest of the world.
        make_context: Makes what use cases get, for those who come by a link.
        limits: What an upload may take.
        passwords: Hashes passwords; with as much work as is recommended when left out.
    """
    passwords = passwords or Passwords()
    sessions = SessionRoutes(database, outside, passwords)
    return [
        *page_routes(),
        *file_routes(database, outside, limits),
        *evidence_routes(database, outside),
        *identity_routes(database, outside),
        *oauth_routes(database, outside),
        *open_id_routes(database, outside),
        *public_routes(database, outside, make_context),
        *contract_page_routes(database, outside, make_context),
        *enrolment_routes(database, outside, make_context),
        *InvitationRoutes(database, outside, passwords).routes(),
        *sessions.routes(),
        *PasskeyRoutes(database, outside, sessions).routes(),
    ]
