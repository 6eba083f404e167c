"""GraphiQL, served by us alone: our page, our examples, and files that `./dev setup` brought."""

from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parents[1] / "static"
VENDOR = STATIC / "vendor"
LAST_FILE = VENDOR / "react-dom" / "umd" / "react-dom.production.min.js"
OUR_FILES = {
    "page.js": "text/javascript; charset=utf-8",
    "examples.graphql": "text/plain; charset=utf-8",
}

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)
NO_SNIFFING = {"x-content-type-options": "nosniff"}
PAGE_HEADERS = {
    **NO_SNIFFING,
    "cache-control": "no-cache",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
}


def page() -> Response:
    """Show GraphiQL, or which command brings its files when they are missing."""
    name = "graphiql.html" if LAST_FILE.exists() else "unprepared.html"
    return FileResponse(STATIC / name, headers=PAGE_HEADERS, media_type="text/html")


def examples() -> list[str]:
    """List the documents of the page's tabs."""
    parts = (STATIC / "examples.graphql").read_text().split(f"# {'-' * 80}\n")
    return [part.strip() for part in parts]


class PageFiles(StaticFiles):
    """What the page loads, and nothing else that lies there."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        is_vendor = path.startswith("vendor/")
        if path not in OUR_FILES and not is_vendor:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        response = await super().get_response(path, scope)
        lifetime = "public, max-age=3600" if is_vendor else "no-cache"
        response.headers.update({**NO_SNIFFING, "cache-control": lifetime})
        if path in OUR_FILES:
            response.headers["content-type"] = OUR_FILES[path]
        return response


def static_files() -> Mount:
    """Serve what the page loads."""
    return Mount("/static", PageFiles(directory=STATIC))
