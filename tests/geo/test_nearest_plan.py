"""The nearest search on SQLite begins with its index, also in a file that nobody has analyzed."""

from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from geo.nearest import _BOX
from models.database import Database
from models.migrating import migrate

BOX = dict.fromkeys(("x0", "x1", "y0", "y1", "z0", "z1", "axis"), 0.0)


async def test_the_r_tree_comes_before_the_automats(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    try:
        await migrate(database)
        async with database.reading() as connection:
            explained = text(f"explain query plan {_BOX.element.text}")
            told = {**BOX, "organization_id": uuid4().hex}
            plan = [row[3] for row in await connection.execute(explained, told)]
    finally:
        await database.dispose()

    assert "automat_places VIRTUAL TABLE INDEX" in plan[0]
    assert "SEARCH automats USING INDEX" in plan[1]
