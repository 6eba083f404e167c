"""The answers of many automats, which are kept together as they would be one by one."""

from commanding import claimed, events_of, make_linked
from factories import make_key

from models.automat_commands import AutomatCommand, CommandRefusal, CommandState
from models.automat_links import AutomatLink
from models.automats import Automat
from resolvers.automat_commands import asking
from resolvers.automat_commands.answering import Answered, answered_together
from resolvers.work import Work


async def link_of(work: Work, automat: Automat) -> AutomatLink:
    row = AutomatLink
    (link,) = await work.locking(work.own(row).where(row.automat_id == automat.id), row)
    return link


async def cleared(work: Work, automat: Automat) -> AutomatCommand:
    """Tell an automat to count its first locker as empty."""
    return await asking.clear_locker(work, automat_id=automat.id, locker_index=0)


async def test_answers_of_many_automats_are_kept_together(work: Work) -> None:
    automats = [await make_linked(work, f"Station {number}") for number in range(3)]
    commands = [await cleared(work, one) for one in automats]
    await claimed(work)
    links = [await link_of(work, one) for one in automats]
    refused = Answered(commands[2].id, done=False, at=work.now, refusal=CommandRefusal.BUSY)
    done = [Answered(one.id, done=True, at=work.now) for one in commands[:2]]

    alone = await answered_together(work, list(zip(links, [*done, refused], strict=True)))

    assert alone == set()
    states = [(one.state, one.refusal) for one in commands]
    assert states[:2] == [(CommandState.DONE, None)] * 2
    assert states[2] == (CommandState.REFUSED, CommandRefusal.BUSY)
    await work.connection()
    for command in commands:
        told = [
            event.facts["state"]
            for event in await events_of(work, command)
            if "state" in event.facts
        ]
        assert told == [command.state.value]


async def test_an_automat_cannot_answer_for_another_one_beside_it(work: Work) -> None:
    one, other = await make_linked(work, "One"), await make_linked(work, "Other")
    command = await cleared(work, one)
    await claimed(work)
    theirs, strangers = await link_of(work, one), await link_of(work, other)
    said = Answered(command.id, done=True, at=work.now)
    lie = Answered(command.id, done=False, at=work.now)

    await answered_together(work, [(theirs, said), (strangers, lie)])

    assert command.state is CommandState.DONE


async def test_a_key_that_was_in_a_cleared_locker_is_looked_after_alone(work: Work) -> None:
    full, empty = await make_linked(work, "Full"), await make_linked(work, "Empty")
    await make_key(work, automat=full)
    commands = [await cleared(work, full), await cleared(work, empty)]
    await claimed(work)
    links = [await link_of(work, full), await link_of(work, empty)]
    said = [Answered(one.id, done=True, at=work.now) for one in commands]

    alone = await answered_together(work, list(zip(links, said, strict=True)))

    assert alone == {commands[0].id}
    assert [one.state for one in commands] == [CommandState.SENT, CommandState.DONE]
