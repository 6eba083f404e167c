"""What follows when an automat says which revision of its codes it knows (item 2, G25)."""

from models.automat_links import AutomatLink
from resolvers.work import Work


async def codes_applied(
    work: Work, link: AutomatLink, revision: int | None, *, number: int | None = None
) -> None:
    """Believe an automat which revision of its codes it knows.

    Args:
        work: The transaction.
        link: The credentials by which it said so, locked. Those that were taken back, or have not
            been heard of yet, say nothing.
        revision: Which one it knows; None for none at all.
        number: The number of the report that says so; for a state the number of the last report
            that it names. What is older than what was said before is old news and passed over.
            None for what is newest whatever was said before.
    """
    raise NotImplementedError
