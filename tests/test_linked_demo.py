"""`./dev run` with everything: a broker, a link, simulated automats, and a person at the board."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from documents import UPSERT, written
from linked_demo import Demo, board_of, running_demo

AUTOMATS = """{ automats(first: 100) { edges { node { id deviceId online
  lockers { index key { id code entities(first: 1) { edges { node { id } } } } } } } } }"""
KEY = """query($id: ID!) { key(id: $id) { status
  custody(first: 50) { edges { node { kind source } } } } }"""


def automats(demo: Demo, token: str) -> list[dict[str, Any]]:
    """List the demo's automats."""
    return [edge["node"] for edge in demo.ask(AUTOMATS, token=token)["automats"]["edges"]]


def stay_at(automat: dict[str, Any], key: dict[str, Any]) -> dict[str, Any]:
    begins = datetime.now(UTC).replace(microsecond=0)
    return {
        "externalId": f"at-the-board-{key['code']}",
        "entityId": key["entities"]["edges"][0]["node"]["id"],
        "automatId": automat["id"],
        "keyIds": [key["id"]],
        "contacts": [{"name": "Aino Virtanen", "email": "aino@example.com"}],
        "startsAt": written(begins),
        "endsAt": written(begins + timedelta(days=1)),
    }


def locker_contract(demo: Demo, token: str, wanted: dict[str, Any]) -> dict[str, Any] | None:
    """Push a stay, again and again the same; gives its locker contract where it has one."""
    answer = demo.ask(UPSERT, token=token, input=wanted)["reservationUpsert"]
    if answer["reservation"] is None or answer["reservation"]["keyContract"] is None:
        return None
    return next(iter(answer["reservation"]["keyContract"]["lockerContracts"]), None)


def test_a_key_leaves_the_demo_by_the_board(tmp_path: Path) -> None:
    with running_demo(tmp_path) as demo:
        staff, partner = demo.token("staff"), demo.token("partner")
        demo.until((tmp_path / "board.json").is_file)
        with board_of(demo) as board:
            demo.until(lambda: board.shows("connected"))
            demo.until(lambda: all(one["online"] for one in automats(demo, staff)))
            shown = [one for one in automats(demo, staff) if board.shows(one["deviceId"])]
            ours = max(shown, key=lambda one: len(one["deviceId"]))  # not one whose id begins so
            wanted, key = pushed(demo, partner, ours)

            demo.until(lambda: state_of(demo, partner, wanted) == "READY")
            held = locker_contract(demo, partner, wanted)
            assert held is not None
            board.press(f"{held['pin']}#tc")

            demo.until(lambda: demo.ask(KEY, token=staff, id=key)["key"]["status"] == "OUT")
            chain = demo.ask(KEY, token=staff, id=key)["key"]["custody"]["edges"]
            assert chain[-1]["node"] == {"kind": "FETCHED", "source": "AUTOMAT"}
            assert held["pin"] not in demo.all_said()


def pushed(demo: Demo, token: str, automat: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Push a stay for a key of an automat that nobody has reserved yet; gives it, and the key."""
    for locker in automat["lockers"]:
        key = locker["key"]
        if key is None or not key["entities"]["edges"]:
            continue
        wanted = stay_at(automat, key)
        if locker_contract(demo, token, wanted) is not None:
            return wanted, key["id"]
    raise AssertionError(f"no key of this automat is free: {automat}")


def state_of(demo: Demo, token: str, wanted: dict[str, Any]) -> str:
    held = locker_contract(demo, token, wanted)
    return "" if held is None else str(held["state"])
