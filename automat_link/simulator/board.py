"""A board in the terminal: stand in front of an automat, type a PIN, and see the key leave.

Loaded only when somebody opens it (`resolvers.outside.on_demand`): Textual takes a moment.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Key as KeyPress
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.faults import FAULTS
from automat_link.simulator.firmware import Firmware
from automat_link.simulator.fleet import Fleet
from automat_link.simulator.history import History
from automat_link.simulator.lockers import Impossible, Key
from automat_link.simulator.views import (
    KEYS,
    KeypadView,
    Lockers,
    LockerView,
    Reported,
    described,
    link_of,
)

REFRESH_SECONDS = 0.2
IN_A_ROW = 5
KEYPAD = {"asterisk": "*", "number_sign": "#", "enter": "#"}
"""Keys of the keyboard that stand for keys of the keypad."""


class Board(App[None]):
    """Automats that somebody can stand in front of, one at a time, with keys in their hand.

    Args:
        fleet: The automats; they are switched on and off elsewhere.
    """

    TITLE = "LivionKey"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #automats { width: 22; height: 100%; border: none; }
    #above { height: auto; max-height: 80%; }
    #state { height: 1; padding: 0 1; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "take", "take"),
        Binding("p", "put", "put"),
        Binding("c", "close", "close"),
        Binding("k", "new_key", "desk key"),
        Binding("f", "force", "force"),
        Binding("b", "break_lock", "break lock"),
        Binding("n", "network", "network"),
        Binding("o", "power", "power"),
        Binding("e", "fault('error')", "error"),
        Binding("m", "fault('move')", "move"),
        Binding("w", "fault('wifi')", "Wi-Fi"),
        Binding("u", "fault('plug')", "unplug"),
        Binding("l", "fault('battery')", "low battery"),
        Binding("left_square_bracket", "skew(-1)", "clock -1 h", key_display="["),
        Binding("right_square_bracket", "skew(1)", "clock +1 h", key_display="]"),
        Binding("tab", "next(1)", "next", priority=True),
        Binding("shift+tab", "next(-1)", "automat before", show=False, priority=True),
        Binding("up", f"choose({-IN_A_ROW})", show=False),
        Binding("down", f"choose({IN_A_ROW})", show=False),
        Binding("left", "choose(-1)", show=False),
        Binding("right", "choose(1)", show=False),
        Binding("q", "quit", "quit"),
        Binding("ctrl+c", "quit", show=False, priority=True),
    ]

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self._automats = fleet.automats
        self._names = list(fleet)
        self._histories = [History(one.cabinet) for one in self._automats]
        self._at = 0
        self._open: set[int] = set()
        self._list = OptionList(*map(Option, self._names), id="automats", markup=False)
        self._list.can_focus = False
        self._lockers, self._keypad, self._reported = Lockers(), KeypadView(), Reported()
        self._state = Static(id="state")
        self.chosen = 0
        """The locker that the person looks at."""
        self.hand: list[Key] = []
        """The keys that the person holds, the last one taken at the end."""

    @property
    def automat(self) -> Firmware:
        """The automat before which the person stands."""
        return self._automats[self._at]

    @property
    def cabinet(self) -> Cabinet:
        """Its cabinet."""
        return self.automat.cabinet

    def compose(self) -> ComposeResult:
        """Put the board together."""
        yield Horizontal(self._list, self._lockers, self._keypad, id="above")
        yield self._state
        yield self._reported
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Look at the automats again and again: they also do things by themselves."""
        self.set_interval(REFRESH_SECONDS, self.look)
        self.look()

    def look(self) -> None:
        """Show everything as it is now."""
        is_open = {one.index for one in self.cabinet.lockers if one.door_open}
        if opened := is_open - self._open:
            self.chosen = min(opened)
        self._open = is_open
        self._lockers.tell(self.cabinet, self.chosen)
        self._keypad.tell(self.cabinet)
        self._reported.tell(self._histories[self._at])
        self._state.update(described(self.automat).append(self._holding(), "bold"))
        self._tell_list()

    def _holding(self) -> str:
        tags = ", ".join(key.tag or "without a tag" for key in self.hand)
        return f"   in your hand: {tags}" if tags else ""

    def _tell_list(self) -> None:
        self._list.highlighted = self._at
        for at, (name, automat) in enumerate(zip(self._names, self._automats, strict=True)):
            prompt = Text.assemble(("● ", link_of(automat)[1]), name)
            if self._list.get_option_at_index(at).prompt != prompt:
                self._list.replace_option_prompt_at_index(at, prompt)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go to an automat that was clicked."""
        self._go(event.option_index)

    def on_locker_view_chosen(self, event: LockerView.Chosen) -> None:
        """Look at a locker that was clicked."""
        self.chosen = event.index
        self.look()

    def on_keypad_view_pressed(self, event: KeypadView.Pressed) -> None:
        """Press a key of the keypad."""
        self._try(lambda: self.cabinet.press(event.key))

    def on_key(self, event: KeyPress) -> None:
        """Press a key of the keypad by one on the keyboard."""
        key = KEYPAD.get(event.key, event.key)
        if key in KEYS:
            self._try(lambda: self.cabinet.press(key))

    def action_take(self) -> None:
        """Take the key out of the locker."""
        self._try(lambda: self.hand.append(self.cabinet.take_key(self.chosen)))

    def action_put(self) -> None:
        """Put the key that was taken last into the locker."""
        self._try(self._put)

    def action_close(self) -> None:
        """Shut the door."""
        self._try(lambda: self.cabinet.close_door(self.chosen))

    def action_force(self) -> None:
        """Break the door open."""
        self._try(lambda: self.cabinet.force_door(self.chosen))

    def action_break_lock(self) -> None:
        """Let the lock not move any more, or mend it."""
        broken = not self.cabinet.lockers[self.chosen].is_broken
        self._try(lambda: self.cabinet.break_lock(self.chosen, broken=broken))

    def action_fault(self, name: str) -> None:
        """Let something go wrong with the automat, or be well again."""
        self._try(lambda: FAULTS[name].turn(self.cabinet))

    def action_new_key(self) -> None:
        """Take a key from a desk, to bring it to an automat."""
        self._try(lambda: self.hand.append(Key()))

    def action_network(self) -> None:
        """Cut the network of the automat, or mend it."""
        network = self.automat.network
        self._try(network.mend if network.is_cut else network.cut)

    async def action_power(self) -> None:
        """Pull the plug of the automat, or put it in."""
        if self.automat.is_running:
            await self.automat.cut_power()
        else:
            self.automat.start()
        self.look()

    def action_skew(self, hours: int) -> None:
        """Put the clock of the automat back or ahead; the server puts it right when it is heard."""
        self._try(lambda: self.cabinet.clock.move(timedelta(hours=hours)))

    def action_choose(self, steps: int) -> None:
        """Look at another locker."""
        self.chosen = (self.chosen + steps) % len(self.cabinet.lockers)
        self.look()

    def action_next(self, steps: int) -> None:
        """Go to another automat."""
        self._go((self._at + steps) % len(self._automats))

    def _go(self, at: int) -> None:
        self._at, self.chosen = at, 0
        self._open = {one.index for one in self.cabinet.lockers if one.door_open}
        self.look()

    def _put(self) -> None:
        if not self.hand:
            raise Impossible("There is no key in your hand.")
        self.cabinet.put_key(self.chosen, self.hand[-1].tag)
        self.hand.pop()

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Impossible as error:
            self.notify(str(error), severity="warning")
        self.look()
