"""The routes of files, beside the API: sent and fetched by links, streamed in both directions."""

from starlette.routing import BaseRoute, Route

from models.database import Database
from resolvers.attachments.arriving import Limits
from resolvers.outside.ports import Outside
from schema.web.downloads import Downloads
from schema.web.uploads import Uploads


def file_routes(
    database: Database, outside: Outside, limits: Limits | None = None
) -> list[BaseRoute]:
    """Make the routes for files."""
    uploads = Uploads(database, outside, limits or Limits())
    downloads = Downloads(database, outside)
    return [
        Route("/files/upload", uploads.answer, methods=["PUT"]),
        Route("/files/{id}", downloads.answer, methods=["GET"]),
    ]
