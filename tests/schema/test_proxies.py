"""Behind a proxy: whose word is believed on where somebody asks from. Real servers, real HTTP."""

from pathlib import Path

import httpx2
import pytest
from commands import CommandLine
from serving import Server, serving

from schema.web.public_routes import WRONG_CODES_A_MINUTE


async def asked_by(server: Server, client: str) -> int:
    """Type a wrong code, as somebody whose address a proxy on this machine tells."""
    address = f"http://127.0.0.1:{server.port}/public/station/pair"
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
        headers = {"x-forwarded-for": client}
        answer = await http.post(address, json={"code": "WRONG"}, headers=headers)
    return answer.status_code


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({}, 404),
        ({"trusted_proxies": "192.0.2.0/24, 127.0.0.1"}, 404),
        ({"trusted_proxies": "192.0.2.0/24"}, 429),
        ({"trusted_proxies": ""}, 429),
    ],
    ids=["by itself", "when it is named", "not when another one is", "not when none is"],
)
async def test_a_proxy_is_believed_about_the_address_of_a_client(
    settings: dict[str, str], status: int, tmp_path: Path
) -> None:
    commands = CommandLine(tmp_path, settings)
    commands.done("migrate")

    with serving(commands) as server:
        for _ in range(WRONG_CODES_A_MINUTE):
            assert await asked_by(server, "198.51.100.1") == 404
        assert await asked_by(server, "198.51.100.1") == 429

        assert await asked_by(server, "198.51.100.2") == status
