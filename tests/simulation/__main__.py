"""`python -m tests.simulation --seeds N --hours H [--from SEED]`: many seeds; prints those that fail, exit code 1."""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation.seeds import simulate_seed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description="Random station-hours.")
    parser.add_argument("--seeds", type=int, default=100, metavar="N", help="how many (100)")
    parser.add_argument("--hours", type=float, default=0.5, metavar="H", help="simulated hours of each (0.5)")
    parser.add_argument("--from", type=int, default=1, dest="first", metavar="SEED", help="the first seed (1)")
    flags = parser.parse_args()
    failed, booked, began = [], 0, time.process_time()
    for seed in range(flags.first, flags.first + flags.seeds):
        try:
            booked += simulate_seed(seed, flags.hours * 60)
        except Exception as error:
            failed.append(seed)
            print(f"seed {seed}: {type(error).__name__}: {str(error)[:600]}", flush=True)
    spent = time.process_time() - began
    print(
        f"{flags.seeds} seeds of {flags.hours} h, {booked} transactions, {spent:.0f} s CPU, failed: {failed or 'none'}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
