"""Checking a bundle of evidence with nothing but the bundle: no server, no database, no network.

Loaded only when something is checked, see `resolvers.outside.on_demand`.
"""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from asn1crypto import pem, x509

from models.base import Json
from models.errors import InvalidInput
from resolvers.evidence.containers import is_as_packed
from resolvers.evidence.packing import FORMAT, MANIFEST, SIGNATURE
from resolvers.evidence.records import check_records
from resolvers.outside.findings import Finding
from resolvers.outside.verifying import Trusted, check_detached, check_document

PIECE = 1 << 20
DAMAGED = (BadZipFile, ValueError, LookupError, TypeError, EOFError, OSError, RuntimeError)


def check_bundle(file: Path, roots: Sequence[bytes]) -> list[Finding]:
    """Check all that a bundle says.

    Args:
        file: The bundle.
        roots: Certificates to trust, DER; those in the bundle itself when there are none.

    Raises:
        InvalidInput: The file cannot be read.
    """
    findings: list[Finding] = []
    try:
        with file.open("rb") as opened, ZipFile(opened) as archive:
            findings += _container(opened, archive, file.name)
            if all(one.is_good for one in findings):
                findings.extend(Bundle(archive, roots).findings())
    except FileNotFoundError as error:
        raise InvalidInput(f"There is no file {file}.") from error
    except DAMAGED as error:
        words = f"is damaged, or no bundle of evidence ({type(error).__name__})"
        findings.append(Finding(file.name, is_good=False, words=words))
    return findings


def certificates_in(content: bytes) -> list[bytes]:
    """Read certificates, PEM or DER.

    Raises:
        ValueError: There are none.
    """
    parts = pem.unarmor(content, multiple=True) if pem.detect(content) else [("", {}, content)]
    found = [one for kind, _, one in parts if kind in {"CERTIFICATE", ""}]
    for one in found or [b""]:
        x509.Certificate.load(one, strict=True)
    return found


def _container(opened: IO[bytes], archive: ZipFile, name: str) -> list[Finding]:
    damaged = archive.testzip() if _is_plain(archive) else None
    if damaged is not None:
        return [Finding(damaged, is_good=False, words="was changed")]
    is_good = is_as_packed(opened, archive)
    words = "is packed as it was made" if is_good else "was packed by somebody else, or changed"
    return [Finding(name, is_good=is_good, words=words)]


def _is_plain(archive: ZipFile) -> bool:
    return all(info.compress_type == ZIP_STORED for info in archive.infolist())


class Bundle:
    """A bundle that is being checked.

    Args:
        archive: Its file, packed as it should be.
        roots: Certificates to trust; those in the bundle when there are none.
    """

    def __init__(self, archive: ZipFile, roots: Sequence[bytes]) -> None:
        self._archive = archive
        self._names = archive.namelist()
        self._manifest = json.loads(self._read(MANIFEST))
        self._digests: dict[str, str] = {}
        self._own_roots = not roots
        self._trusted = Trusted(
            roots=list(roots) or self._certificates("root"),
            revoked=self._certificates("revoked"),
        )

    def findings(self) -> Iterator[Finding]:
        """Check one thing after the other."""
        yield self._about_trust()
        yield self._signature()
        yield from self._files()
        yield from self._documents()
        records = {
            name: json.loads(self._read(name))
            for name in self._names
            if name.endswith(".json") and name != MANIFEST and not name.startswith("attachments/")
        }
        yield from check_records(records, self._digests, self._read)

    def _about_trust(self) -> Finding:
        prints = ", ".join(sha256(root).hexdigest() for root in self._trusted.roots)
        whose = (
            "those in the bundle, so it is not known whose they are; give --trust to know"
            if self._own_roots
            else "those that were given"
        )
        words = f"trusted are {whose}: SHA-256 {prints}"
        return Finding("certificates", is_good=bool(self._trusted.roots), words=words)

    def _signature(self) -> Finding:
        found = check_detached(self._read(MANIFEST), self._read(SIGNATURE), self._trusted)
        is_ours = self._manifest["format"] == FORMAT
        words = found.words if is_ours else f"is of another kind than {FORMAT}"
        return Finding(MANIFEST, is_good=found.is_good and is_ours, words=words)

    def _files(self) -> Iterator[Finding]:
        """Check that every file is as the manifest says, and that there is no other one."""
        listed: dict[str, Json] = {one["path"]: one for one in self._manifest["files"]}
        for path, one in listed.items():
            if path not in self._names:
                yield Finding(path, is_good=False, words="is not in the bundle")
                continue
            digest, size = self._digest(path)
            self._digests[path] = digest
            is_good = (digest, size) == (one["sha256"], one["bytes"])
            yield Finding(path, is_good=is_good, words="is whole" if is_good else "was changed")
        for path in self._manifest["missing"]:
            words = "was not in the store any more when the bundle was made"
            yield Finding(path, is_good=False, words=words)
        for path in self._names:
            if path not in listed and path not in {MANIFEST, SIGNATURE}:
                yield Finding(path, is_good=False, words="does not belong to the bundle")

    def _documents(self) -> Iterator[Finding]:
        for path in self._names:
            if path.startswith("documents/"):
                for found in check_document(self._read(path), self._trusted):
                    yield Finding(path, is_good=found.is_good, words=f"{found.what} {found.words}")

    def _certificates(self, kind: str) -> list[bytes]:
        found = [name for name in self._names if name.startswith(f"certificates/{kind}-")]
        return [self._read(name) for name in found]

    def _digest(self, path: str) -> tuple[str, int]:
        digest, size = sha256(), 0
        with self._archive.open(path) as opened:
            while piece := opened.read(PIECE):
                digest.update(piece)
                size += len(piece)
        return digest.hexdigest(), size

    def _read(self, path: str) -> bytes:
        return self._archive.read(path)
