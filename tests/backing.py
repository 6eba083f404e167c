"""Backup codes in tests: what an automat knows of a key, and using one."""

from models.automats import Automat
from models.codes import AutomatCode, BackupCode
from models.keys import Key
from resolvers import backup_codes
from resolvers.work import Work


async def known_of(work: Work, key: Key) -> list[AutomatCode]:
    """List the backup codes of a key that an automat knows, the oldest first."""
    row = AutomatCode
    known = work.own(row).join(BackupCode, BackupCode.id == row.backup_code_id)
    return list(await work.all(known.where(BackupCode.key_id == key.id).order_by(row.id)))


async def digits_of(work: Work, key: Key) -> list[str]:
    return [one.code for one in await known_of(work, key)]


async def all_of(work: Work, key: Key) -> list[BackupCode]:
    """List every code that a key ever had, the oldest first."""
    mine = work.own(BackupCode).where(BackupCode.key_id == key.id)
    return list(await work.all(mine.order_by(BackupCode.id)))


async def use(work: Work, key: Key) -> BackupCode:
    """Type the oldest code that the key's automat knows."""
    known = await known_of(work, key)
    (code,) = await work.locked(BackupCode, [known[0].id])
    await backup_codes.used(work, code, work.now)
    return code


async def revision(work: Work, automat: Automat) -> int:
    return (await work.get(Automat, automat.id)).code_revision
