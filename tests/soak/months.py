"""Months in which 3 % of all automats fall silent each day: `./dev soak months`.

    python tests/soak/months.py [--postgresql URL] [--only postgresql|sqlite]
        [--months N] [--automats N] [--seed N]

By a clock of our own guests reserve, keys are brought, fetched and given back, and automats are
silent for some hours. Whoever should fetch a key from one that is silent for longer than the policy
tolerates is a guest without a place: an independent search then looks whether there was one.
"""

import argparse
import asyncio
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the same
from brute_force import measure  # the path comes first
from factories import (  # the same
    HOUR,
    NOON,
    make_automat,
    make_desk,
    make_entity,
    make_key,
    make_unit,
    push,
)
from lives import at, fetch, give_back  # the same
from plain_areas import Point  # the same

from models.automats import Automat, AutomatModel  # the same
from models.contracts import LIVE_STATES, KeyContract, LockerContract  # the same
from models.database import Database  # the same
from models.errors import LivionKeyError  # the same
from models.events import Event, EventKind  # the same
from models.keys import Key, KeyStatus  # the same
from models.migrating import migrate  # the same
from models.places import Coordinates  # the same
from resolvers import organizations  # the same
from resolvers.failover import watching  # the same
from resolvers.work import Work  # the same

keyed.use()

STEP, STEPS, A_DAY = 3 * HOUR, 240, 8
SHARE, EXTRA = 0.03, 900.0


class Undo(Exception):
    """Ends a month without a trace."""


class Month:
    """One month in one town."""

    def __init__(self, work: Work, seed: int) -> None:
        self.work, self.dice = work, random.Random(seed)
        self.unit_id: UUID | None = None
        self.desk: Any = None
        self.automats: list[Automat] = []
        self.silent: dict[UUID, int] = {}
        self.keys = 0
        self.homes: dict[UUID, Point] = {}
        self.out: dict[UUID, LockerContract] = {}
        self.counts: Counter[str] = Counter()
        self.differences: list[str] = []

    def _point(self) -> Point:
        dice = self.dice
        return 60.17 + dice.uniform(0, 0.036), 24.90 + dice.uniform(0, 0.108)

    async def pass_by(self, automats: int) -> None:
        """Let it pass."""
        self.unit_id = (await make_unit(self.work, failover_extra_metres=EXTRA)).id
        self.desk = await make_desk(self.work)
        for number in range(automats):
            model, place = AutomatModel.LIVIONKEY_1, Coordinates(*self._point())
            self.automats.append(await make_automat(self.work, f"{number}", place, model))
        for step in range(STEPS):
            await self._step(at(self.work, NOON + step * STEP), step)
        moved = self.work.own(Event).where(Event.kind == EventKind.LOCKER_CONTRACT_FAILED_OVER)
        self.counts["moved"] += len(await self.work.all(moved))

    async def _step(self, work: Work, step: int) -> None:
        for one in self.automats:
            if self.silent.get(one.id, 0) <= step:
                self.silent.pop(one.id, None)
                if self.dice.random() < SHARE / A_DAY:
                    self.silent[one.id] = step + self.dice.randint(2, 8)
                    self.counts["fell silent"] += 1
            if one.id not in self.silent:
                one.last_seen_at = work.now
        await work.save()
        for id in list(self.silent):
            await watching.look_after(work, id)
        await self._book(work)
        await self._guests(work)

    async def _book(self, work: Work) -> None:
        here, start = self._point(), work.now + self.dice.randint(8, 40) * STEP
        if self.dice.random() > len(self.automats) / 25:
            return
        home = await make_entity(work, Coordinates(*here), unit_id=self.unit_id)
        self.keys += 1
        await make_key(work, home, desk=self.desk, rfid_tag=f"{self.keys:08X}")
        try:
            stay, _ = await push(work, home, starts_at=start, days=self.dice.randint(1, 3))
        except LivionKeyError:
            self.counts["not booked"] += 1
            return
        self.homes[stay.id] = here
        self.counts["booked"] += 1

    async def _guests(self, work: Work) -> None:
        live = work.own(LockerContract).where(LockerContract.state.in_(LIVE_STATES))
        held = list(await work.all(live))
        for one in held:
            if one.key_contract_id in self.out:
                if one.ends_at is not None and one.ends_at <= work.now + STEP:
                    await self._come_back(work, one)
            elif one.starts_at == work.now:
                await self._come(work, one, held)

    async def _come(self, work: Work, one: LockerContract, held: list[LockerContract]) -> None:
        if not self._is_away(work, one.automat_id):
            if one.automat_id in self.silent:
                self.counts["came within the tolerance"] += 1
                return
            key = await work.get(Key, one.key_id)
            await give_back(work, one, at=work.now, tag=key.rfid_tag)
            await fetch(work, one, at=work.now + timedelta(minutes=5))
            assert key.status == KeyStatus.OUT
            self.out[one.key_contract_id] = one
            self.counts["fetched"] += 1
            return
        self.counts["without a place"] += 1
        contract = await work.get(KeyContract, one.key_contract_id)
        assert contract.reservation_id is not None
        if place := await self._place(work, one, self.homes[contract.reservation_id], held):
            self.differences.append(f"{work.now}: {contract.reference} could have had {place}")

    async def _come_back(self, work: Work, one: LockerContract) -> None:
        if one.automat_id in self.silent:
            return
        key = await work.get(Key, one.key_id)
        await give_back(work, one, at=work.now, tag=key.rfid_tag)
        assert key.automat_id == one.automat_id
        del self.out[one.key_contract_id]
        self.counts["returned"] += 1

    def _is_away(self, work: Work, automat_id: UUID) -> bool:
        automat = next(one for one in self.automats if one.id == automat_id)
        assert automat.last_seen_at is not None
        return work.now - automat.last_seen_at > HOUR

    async def _place(
        self, work: Work, one: LockerContract, here: Point, held: list[LockerContract]
    ) -> str | None:
        """Search for an automat that is there, near enough, and free all the time."""
        assert one.ends_at is not None
        points = {
            a.id: (a.position.latitude, a.position.longitude)
            for a in self.automats
            if a.position is not None
        }
        limit = (measure(here, points[one.automat_id]) or 0.0) + EXTRA
        lying = {key.automat_id for key in await work.all(work.own(Key))}
        for automat in self.automats:
            promised = [other for other in held if other.automat_id == automat.id]
            taken = any(
                (other.ends_at is None or one.starts_at < other.ends_at)
                and other.starts_at < one.ends_at
                for other in promised
            )
            far = measure(here, points[automat.id]) or 0.0
            if automat.id in lying or taken or automat.id in self.silent:
                continue
            if far <= limit:
                return automat.name
        return None


async def soak(url: str, options: argparse.Namespace) -> bool:
    """Let months pass on one database, and say what came of it."""
    database, begin = Database(url), time.monotonic()
    counts: Counter[str] = Counter()
    differences: list[str] = []
    try:
        await migrate(database)
        for number in range(options.months):
            with suppress(Undo):
                async with database.writing() as session:
                    work = Work(session, organizations.founder(), NOON)
                    await organizations.found(work, name="Kotikatu Isännöinti")
                    month = Month(work, options.seed + number)
                    await month.pass_by(options.automats)
                    counts += month.counts
                    differences += month.differences
                    raise Undo
    finally:
        await database.dispose()
    seconds = time.monotonic() - begin
    print(
        f"{url.partition(':')[0]}: {options.months} months, {len(differences)} differences, "
        f"{seconds:.0f} s: " + ", ".join(f"{name} {count}" for name, count in counts.items()),
        *differences[:5],
        sep="\n",
        flush=True,
    )
    return not differences


def main() -> int:
    """Read the options and let time pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="an empty database")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    parser.add_argument("--months", type=int, default=5)
    parser.add_argument("--automats", type=int, default=20)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    went_well = True
    if options.postgresql and options.only != "sqlite":
        went_well = asyncio.run(soak(options.postgresql, options))
    if options.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            went_well = asyncio.run(soak(f"sqlite:///{folder}/soak.db", options)) and went_well
    return not went_well


if __name__ == "__main__":
    sys.exit(main())
