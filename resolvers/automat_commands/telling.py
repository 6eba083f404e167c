"""What the trail says of commands. It is about the automat, so that its own trail tells of them."""

from typing import Any

from models.automat_commands import AutomatCommand
from models.automats import Automat
from models.events import EventKind
from resolvers.work import About, Work


def tell(
    work: Work,
    kind: EventKind,
    command: AutomatCommand,
    *,
    notice: str | None = None,
    **facts: Any,
) -> None:
    """Write down what happened to a command.

    Args:
        work: The transaction.
        kind: What.
        command: To which command.
        notice: A sentence for people who have to know of it.
        facts: What else there is to say.
    """
    about = About(Automat, command.automat_id)
    said = {"locker_id": command.locker_id, "key_id": command.key_id, **facts}
    name = command.kind.value
    work.record(kind, about, notice=notice, command_id=command.id, command=name, **said)
