"""The web pages for people who sign, contacts and staff: our own files, served by us alone."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Self

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

FOLDER = Path(__file__).parents[1] / "static" / "pages"
PAGES = ("sign", "station", "contract", "sign-in", "accept-invitation")
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
ASKED_AGAIN = "no-cache"
KEPT = "public, max-age=31536000, immutable"
HEADERS = {
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
    compressed: bytes
    tag: str

    @classmethod
    def of(cls, body: bytes, suffix: str) -> Self:
        """Compress it once, and name what is in it."""
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        return cls(body, MEDIA_TYPES[suffix], gzip.compress(body, mtime=0), tag)

    def answer(self, request: Request, lifetime: str) -> Response:
        """Send it, or say that the browser has it already (RFC 9110, 13.1.2)."""
        headers = {**HEADERS, "cache-control": lifetime, "etag": self.tag}
        if self.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.body, headers=headers, media_type=self.media_type)
        headers["content-encoding"] = "gzip"
        return Response(self.compressed, headers=headers, media_type=self.media_type)


@dataclass(frozen=True, slots=True)
class PageFiles:
    """All files of the pages.

    Args:
        edition: Names all that is in them; the pages load their files under it, so that browsers
            may keep those for good and still never mix two editions.
        files: The files by their names.
    """

    edition: str
    files: dict[str, PageFile]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read them, and let the pages name the edition."""
        bodies = {
            path.name: path.read_bytes()
            for path in sorted(folder.iterdir())
            if path.suffix in MEDIA_TYPES
        }
        edition = hashlib.sha256(b"".join(bodies.values())).hexdigest()[:16]
        here = f'"pages/{edition}/'.encode()
        files = {}
        for name, body in bodies.items():
            suffix = Path(name).suffix
            sent = body.replace(b'"pages/', here) if suffix == ".html" else body
            files[name] = PageFile.of(sent, suffix)
        return cls(edition, files)


@cache
def page_files() -> PageFiles:
    """Give the files, which are read once."""
    return PageFiles.read(FOLDER)


async def show_page(request: Request) -> Response:
    """Show a page. What it is about comes after the `#` of its link, which no server sees."""
    name = request.url.path.rpartition("/")[2]
    return page_files().files[f"{name}.html"].answer(request, ASKED_AGAIN)


async def send_file(request: Request) -> Response:
    """Send what a page loads; to a page of another edition, for this once."""
    pages, name = page_files(), request.path_params["name"]
    if name.endswith(".html") or name not in pages.files:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    is_ours = request.path_params["edition"] == pages.edition
    return pages.files[name].answer(request, KEPT if is_ours else ASKED_AGAIN)


def page_routes() -> list[BaseRoute]:
    """List the addresses of the pages and of what they load."""
    return [
        *(Route(f"/{page}", show_page) for page in PAGES),
        Route("/pages/{edition}/{name}", send_file),
    ]
