"""`livionkey` as people start it: a process of its own, in a folder of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from keyed import KEYS
from leaks import LEAKS

LIVIONKEY = Path(sys.executable).with_name("livionkey")
SECONDS = 120


@dataclass(frozen=True)
class CommandLine:
    """A folder to work in, and the settings of every command that is run there."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self, **settings: str) -> dict[str, str]:
        """Give the environment without any setting but these, and the keys of all tests."""
        others = {name: value for name, value in os.environ.items() if "LIVIONKEY" not in name}
        said = KEYS | self.settings | settings
        return others | {f"LIVIONKEY_{name.upper()}": value for name, value in said.items()}

    def run(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        result = subprocess.run(  # noqa: S603  # our own command
            [LIVIONKEY, *words],
            cwd=self.folder,
            env=self.environment(**settings),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        LEAKS.say(result.stderr, f"what `livionkey {' '.join(words[:1])}` says of errors")
        return result

    def done(self, *words: str, **settings: str) -> str:
        """Run a command that succeeds, and give what it answers."""
        result = self.run(*words, **settings)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def refusal(self, *words: str, **settings: str) -> str:
        """Run a command that is refused, and give the one line that says why."""
        result = self.run(*words, **settings)
        assert result.returncode == 1, result.stderr
        assert result.stdout == ""
        (line,) = result.stderr.splitlines()
        return line

    def start(self, *words: str, **settings: str) -> subprocess.Popen[str]:
        """Start a command that goes on; its output is in `log` of the folder."""
        LEAKS.files[self.folder / "log"] = f"the log of `livionkey {words[0]}`"
        with (self.folder / "log").open("a") as log:
            return subprocess.Popen(  # noqa: S603  # our own command
                [LIVIONKEY, *words],
                cwd=self.folder,
                env=self.environment(**settings),
                stdout=log,
                stderr=log,
                text=True,
            )
