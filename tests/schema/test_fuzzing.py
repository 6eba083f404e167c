"""Whatever is asked, nothing breaks and nothing secret is told; the soak asks much more."""

from functools import cache

from fuzzing import documents, fuzzing, operations, some

from models.database import Database

SEED = 20_261_126
EXAMPLES, EVERY = 5, 40


@cache
def made() -> list[str]:
    """Make the documents, the same ones in every run; that takes longer than to ask them."""
    found = operations()
    return [
        text for name in some(list(found), EVERY) for text in documents(found[name], EXAMPLES, SEED)
    ]


async def test_documents_that_nobody_would_write_break_nothing(database: Database) -> None:
    async with fuzzing(database, SEED) as fuzz:
        for document in made():
            await fuzz.send(document)

    assert fuzz.faults == []
    assert fuzz.codes.total() >= len(made())
