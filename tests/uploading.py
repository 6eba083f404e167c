"""Attachments as a client makes them: announced, sent and looked at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
from starlette.applications import Starlette
from talking import Client

from resolvers.attachments.arriving import Limits
from resolvers.outside.scanning import Scanner
from schema.web.file_routes import file_routes

FIELDS = "id name state reason mediaType sizeBytes sha256 storedAt removeAt removedAt downloadUrl"
REQUEST = f"""mutation($input: AttachmentRequestInput!) {{ attachmentRequest(input: $input) {{
  attachment {{ {FIELDS} }} uploadUrl uploadSecret userErrors {{ code message path }}
}} }}"""
REMOVE = f"""mutation($input: AttachmentRemoveInput!) {{ attachmentRemove(input: $input) {{
  attachment {{ {FIELDS} }} userErrors {{ code message }}
}} }}"""
FIND = f"query($id: ID!) {{ node(id: $id) {{ ... on Attachment {{ {FIELDS} }} }} }}"


async def unit_id(client: Client) -> str:
    """Give the id of the organization itself."""
    data = await client.ask("{ organizationUnits(first: 1) { edges { node { id } } } }")
    id: str = data["organizationUnits"]["edges"][0]["node"]["id"]
    return id


async def announced(client: Client, name: str = "Plan.pdf", **thing: str) -> dict[str, Any]:
    """Announce a file, on the organization itself when nothing else is named."""
    things = thing or {"organizationUnitId": await unit_id(client)}
    data = await client.ask(REQUEST, input={"name": name, **things})
    payload: dict[str, Any] = data["attachmentRequest"]
    assert payload["userErrors"] == []
    return payload


async def sent(
    client: Client, secret: str, content: bytes | AsyncIterator[bytes], **headers: str
) -> httpx2.Response:
    """Send bytes over an upload link."""
    told = {"authorization": f"Bearer {secret}", **headers}
    return await client.http.put("/files/upload", content=content, headers=told)


async def attached(
    client: Client, content: bytes, name: str = "Plan.pdf", **thing: str
) -> tuple[str, httpx2.Response]:
    """Announce a file and send its bytes; gives the attachment's id and the answer."""
    payload = await announced(client, name, **thing)
    answer = await sent(client, payload["uploadSecret"], content)
    return payload["attachment"]["id"], answer


async def looked_at(client: Client, id: str) -> dict[str, Any]:
    """Look an attachment up."""
    found: dict[str, Any] = (await client.ask(FIND, id=id))["node"]
    return found


async def in_store(client: Client) -> list[str]:
    """List the paths of all bytes in the store."""
    return [one.path async for some in client.outside.files.listed() for one in some]


@asynccontextmanager
async def with_limits(
    client: Client, limits: Limits | None = None, scanner: Scanner | None = None
) -> AsyncIterator[Client]:
    """Give the same organization behind file routes with other limits, or with a scanner."""
    outside = replace(client.outside, scanner=scanner)
    app = Starlette(routes=file_routes(client.database, outside, limits))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        yield replace(client, http=http)
