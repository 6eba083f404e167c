"""Documents for tests: rendered, sealed, signed, and read by two programs that are not ours."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from agreement_contents import content_of
from asn1crypto import pem
from PIL import Image, ImageDraw

from resolvers.outside import rendering
from resolvers.outside.findings import Finding
from resolvers.outside.rendering import Stamp
from resolvers.outside.seals import Seals
from resolvers.outside.verifying import Trusted, check_document

PYHANKO = Path(sys.executable).with_name("pyhanko")
MADE_AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
FIELD = "Handover"


def drawing() -> bytes:
    """Draw a signature of two strokes."""
    image = Image.new("RGB", (600, 200), "white")
    ImageDraw.Draw(image).line([(10, 100), (300, 30), (590, 170)], fill=(0, 0, 100), width=4)
    target = BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def document(*agreements: dict[str, Any], **contract: Any) -> bytes:
    return rendering.agreement(content_of(*agreements, **contract), at=MADE_AT)


async def offer_by(seals: Seals) -> bytes:
    seal = await seals.opened()
    return await seal.offer(document(), organization="Kotikatu Isännöinti", field=FIELD)


async def signed_by(
    seals: Seals, offer: bytes, *, name: str = "Aino Virtanen", picture: bytes | None = None
) -> bytes:
    digest = sha256(offer).hexdigest()
    stamp = Stamp("fi", name, MADE_AT, "2001:db8::1", digest, picture)
    return await (await seals.opened()).sign(offer, stamp, field=FIELD)


def root_of(folder: Path) -> Path:
    """Give the file with the root of a local authority; its key is in it too, so only that."""
    whole = (folder / "seal" / "root.pem").read_bytes()
    root = folder / "root.pem"
    root.write_bytes(whole[: whole.index(b"-----BEGIN PRIVATE")])
    return root


def trusting(root: Path) -> Trusted:
    return Trusted([pem.unarmor(root.read_bytes())[2]])


async def checked(content: bytes, *roots: bytes) -> list[Finding]:
    """Check a document, from a test that has an event loop."""
    return await asyncio.to_thread(check_document, content, Trusted(roots))


def pyhanko_says(content: bytes, folder: Path, root: Path) -> str:
    """Validate a document by pyHanko's own command line."""
    file = folder / "asked.pdf"
    file.write_bytes(content)
    options = ["--no-revocation-check", "--trust-replace", "--trust", str(root), "--pretty-print"]
    return answer([str(PYHANKO), "sign", "validate", *options, str(file)], folder)


def pdfsig_says(content: bytes, folder: Path) -> str:
    """Validate a document by poppler's command line; it wants a home, for its certificates."""
    file = folder / "asked.pdf"
    file.write_bytes(content)
    return answer(["pdfsig", "-no-ocsp", str(file)], folder)


def answer(command: list[str], home: Path) -> str:
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C"}
    done = subprocess.run(  # noqa: S603 - our own words
        command, capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    return done.stdout + done.stderr


def with_a_byte_changed(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 1
    return bytes(changed)
