"""The web pages for people who sign and for contacts: our own files, served by us alone."""

import gzip
import hashlib
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

FOLDER = Path(__file__).parent / "static" / "pages"
PAGES = ("sign", "station", "contract")
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Nothing from elsewhere, nothing inline, and no text that becomes markup (Trusted Types)."""
HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "vary": "accept-encoding",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file as it is sent: whole, compressed, and the tag by which a browser knows it again."""

    body: bytes
    media_type: str
    compressed: bytes = field(init=False)
    tag: str = field(init=False)

    def __post_init__(self) -> None:
        """Compress it once, and name what is in it."""
        object.__setattr__(self, "compressed", gzip.compress(self.body, mtime=0))
        object.__setattr__(self, "tag", f'"{hashlib.sha256(self.body).hexdigest()[:32]}"')

    def answer(self, request: Request) -> Response:
        """Send it, or say that the browser has it already (RFC 9110, 13.1.2)."""
        headers = {**HEADERS, "etag": self.tag}
        if self.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.body, headers=headers, media_type=self.media_type)
        headers["content-encoding"] = "gzip"
        return Response(self.compressed, headers=headers, media_type=self.media_type)


@cache
def files() -> dict[str, PageFile]:
    """Read all files of the pages, once."""
    return {
        path.name: PageFile(path.read_bytes(), MEDIA_TYPES[path.suffix])
        for path in FOLDER.iterdir()
        if path.suffix in MEDIA_TYPES
    }


async def show_page(request: Request) -> Response:
    """Show a page. What it is about comes after the `#` of its link, which no server sees."""
    return files()[f"{request.url.path.rpartition('/')[2]}.html"].answer(request)


async def send_file(request: Request) -> Response:
    """Send what a page loads."""
    name = request.path_params["name"]
    if name.endswith(".html") or name not in files():
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return files()[name].answer(request)


def page_routes() -> list[BaseRoute]:
    """List the addresses of the pages and of what they load."""
    return [
        *(Route(f"/{page}", show_page) for page in PAGES),
        Route("/pages/{name}", send_file),
    ]
