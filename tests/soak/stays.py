"""Stays through their whole life, in hundreds of small worlds: `./dev soak stays`.

    python tests/soak/stays.py [--postgresql URL] [--only postgresql|sqlite]
        [--runs N] [--steps N] [--seed N] [--as-found]

Partners, guests, staff and the clock act at random, each world in its own way, and after every
step all that must hold is looked for: no locker and no unshared key with two holders, no key out
without a place to return to, nothing held for what is over, no event lost. The first story that
fails is told in words, made as short as it gets unless `--as-found`. A seed always tells the same.
"""

import argparse
import secrets
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the path comes first
from stories.playing import Played, play  # the same

keyed.use()


def tell(name: str, played: Played, seconds: float) -> bool:
    """Print what was played; tells whether all went well."""
    print(
        f"{name}: {played.worlds} worlds, {played.steps} steps, {played.events} events, "
        f"{played.refusals} refusals, {seconds:.0f} s",
        flush=True,
    )
    if played.fault is None:
        return True
    traceback.print_tb(played.fault.__traceback__)
    print(f"The story:\n{played.story}\n\n{name} FAILED: {played.fault}", flush=True)
    return False


def soak(url: str, options: argparse.Namespace) -> bool:
    """Play on one database."""
    begin = time.monotonic()
    wanted = {"runs": options.runs, "steps": options.steps, "seed": options.seed}
    played = play(url, **wanted, shortens=not options.as_found)
    return tell(url.partition(":")[0], played, time.monotonic() - begin)


def main() -> int:
    """Read the options and play."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="an empty database")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--as-found", action="store_true", help="look for no shorter story")
    options = parser.parse_args()
    print(f"{options.runs} runs of {options.steps} steps, seed {options.seed}", flush=True)
    went_well = True
    if options.postgresql and options.only != "sqlite":
        went_well = soak(options.postgresql, options)
    if options.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            went_well = soak(f"sqlite:///{folder}/soak.db", options) and went_well
    return not went_well


if __name__ == "__main__":
    sys.exit(main())
