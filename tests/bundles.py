"""Bundles of evidence for tests: made of a contract, checked, and packed anew by forgers."""

import io
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

from evidencing import folder_of, livionkey_root, sealed_contract
from factories import NOON
from sealed_documents import trusting
from talking import Client

from models.attachments import Attachment, AttachmentState
from models.contracts import KeyContract
from resolvers.attachments import storing
from resolvers.evidence.checking import check_bundle
from resolvers.evidence.exporting import export
from resolvers.evidence.packing import member
from resolvers.outside.findings import Finding

HEADER = 30
"""Bytes before the name of a member."""


@dataclass
class Bundle:
    """A bundle of evidence, and how to check it."""

    content: bytes
    folder: Path
    root: Path
    client: Client
    contract: KeyContract

    @property
    def names(self) -> list[str]:
        with ZipFile(io.BytesIO(self.content)) as archive:
            return archive.namelist()

    def read(self, name: str) -> bytes:
        with ZipFile(io.BytesIO(self.content)) as archive:
            return archive.read(name)

    def place_of(self, name: str) -> range:
        """Tell where in the file the bytes of a member are."""
        with ZipFile(io.BytesIO(self.content)) as archive:
            info = archive.getinfo(name)
        begin = info.header_offset + HEADER + len(info.filename)
        return range(begin, begin + info.file_size)

    def record(self, name: str) -> Any:
        return json.loads(self.read(name))

    def check(self, content: bytes | None = None, *, trusted: bool = True) -> list[Finding]:
        """Check it, or what somebody has made of it."""
        file = self.folder / "evidence.zip"
        file.write_bytes(self.content if content is None else content)
        return check_bundle(file, trusting(self.root).roots if trusted else [])

    def packed_with(self, **changed: bytes | None) -> bytes:
        """Pack it anew as we do, with other members: what a careful forger would do."""
        target = io.BytesIO()
        with ZipFile(io.BytesIO(self.content)) as archive, ZipFile(target, "w") as again:
            for name in archive.namelist():
                content = changed.get(name, archive.read(name))
                if content is not None:
                    with member(again, name, len(content)) as opened:
                        opened.write(content)
            for name in changed.keys() - set(archive.namelist()):
                with member(again, name, len(changed[name] or b"")) as opened:
                    opened.write(changed[name] or b"")
        return target.getvalue()


async def bundle_of(client: Client, contract_id: UUID, now: datetime = NOON) -> bytes:
    target = io.BytesIO()
    await export(client.database, client.outside, contract_id, target, now)
    return target.getvalue()


def broken(findings: list[Finding]) -> set[str]:
    return {one.what for one in findings if not one.is_good}


async def contract_with_a_plan(client: Client) -> KeyContract:
    """Make a contract that is signed and sealed, with an attachment of an odd name."""
    contract = await sealed_contract(client)
    files, owner = client.outside.files, client.organization_id
    stored = await storing.put(files, owner, b"a plan of the house", "text/plain")
    async with client.working() as work:
        file = await storing.keep(work, stored)
        await work.add(
            Attachment(
                organization_id=owner,
                key_contract_id=contract.id,
                name="../../etc/plan of the hoüse.txt",
                state=AttachmentState.STORED,
                file_id=file.id,
                created_at=work.now,
                stored_at=work.now,
            )
        )
    return contract


async def bundle_for(client: Client, contract: KeyContract) -> Bundle:
    """Make the bundle of a contract."""
    content = await bundle_of(client, contract.id)
    return Bundle(content, folder_of(client), livionkey_root(client), client, contract)
