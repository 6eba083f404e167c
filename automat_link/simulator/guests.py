"""Guests: people who come to an automat with a PIN, take a key, and bring it back some day."""

from dataclasses import dataclass, field

from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.lockers import Key
from models.automat_reports import CodeKind
from models.codes import CodeUse
from models.doors import Known

WRONG_CODE = "0000"


@dataclass(slots=True)
class InHand:
    """A key that a guest has.

    Args:
        key: The key.
        digits: By which PIN it was taken.
    """

    key: Key
    digits: str = field(repr=False)


class Guests:
    """The guests of one automat. They know the PINs that it knows, as if they had been told.

    Args:
        cabinet: The automat.
    """

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet
        self._came: set[str] = set()
        self.in_hand: list[InHand] = []

    def next_to_fetch(self) -> Known | None:
        """Find the PIN of a guest who has not come yet and whose key is there; None for nobody."""
        return next((one for one in self._pins() if self.may_fetch(one)), None)

    def fetch(self, code: Known) -> bool:
        """Come with a PIN and take the key.

        Returns:
            Whether the door opened.
        """
        self._came.add(code.id)
        if not self._opens(code):
            return False
        key = self._cabinet.take_key(code.locker_index)
        self.in_hand.append(InHand(key, code.code))
        self._cabinet.close_door(code.locker_index)
        return True

    def next_to_bring_back(self) -> tuple[Known, InHand] | None:
        """Find a guest who has a key and a PIN with which it can go back; None for nobody."""
        return next(
            (
                (code, held)
                for held in self.in_hand
                for code in self._pins()
                if self._is_for(code, held)
            ),
            None,
        )

    def held_for(self, code: Known) -> InHand | None:
        """Find a guest who has a key that can go back with this PIN; None for nobody."""
        return next((held for held in self.in_hand if self._is_for(code, held)), None)

    def bring_back(self, code: Known, held: InHand) -> bool:
        """Come with a PIN and put the key in.

        Returns:
            Whether the door opened.
        """
        if not self._opens(code):
            return False
        self._cabinet.put_key(code.locker_index, held.key.tag)
        self.in_hand.remove(held)
        self._cabinet.close_door(code.locker_index)
        return True

    def mistype(self) -> None:
        """Type a code that nobody has."""
        self._cabinet.press(f"{WRONG_CODE}#")

    def _pins(self) -> list[Known]:
        now = self._cabinet.clock.now()
        return [one for one in self._cabinet.codes.open_at(now) if one.kind is CodeKind.PIN]

    def may_fetch(self, code: Known) -> bool:
        """Tell whether the guest with this PIN has not come yet, and their key is there."""
        locker = self._cabinet.doors.find(code.locker_index)
        there = locker is not None and locker.has_key and not locker.door_open
        return there and code.use is not CodeUse.RETURN and code.id not in self._came

    def _is_for(self, code: Known, held: InHand) -> bool:
        """Tell whether a guest with this key may have been given this PIN.

        A long stay has another PIN for its return than for its fetch; whose it is an automat does
        not know, so it is anybody's.
        """
        locker = self._cabinet.doors.find(code.locker_index)
        is_free = locker is not None and locker.key is None and not locker.door_open
        is_theirs = code.code == held.digits and code.use is not CodeUse.FETCH
        return is_free and (is_theirs or code.use is CodeUse.RETURN)

    def _opens(self, code: Known) -> bool:
        self._cabinet.press(f"{code.code}#")
        return self._cabinet.lockers[code.locker_index].door_open
