"""`python -m tests.simulation --seeds N --hours H [--from SEED]`: many seeds; prints those that fail, exit code 1."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter

from tests.simulation.seeds import simulate_seed

PROGRESS_EVERY = 50


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description="Random station-hours.")
    parser.add_argument("--seeds", type=int, default=100, metavar="N", help="how many (100)")
    parser.add_argument("--hours", type=float, default=0.5, metavar="H", help="simulated hours of each (0.5)")
    parser.add_argument("--from", type=int, default=1, dest="first", metavar="SEED", help="the first seed (1)")
    parser.add_argument("--log", action="store_true", help="show the station's log (for one seed)")
    flags = parser.parse_args()
    if flags.log:
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    else:
        logging.disable(logging.WARNING)
        logging.lastResort = None
    failed: list[int] = []
    done: Counter[str] = Counter()
    began = time.process_time()
    for number, seed in enumerate(range(flags.first, flags.first + flags.seeds), 1):
        try:
            done += simulate_seed(seed, flags.hours * 60)
        except Exception as error:
            failed.append(seed)
            print(f"FAILED {str(error)[:1500]}", flush=True)
        if number % PROGRESS_EVERY == 0:
            spent = time.process_time() - began
            print(f"{number} seeds, {done['transactions']} transactions, {spent:.0f} s CPU", flush=True)
    print(summary(done))
    spent = time.process_time() - began
    print(
        f"{flags.seeds} seeds of {flags.hours} h, {done['transactions']} transactions, {spent:.0f} s CPU, "
        f"failed: {failed or 'none'}"
    )
    return 1 if failed else 0


def summary(done: Counter[str]) -> str:
    """What was exercised."""
    return "\n".join(f"{times:10} {name}" for name, times in sorted(done.items()))


if __name__ == "__main__":
    sys.exit(main())
