"""Any number of automats in one process."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.clock import Clock
from automat_link.simulator.credentials import Identity
from automat_link.simulator.firmware import Firmware
from automat_link.simulator.flash import FileFlash, Flash, MemoryFlash
from automat_link.simulator.lockers import TAG
from automat_link.simulator.network import NONE, Faults, Network

Contents = Mapping[int, str | None]
"""The keys in the lockers of one automat: their tags by the index; None for one without a tag."""
EMPTY: Contents = {}


class Fleet:
    """Automats that run for as long as its block lasts.

    Args:
        automats: By the names that people call them.
    """

    def __init__(self, automats: Mapping[str, Firmware]) -> None:
        self._automats = dict(automats)

    def __getitem__(self, name: str) -> Firmware:
        """Give one of them."""
        return self._automats[name]

    def __iter__(self) -> Iterator[str]:
        """Go through their names."""
        return iter(self._automats)

    def __len__(self) -> int:
        """Count them."""
        return len(self._automats)

    @property
    def automats(self) -> list[Firmware]:
        """All of them."""
        return list(self._automats.values())

    async def __aenter__(self) -> Self:
        """Switch them on."""
        self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let each say goodbye, and switch them off."""
        await asyncio.gather(*(one.stop() for one in self.automats))

    def start(self) -> None:
        """Switch on those that are off."""
        for one in self.automats:
            if not one.is_running:
                one.start()

    async def cut_power(self) -> None:
        """Switch all off, without a word."""
        await asyncio.gather(*(one.cut_power() for one in self.automats))

    async def all_connected(self) -> None:
        """Wait until all are connected."""
        await asyncio.gather(*(one.connected.wait() for one in self.automats))


def build(
    identity: Identity,
    *,
    folder: Path | None = None,
    contents: Contents = EMPTY,
    faults: Faults = NONE,
    clock: Clock | None = None,
) -> Firmware:
    """Build one automat. A tag that no reader could read is left out of `contents`.

    Args:
        identity: Who it is.
        folder: Where its flash is kept as a file; in memory when left out.
        contents: The keys that lie in it, when it has never run before.
        faults: What goes wrong with its network.
        clock: Its clock; a right one when left out.

    Raises:
        ValueError: Its credentials are damaged.
    """
    flash = _flash(identity, folder)
    is_new = flash.read() is None
    link_id = identity.credentials.link_id
    cabinet = Cabinet(identity.lockers, clock or Clock(), hardware_id=f"simulated-{link_id}")
    automat = Firmware(identity.credentials, cabinet, flash=flash, network=Network(faults))
    for index, tag in contents.items() if is_new else ():
        cabinet.fill(index, tag if tag and TAG.fullmatch(tag) else None)
    return automat


def fleet_of(identities: list[Identity], *, folder: Path | None = None) -> Fleet:
    """Build automats that begin empty, by their device ids, else by the ids of their links."""
    return Fleet({name_of(one): build(one, folder=folder) for one in identities})


def name_of(identity: Identity) -> str:
    """Say what people call an automat."""
    return identity.device_id or str(identity.credentials.link_id)


def _flash(identity: Identity, folder: Path | None) -> Flash:
    if folder is None:
        return MemoryFlash()
    credentials = identity.credentials
    return FileFlash(folder / f"{credentials.link_id}.flash", credentials.codes_key)
