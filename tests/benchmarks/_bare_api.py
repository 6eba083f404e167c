"""A bare Starlette and psycopg handler: runs recorded statements and writes their rows as JSON.

python tests/benchmarks/_bare_api.py DATABASE_URL RECORDED_FILE PORT
"""

import asyncio
import pickle
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

CONNECTIONS = 10


def bare_app(database_url: str, recorded: dict[str, list[tuple[str, Any]]]) -> Starlette:
    """Make an application that answers POST /NAME with the rows of that name's statements."""
    free: asyncio.Queue[psycopg.AsyncConnection[Any]] = asyncio.Queue()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        for _ in range(CONNECTIONS):
            free.put_nowait(
                await psycopg.AsyncConnection.connect(
                    database_url, autocommit=True, options="-c TimeZone=UTC -c jit=off"
                )
            )
        yield
        while not free.empty():
            await free.get_nowait().close()

    async def answer(request: Request) -> Response:
        orjson.loads(await request.body())
        connection = await free.get()
        try:
            rows = []
            for statement, values in recorded[request.path_params["name"]]:
                cursor = await connection.execute(statement.encode(), values)
                rows.append(await cursor.fetchall())
        finally:
            free.put_nowait(connection)
        return Response(orjson.dumps(rows, default=str), media_type="application/json")

    return Starlette(routes=[Route("/{name}", answer, methods=["POST"])], lifespan=lifespan)


if __name__ == "__main__":
    url, file, port = sys.argv[1:]
    statements = pickle.loads(Path(file).read_bytes())  # we wrote it a moment ago
    uvicorn.run(bare_app(url, statements), port=int(port), log_level="error")
