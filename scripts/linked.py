"""The broker, the link and simulated automats beside the demo's API.

The demo is there without them: where Mosquitto is neither installed nor can be, and when anything
of it does not start. Everything runs as whoever started the demo, and ends with it.
"""

import getpass
import json
import os
import socket
import sys
import time
import urllib.request
from pathlib import Path
from subprocess import Popen

import system_packages
from environment import program
from processes import Together
from project import PYTHON, ROOT, STATE, VENV, say
from system_packages import MOSQUITTO

HOST = "127.0.0.1"
PORTS = (8883, 8884)
PATIENCE_SECONDS = 120
FOLDER = STATE / "broker"
BOARD = STATE / "board.json"
"""The settings of the demo that was started last, for its board."""
LINK, AUTOMATS = "LIVIONKEY_MQTT_URL", "LIVIONKEY_MQTT_PUBLIC_URL"
Settings = dict[str, str]


def settings() -> Settings:
    """Say how the demo's API, link and automats find the broker; nothing where there is none."""
    if setting(LINK):
        return {}  # somebody has a broker of their own, and runs what belongs to it
    if not MOSQUITTO.is_there() and not system_packages.can_install():
        say(f"No link to automats without Mosquitto. {system_packages.by_hand([MOSQUITTO])}")
        return {}
    automats, link = free_ports()
    return {
        AUTOMATS: f"mqtts://{HOST}:{automats}",
        LINK: f"mqtts://{HOST}:{link}",
        "LIVIONKEY_BROKER_FOLDER": str(FOLDER),
    }


def start(together: Together, given: Settings, api: "Popen[bytes]") -> None:
    """Start all of it once the API is there; whatever fails leaves the API alone."""
    try:
        system_packages.install([MOSQUITTO])
        if is_ready(api):
            run(together, given)
    except (OSError, SystemExit) as failure:
        if isinstance(failure, SystemExit) and isinstance(failure.code, int):
            raise  # we were told to end
        say(f"{failure} The demo goes on without its link to automats.")


def run(together: Together, given: Settings) -> None:
    """Write the broker's files and start it, then the link and the automats."""
    told = os.environ | given
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    making = together.start(
        *livionkey("broker", str(FOLDER), "--host", HOST, "--address", HOST),
        *("--port", port_of(given[AUTOMATS]), "--link-port", port_of(given[LINK])),
        *("--user", getpass.getuser()),
        environment=told,
        log=STATE / "broker.log",
    )
    if making.wait():
        raise OSError(f"The broker has no files: see {STATE / 'broker.log'}.")
    configuration = FOLDER / "mosquitto.conf"
    broker = together.start(
        str(program("mosquitto")), "-c", configuration, environment=told, log=STATE / "broker.log"
    )
    if not listens(broker, int(port_of(given[LINK]))):
        raise OSError(f"The broker did not start: see {STATE / 'broker.log'}.")
    together.start(*livionkey("link"), environment=told, log=STATE / "link.log")
    log = STATE / "simulate.log"
    simulate = livionkey("simulate", "--demo", "--leave-out", "1")
    if not has_begun(together.start(*simulate, environment=told, log=log), log):
        raise OSError(f"The simulated automats did not start: see {log}.")
    BOARD.write_text(json.dumps(given))
    say("Simulated automats come to the broker. Stand in front of one, in another terminal:")
    say("./dev board")


def board(arguments: list[str]) -> int:
    """Become the board of the automat that the demo has left out."""
    if not BOARD.is_file():
        sys.exit("The board belongs to a running demo with a broker: ./dev run")
    command = [*map(str, livionkey("simulate", "--demo", "--board", *arguments))]
    os.execve(PYTHON, command, os.environ | json.loads(BOARD.read_text()))  # noqa: S606 - ours


def livionkey(*words: str) -> list[str | Path]:
    """Name a command of ours."""
    return [PYTHON, VENV / "bin" / "livionkey", *words]


def setting(name: str, default: str = "") -> str:
    """Read a setting as the API does: from the environment, or from `.env`."""
    file = ROOT / ".env"
    written = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    kept = dict(line.split("=", 1) for line in written if "=" in line)
    return os.environ.get(name, kept.get(name, default).strip("\"' "))


def is_ready(api: "Popen[bytes]") -> bool:
    """Wait until the API serves its demo; tell whether it does."""
    url = f"http://{HOST}:{setting('LIVIONKEY_PORT', '8000')}/ready"
    patient_until = time.monotonic() + PATIENCE_SECONDS
    while api.poll() is None and time.monotonic() < patient_until:
        try:
            with urllib.request.urlopen(url, timeout=5):  # http, as written above
                return True
        except OSError:
            time.sleep(0.5)
    return False


def free_ports() -> tuple[int, int]:
    """Give the usual ports of the broker, or free ones where somebody has those."""
    try:
        with socket.create_server((HOST, PORTS[0])), socket.create_server((HOST, PORTS[1])):
            return PORTS
    except OSError:
        with socket.create_server((HOST, 0)) as one, socket.create_server((HOST, 0)) as two:
            return one.getsockname()[1], two.getsockname()[1]


def listens(broker: "Popen[bytes]", port: int) -> bool:
    """Wait until the broker listens; tell whether it does."""
    while broker.poll() is None:
        try:
            with socket.create_connection((HOST, port), 1):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def has_begun(simulator: "Popen[bytes]", log: Path) -> bool:
    """Wait until the simulator has taken its automats: a board takes those that nobody runs yet."""
    while simulator.poll() is None:
        if b"automats run" in log.read_bytes():
            return True
        time.sleep(0.1)
    return False


def port_of(url: str) -> str:
    """Read the port of an address."""
    return url.rpartition(":")[2]
