"""The parts of the board: a cabinet's lockers, its keypad, and what is known about it."""

from datetime import timedelta
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container, Grid
from textual.message import Message
from textual.widgets import Button, Static

from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.credentials import MOST_LOCKERS
from automat_link.simulator.firmware import Firmware
from automat_link.simulator.history import History
from automat_link.simulator.lockers import SimulatedLocker
from automat_link.simulator.words import displayed, told

KEYS = "123456789*0#"
KEY_INSIDE = "o━┳"


class LockerView(Static):
    """One locker: its number, whether a key is in it, and its door."""

    DEFAULT_CSS = """
    LockerView {
        height: 3; content-align: center middle;
        border: round $surface-lighten-3; border-title-color: $text-muted;
        &.open { border: dashed $success; background: $success 15%; }
        &.broken { border: round $error; }
        &.chosen { border: heavy $accent; border-title-color: $accent; text-style: bold; }
        &.chosen.open { border: heavy $success; }
    }
    """

    class Chosen(Message):
        """Somebody wants to do something with a locker."""

        def __init__(self, index: int) -> None:
            self.index = index
            super().__init__()

    def __init__(self, index: int) -> None:
        super().__init__(id=f"locker-{index}", markup=False)
        self.index = index
        self.border_title = str(index)

    def tell(self, locker: SimulatedLocker, *, chosen: bool) -> None:
        """Show a locker as it is now."""
        self.set_class(locker.door_open, "open")
        self.set_class(locker.is_broken, "broken")
        self.set_class(chosen, "chosen")
        self.border_subtitle = "open" if locker.door_open else ""
        self.update(KEY_INSIDE if locker.key else "")

    def on_click(self) -> None:
        """Choose it."""
        self.post_message(self.Chosen(self.index))


class Lockers(Grid):
    """All lockers of a cabinet."""

    DEFAULT_CSS = "Lockers { grid-size: 5; grid-rows: 3; height: auto; width: 1fr; }"

    def __init__(self) -> None:
        self._views = [LockerView(index) for index in range(MOST_LOCKERS)]
        super().__init__(*self._views)

    def tell(self, cabinet: Cabinet, chosen: int) -> None:
        """Show a cabinet as it is now."""
        for view in self._views:
            view.display = view.index < len(cabinet.lockers)
        for view, locker in zip(self._views, cabinet.lockers, strict=False):
            view.tell(locker, chosen=locker.index == chosen)


class KeypadView(Container):
    """A display and twelve keys."""

    DEFAULT_CSS = """
    KeypadView { width: 29; height: auto; padding: 0 1; }
    KeypadView #display {
        height: 4; border: tall $primary; content-align: center middle; text-align: center;
    }
    KeypadView Grid { grid-size: 3; grid-rows: 3; height: auto; }
    KeypadView Button { width: 100%; min-width: 5; }
    """

    class Pressed(Message):
        """Somebody pressed a key."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    NAMES: ClassVar = {"*": "star", "#": "end"}

    def __init__(self) -> None:
        super().__init__()
        self._display = Static(id="display", markup=False)

    def compose(self) -> ComposeResult:
        """Put it together."""
        yield self._display
        with Grid():
            for key in KEYS:
                button = Button(key, id=f"key-{self.NAMES.get(key, key)}", name=key)
                button.can_focus = False
                yield button

    def tell(self, cabinet: Cabinet) -> None:
        """Show what the display of a cabinet says."""
        panel = cabinet.panel
        words = displayed(panel.shown, typed=panel.typed, now=cabinet.clock.now())
        self._display.update(words)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Press a key."""
        event.stop()
        self.post_message(self.Pressed(event.button.name or ""))


class Reported(Static):
    """The last reports, the newest at the bottom; a tick when the server has one."""

    DEFAULT_CSS = """
    Reported { height: 1fr; min-height: 4; padding: 0 1; border-top: solid $surface-lighten-3; }
    """

    def tell(self, history: History) -> None:
        """Show what a cabinet has reported."""
        latest = list(history.reports)[-max(self.content_size.height, 1) :]
        lines = [
            Text.assemble(
                ("✓ ", "green") if history.is_heard(report) else ("… ", "yellow"),
                (f"{report.number:>4} {report.at:%H:%M:%S} ", "dim"),
                told(report),
            )
            for report in latest
        ]
        self.update(Text("\n").join(lines))


def described(automat: Firmware) -> Text:
    """Say in a line how an automat is."""
    cabinet, clock = automat.cabinet, automat.cabinet.clock
    waiting = cabinet.log.last_number + 1 - cabinet.log.oldest_number
    parts: list[str | tuple[str, str | Style]] = [
        link_of(automat),
        f"{clock.now():%d %b %H:%M:%S}{skewed(clock.ahead)}",
        f"{counted(len(cabinet.codes.known), 'code')}, revision {cabinet.codes.revision or 'none'}",
        f"{counted(waiting, 'report')} not heard" if waiting else "all reports heard",
    ]
    if cabinet.alarms.on:
        parts.append((f"! {counted(len(cabinet.alarms.on), 'alarm')}", "bold red"))
    return Text("   ").join(Text.assemble(part) for part in parts)


def skewed(ahead: timedelta) -> str:
    """Say how far a clock is wrong; nothing where that is next to nothing."""
    seconds = timedelta(seconds=round(abs(ahead).total_seconds()))
    if seconds <= timedelta(seconds=1):
        return ""
    return f" ({seconds} {'ahead' if ahead > timedelta() else 'behind'})"


def counted(count: int, what: str) -> str:
    """Say how many there are of something."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def link_of(automat: Firmware) -> tuple[str, str]:
    """Say whether an automat is connected, and in which colour."""
    if not automat.is_running:
        return "● without power", "red"
    if automat.network.is_cut:
        return "● network cut", "red"
    return ("● connected", "green") if automat.connected.is_set() else ("● connecting", "yellow")
