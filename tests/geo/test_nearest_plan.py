"""The nearest search begins with its index, also in a database that nobody has analyzed."""

from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from models.database import Database
from models.dialects.nearest_search import IN_BOX, NEAREST_ON_MAP, box_question, map_question
from models.migrating import migrate
from models.places import Coordinates

HERE = Coordinates(60.17, 24.94)


async def test_the_r_tree_comes_before_the_automats(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    try:
        await migrate(database)
        async with database.reading() as connection:
            explained = text(f"explain query plan {IN_BOX.element.text}")
            question = box_question(HERE, uuid4(), 1_000.0)
            question["organization_id"] = uuid4().hex
            plan = [row[3] for row in await connection.execute(explained, question)]
    finally:
        await database.dispose()

    assert "automat_places VIRTUAL TABLE INDEX" in plan[0]
    assert "SEARCH automats USING INDEX" in plan[1]


async def test_the_map_is_asked_by_distance_and_then_by_circle(database: Database) -> None:
    if database.is_sqlite:
        return
    async with database.administering() as connection:
        await connection.exec_driver_sql("set local enable_seqscan = off")
        explained = text(f"explain {NEAREST_ON_MAP.text}")
        plan = "\n".join(
            (await connection.execute(explained, map_question(HERE, [uuid4()], 16))).scalars()
        )

    assert plan.count("Index Scan using automats_nearest_index on automats") == 3
    assert plan.count("Order By: (automat_spot(") == 2
    assert plan.count("Index Cond: (automat_spot(") == 1
