"""Every test on two cores at once: those on SQLite beside all others; what both said, in order.

Each half makes databases of its own, so neither knows of the other.
"""

import shutil
import signal
import subprocess
import sys
import tempfile

PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k")
"""Without the cache of the last run, which two at once would write over each other."""


def main() -> int:
    """Run both halves; 0 when all of both passed."""
    with tempfile.TemporaryFile() as said:
        beside = subprocess.Popen([*PYTEST, "sqlite"], stdout=said, stderr=subprocess.STDOUT)
        try:
            status = subprocess.run([*PYTEST, "not sqlite"], check=False).returncode
            status = beside.wait() or status
        except KeyboardInterrupt:
            beside.send_signal(signal.SIGINT)
            beside.wait()
            raise
        said.seek(0)
        shutil.copyfileobj(said, sys.stdout.buffer)
    return status


if __name__ == "__main__":
    sys.exit(main())
